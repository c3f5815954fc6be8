/* Without this: the header scrolls away with the page.
   With it the header hides on the way down past 200 px and is back on the way up. */
const header = document.querySelector("[data-header]");

if (header) {
  let last = 0;
  let waiting = false;

  const follow = () => {
    waiting = false;
    const y = Math.max(scrollY, 0);
    if (Math.abs(y - last) < 6) return;
    header.toggleAttribute("data-away", y > last && y > 200 && !document.querySelector(".mega:popover-open"));
    last = y;
  };

  header.toggleAttribute("data-sticky", true);
  requestAnimationFrame(() => (last = scrollY)); // where a reload left off; asked now, the page is laid out twice
  addEventListener(
    "scroll",
    () => {
      if (!waiting) requestAnimationFrame(follow);
      waiting = true;
    },
    { passive: true },
  );
}
