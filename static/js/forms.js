/* Without this: a form is sent, and comes back with its errors listed at the top.
   With it the button shows that it is working, a second press does nothing, the list of errors takes the
   focus, and an error leaves its field as soon as the field is changed. */
const busy = new WeakSet();

const setBusy = (form, on) => {
  for (const button of document.querySelectorAll("button[aria-busy]"))
    if (button.form === form) button.removeAttribute("aria-busy");
  if (on) busy.add(form);
  else busy.delete(form);
};

const onSubmit = (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("data-pay")) return; // paying has a script of its own
  if (busy.has(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  setBusy(form, true);
  if (event.submitter?.classList.contains("btn")) event.submitter.setAttribute("aria-busy", "true");
};
document.addEventListener("submit", onSubmit, { capture: true });

document.addEventListener("htmx:finally:request", (event) => event.target.matches?.("form") && setBusy(event.target, false));
addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => setBusy(form, false)));

document.addEventListener("input", (event) => {
  const control = event.target;
  if (control.getAttribute("aria-invalid") !== "true") return;
  control.removeAttribute("aria-invalid");
  document.getElementById(`${control.id}_error`)?.remove();
});

const focusErrors = () => document.querySelector("[data-errors]")?.focus();
focusErrors();
document.addEventListener("htmx:after:swap", focusErrors);
