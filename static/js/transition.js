/* Without this: one page fades into the next, or simply follows it.
   With it the picture of the card that was pressed grows into the product's first picture. */
const inView = (element) => {
  const { top, bottom, left, right } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
};

// A page that opts out, or a quicker one, ends a transition early: that is no error of ours.
const letEnd = (transition) => {
  for (const promise of [transition?.ready, transition?.updateCallbackDone, transition?.finished]) promise?.catch(() => {});
};

addEventListener("pagereveal", ({ viewTransition }) => letEnd(viewTransition));

addEventListener("pageswap", async ({ activation, viewTransition }) => {
  letEnd(viewTransition);
  if (!viewTransition || !activation?.entry?.url) return;
  const { pathname } = new URL(activation.entry.url);
  const links = [...document.querySelectorAll(".card__title a")].filter((link) => link.pathname === pathname);
  const picture = links.map((link) => link.closest(".card").querySelector(".photo")).find(inView);
  if (!picture) return;
  picture.style.viewTransitionName = "product";
  await viewTransition.finished.catch(() => {});
  picture.style.viewTransitionName = "";
});
