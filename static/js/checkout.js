/* Without this: after another country is chosen, a button shows its address format and its ways of delivery.
   With it the button is pressed by the choice itself, and the heading of the section that opens takes the focus. */
const followers = () => document.querySelectorAll("[data-follow]");

const hideFollowers = () => followers().forEach((button) => (button.hidden = true));

document.addEventListener("change", (event) => {
  const button = event.target.form?.querySelector(`[data-follow="${event.target.name}"]`);
  if (!button) return;
  button.click();
  document.addEventListener("htmx:after:swap", () => document.getElementById(event.target.id)?.focus(), { once: true });
});

hideFollowers();
document.addEventListener("htmx:after:swap", hideFollowers);
document.addEventListener("htmx:after:swap", () => document.querySelector("[data-takes-focus]")?.focus());
