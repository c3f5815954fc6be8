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

const addRailButtons = (rail) => {
  const end = rail.parentElement.querySelector(".rail__end");
  if (!end || rail.scrollWidth <= rail.clientWidth + 1) return;
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

  const limits = () => {
    const at = Math.abs(rail.scrollLeft);
    back.disabled = at < 2;
    on.disabled = at > rail.scrollWidth - rail.clientWidth - 2;
  };
  rail.addEventListener("scroll", limits, { passive: true });
  limits();
};

document.querySelectorAll("[data-rail]").forEach(addRailButtons);
