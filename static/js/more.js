/* Without this: «Show more» leads to the next page.
   With htmx it adds the next page's cards, and the focus goes to the first of them. */
let cardsBefore = 0;

document.addEventListener("htmx:before:swap", (event) => {
  if (event.target.matches?.("[data-more]")) cardsBefore = document.querySelectorAll("#cards > li").length;
});
document.addEventListener("htmx:after:swap", () => {
  if (!cardsBefore) return;
  document.querySelectorAll("#cards > li")[cardsBefore]?.querySelector("a")?.focus({ preventScroll: true });
  cardsBefore = 0;
});
