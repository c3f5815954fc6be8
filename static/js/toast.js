/* Without this: what a toast says, the next page says as a notice.
   Toasts come by htmx into #status, or from another script: document.dispatchEvent(new CustomEvent("toast", {detail: text})). */
const LEAVE_AFTER_MS = 6000;
const FADE_MS = 200;
const status = document.getElementById("status");

if (status) {
  const leave = (toast) => {
    if (toast.matches(":hover, :focus-within")) return setTimeout(leave, 1000, toast);
    toast.toggleAttribute("data-leaving", true);
    setTimeout(() => toast.remove(), FADE_MS);
  };

  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node.matches?.(".toast")) setTimeout(leave, LEAVE_AFTER_MS, node);
  }).observe(status, { childList: true });

  document.addEventListener("toast", ({ detail }) => {
    const toast = document.createElement("p");
    toast.className = "toast";
    toast.textContent = detail;
    status.append(toast);
  });
}
