/* Without this: pictures scroll and snap, thumbnails are links to them.
   With it a thumbnail moves only the gallery, the one on screen is marked, the chosen variant's picture comes
   into view, and pictures open large: arrow keys turn them, a press enlarges, Esc closes. */
const gallery = document.querySelector("[data-gallery]");

if (gallery) {
  const strip = gallery.querySelector(".gallery__main");
  const shots = [...strip.children];
  const thumbs = [...gallery.querySelectorAll(".gallery__thumbs a")];
  let current = 0;

  const goTo = (row, index, behavior) => {
    const shot = row.children[index];
    if (shot) row.scrollTo({ left: shot.offsetLeft - row.offsetLeft, behavior });
  };

  const mark = (index) => {
    current = index;
    thumbs.forEach((thumb, i) => (i === index ? thumb.setAttribute("aria-current", "true") : thumb.removeAttribute("aria-current")));
  };

  const seen = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => mark(shots.indexOf(entry.target))),
    { root: strip, threshold: 0.6 },
  );
  shots.forEach((shot) => seen.observe(shot));

  thumbs.forEach((thumb, index) =>
    thumb.addEventListener("click", (event) => {
      event.preventDefault();
      goTo(strip, index);
    }),
  );

  const showVariant = (behavior) => {
    const sku = document.getElementById("buy")?.dataset.sku;
    const index = shots.findIndex((shot) => shot.dataset.sku === sku);
    if (index >= 0 && shots[current].dataset.sku !== sku) goTo(strip, index, behavior);
  };
  showVariant("instant");
  document.addEventListener("htmx:after:swap", () => showVariant());

  gallery.append(gallery.querySelector("template[data-zoom]").content);
  const dialog = gallery.querySelector(".zoom");
  const large = dialog.querySelector("ul");

  const open = () => {
    if (!large.children.length) large.append(...shots.map(enlarge));
    dialog.showModal();
    goTo(large, current, "instant");
    large.focus();
  };

  const enlarge = (shot) => {
    const item = document.createElement("li");
    item.append(shot.querySelector("picture").cloneNode(true));
    item.querySelectorAll("source").forEach((source) => (source.sizes = "100vw"));
    item.querySelector("img").loading = "lazy";
    return item;
  };

  const turn = (step) => {
    const at = Math.round(Math.abs(large.scrollLeft) / large.clientWidth);
    large.querySelector("[data-large]")?.removeAttribute("data-large");
    goTo(large, Math.min(Math.max(at + step, 0), shots.length - 1));
  };

  gallery.querySelector(".gallery__zoom").addEventListener("click", open);
  strip.addEventListener("click", (event) => event.target.closest("img") && open());
  dialog.querySelector(".zoom__close").addEventListener("click", () => dialog.close());
  dialog.querySelectorAll("[data-step]").forEach((button) => button.addEventListener("click", () => turn(Number(button.dataset.step))));
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    turn(document.dir === "rtl" ? -step : step);
  });
  large.addEventListener("click", (event) => event.target.closest("li")?.toggleAttribute("data-large"));
  dialog.addEventListener("close", () => {
    goTo(strip, Math.round(Math.abs(large.scrollLeft) / (large.clientWidth || 1)) || current, "instant");
  });
}
