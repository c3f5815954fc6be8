// Tells the page around the frame how high this page is, and when the buyer has answered or left.
"use strict";
(() => {
  const main = document.querySelector("main");
  const { parent: origin, answered } = main.dataset;
  if (!origin || parent === window) return;
  const tell = (message) => parent.postMessage({ sandbox: "challenge", ...message }, origin);
  if (answered) tell({ type: "answered", intent: answered });
  else addEventListener("keydown", (event) => event.key === "Escape" && tell({ type: "left" }));
  if (!answered) new ResizeObserver(() => tell({ type: "height", height: main.scrollHeight })).observe(main);
})();
