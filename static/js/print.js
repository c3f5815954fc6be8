/* Without this: pages are printed from the browser's menu. With it there is a button. */
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
