/* Without this: the header scrolls away with the page.
   With it the header hides on the way down past 200 px and is back on the way up. */
const header = document.querySelector("[data-header]");

if (header) {
  let last = scrollY;
  let waiting = false;

  const follow = () => {
    waiting = false;
    const y = Math.max(scrollY, 0);
    if (Math.abs(y - last) < 6) return;
    header.toggleAttribute("data-away", y > last && y > 200 && !document.querySelector(".mega:popover-open"));
    last = y;
  };

  header.toggleAttribute("data-sticky", true);
  addEventListener(
    "scroll",
    () => {
      if (!waiting) requestAnimationFrame(follow);
      waiting = true;
    },
    { passive: true },
  );
}
