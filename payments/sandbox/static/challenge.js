// Tells the page around the frame that the buyer has answered.
const main = document.querySelector("main[data-parent]");
if (main && main.dataset.parent && window.parent !== window) {
  window.parent.postMessage({ sandbox: "challenge", intent: main.dataset.intent }, main.dataset.parent);
}
