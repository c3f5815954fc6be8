/* Without this: the field is sent, and the answer is a page.
   With it what fits opens under the field while one types. Arrows choose, Enter opens, Escape closes; Enter
   without a choice sends the field as ever. */
const SHORTEST = 2;

const setUp = (box) => {
  const form = box.closest("form");
  const input = form.querySelector("input[type=search]");
  const status = form.querySelector("[data-suggest-status]");
  let options = [];
  let chosen = -1;

  const choose = (number) => {
    options[chosen]?.setAttribute("aria-selected", "false");
    chosen = number;
    const option = options[chosen];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const open = (on) => {
    box.toggleAttribute("data-open", on);
    input.setAttribute("aria-expanded", on);
    if (!on) choose(-1);
  };
  const isLongEnough = () => input.value.trim().length >= SHORTEST;
  const arrive = () => {
    options = [...box.querySelectorAll("[role=option]")];
    options.forEach((option, number) => (option.id = `${box.id}-${number}`));
    chosen = -1;
    const list = box.querySelector("[role=listbox]");
    if (list) list.id = `${box.id}-list`;
    status.textContent = box.querySelector("[data-suggest-count]")?.textContent ?? "";
    open(options.length > 0 && isLongEnough() && document.activeElement === input);
  };
  const keys = {
    ArrowDown: () => choose((chosen + 2) % (options.length + 1) - 1),
    ArrowUp: () => choose((chosen + options.length + 1) % (options.length + 1) - 1),
    Enter: () => options[chosen]?.click(),
    Escape: () => open(false),
  };

  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" }))
    input.setAttribute(name, value);
  input.setAttribute("aria-controls", `${box.id}-list`);

  input.addEventListener("keydown", (event) => {
    const isOpen = box.hasAttribute("data-open");
    if (!isOpen && event.key.startsWith("Arrow") && options.length && isLongEnough()) return open(true);
    if (!isOpen || !keys[event.key] || (event.key === "Enter" && chosen < 0)) return;
    event.preventDefault();
    keys[event.key]();
  });
  input.addEventListener("input", () => isLongEnough() || open(false));
  input.addEventListener("htmx:before:request", (event) => isLongEnough() || event.preventDefault());
  input.addEventListener("htmx:after:swap", arrive);
  form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || open(false));
  form.addEventListener("submit", () => open(false));
};

document.querySelectorAll("[data-suggest]").forEach(setUp);
