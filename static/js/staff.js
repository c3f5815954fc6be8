// Keys for the order desk: "/" searches, "?" lists the keys, j and k move through the queue, Enter opens.
// Without this script every row is a link, the search field is a field, and there is no list of keys.
const OFF = "staff-keys-off";

function isTyping(event) {
  return event.target.closest("input, textarea, select, [contenteditable]") || event.ctrlKey || event.metaKey || event.altKey;
}

function rows() {
  return [...document.querySelectorAll('.rows[data-list="queue"] tbody tr')];
}

function visibleLink(row) {
  return [...row.querySelectorAll(".c-num a")].find((link) => link.checkVisibility());
}

function move(step) {
  const all = rows();
  const here = all.findIndex((row) => row.contains(document.activeElement) || row.matches("[aria-current]"));
  const next = all[here < 0 ? 0 : Math.min(Math.max(here + step, 0), all.length - 1)];
  if (!next) return;
  const link = visibleLink(next);
  link.focus();
  next.scrollIntoView({ block: "nearest" });
}

function open(event) {
  const row = document.activeElement.closest?.('.rows[data-list="queue"] tr') ?? document.querySelector('.rows[data-list="queue"] [aria-current]');
  const link = row?.querySelector("[data-row]");
  if (!link) return;
  event.preventDefault();
  location.assign(link.dataset.row);
}

const actions = {
  "/": (event) => {
    const field = document.querySelector('[data-key="/"]');
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  },
  "?": () => document.querySelector("[data-keys]")?.showModal(),
  j: () => move(1),
  k: () => move(-1),
  Enter: open,
};

document.addEventListener("keydown", (event) => {
  if (localStorage.getItem(OFF) || isTyping(event) || document.querySelector("dialog:modal")) return;
  if (event.key === "Enter" && event.target.closest("a:not([data-row]), button, summary")) return;
  actions[event.key]?.(event);
});

// Single keys can be switched off, for those who speak to the machine or whose fingers slip.
const off = document.querySelector("[data-keys-off]");
if (off) {
  off.checked = Boolean(localStorage.getItem(OFF));
  off.addEventListener("change", () => (off.checked ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF)));
}
