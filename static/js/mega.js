/* Without this: a press on the caret opens the panel (popover).
   With it a fine pointer that rests on a category for 150 ms opens it too, and leaving closes it. */
const OPEN_AFTER_MS = 150;
const CLOSE_AFTER_MS = 250;
const bar = document.querySelector(".catbar");

if (bar) {
  const panelOf = (button) => document.getElementById(button.getAttribute("popovertarget"));
  const buttons = [...bar.querySelectorAll("button[popovertarget]")];

  for (const button of buttons) {
    const panel = panelOf(button);
    const entry = button.closest("li");
    let timer;

    const soon = (act, wait) => (event) => {
      if (event.pointerType !== "mouse") return;
      clearTimeout(timer);
      timer = setTimeout(act, wait);
    };
    const open = () => panel.showPopover({ source: button });
    const close = () => !panel.contains(document.activeElement) && panel.hidePopover();

    entry.addEventListener("pointerenter", soon(open, OPEN_AFTER_MS));
    entry.addEventListener("pointerleave", soon(close, CLOSE_AFTER_MS));
    panel.addEventListener("pointerenter", () => clearTimeout(timer));
    panel.addEventListener("pointerleave", soon(close, CLOSE_AFTER_MS));
    panel.addEventListener("toggle", (event) => button.toggleAttribute("data-open", event.newState === "open"));
  }
}
