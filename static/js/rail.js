/* Without this: a rail scrolls by swipe, wheel and arrow keys.
   With it there are buttons too, as soon as there is something to scroll to. */
const railButton = (name, label, act) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "iconbtn";
  button.dataset.variant = "outline";
  button.setAttribute("aria-label", label);
  const sprite = document.querySelector(".icon use").getAttribute("href").split("#")[0];
  button.innerHTML = `<svg class="icon" data-mirror aria-hidden="true"><use href="${sprite}#i-${name}"/></svg>`;
  button.addEventListener("click", act);
  return button;
};

const railEnds = (rail) => {
  const at = Math.abs(rail.scrollLeft);
  return { isFirst: at < 2, isLast: at > rail.scrollWidth - rail.clientWidth - 2 };
};

const addRailButtons = (rail, ends) => {
  const end = rail.parentElement.querySelector(".rail__end");
  if (!end) return;
  const by = (direction) => () => {
    const sign = getComputedStyle(rail).direction === "rtl" ? -direction : direction;
    rail.scrollBy({ left: sign * rail.clientWidth * 0.8, behavior: "smooth" });
  };
  const back = railButton("chevron-left", rail.dataset.back, by(-1));
  const on = railButton("chevron-right", rail.dataset.on, by(1));
  const nav = document.createElement("div");
  nav.className = "rail__nav";
  nav.append(back, on);
  end.append(nav);

  const limit = ({ isFirst, isLast }) => {
    back.disabled = isFirst;
    on.disabled = isLast;
  };
  rail.addEventListener("scroll", () => limit(railEnds(rail)), { passive: true });
  limit(ends);
};

// Sizes are read when the page has just been laid out, all of them before anything is added: each reading
// at another time would lay out the whole page once more.
const railSizes = new ResizeObserver((changed) => {
  const wide = changed.map(({ target }) => target).filter((rail) => rail.scrollWidth > rail.clientWidth + 1);
  for (const [rail, ends] of wide.map((rail) => [rail, railEnds(rail)])) {
    railSizes.unobserve(rail);
    addRailButtons(rail, ends);
  }
});

document.querySelectorAll("[data-rail]").forEach((rail) => railSizes.observe(rail));
