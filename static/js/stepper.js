/* Without this: the quantity is a number field; in the cart the buttons beside it submit.
   With it the buy box gets its − and +, and a typed quantity in the cart is sent by itself. */
const MOST = 999;

const stepperButton = (name, step, label) => {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.by = step;
  button.setAttribute("aria-label", label);
  const sprite = document.querySelector(".icon use").getAttribute("href").split("#")[0];
  button.innerHTML = `<svg class="icon" data-size="s" aria-hidden="true"><use href="${sprite}#i-${name}"/></svg>`;
  return button;
};

const clampQuantity = (input, value) => Math.min(Math.max(value, 1), Number(input.dataset.max) || MOST);

const showLimits = (stepper) => {
  const input = stepper.querySelector("input");
  const value = Number(input.value);
  stepper.firstElementChild.disabled = value <= 1;
  stepper.lastElementChild.disabled = value >= clampQuantity(input, MOST);
};

const addStepperButtons = () => {
  for (const stepper of document.querySelectorAll("[data-stepper-add]:not([data-ready])")) {
    stepper.prepend(stepperButton("minus", -1, stepper.dataset.fewer));
    stepper.append(stepperButton("plus", 1, stepper.dataset.more));
    stepper.toggleAttribute("data-ready", true);
    showLimits(stepper);
  }
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-stepper-add] button");
  if (!button) return;
  const stepper = button.parentElement;
  const input = stepper.querySelector("input");
  input.value = clampQuantity(input, (Number(input.value) || 0) + Number(button.dataset.by));
  showLimits(stepper);
});

document.addEventListener("input", (event) => {
  const stepper = event.target.closest("[data-stepper-add][data-ready]");
  if (stepper) showLimits(stepper);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-stepper] input")) event.target.form?.requestSubmit();
});

addStepperButtons();
document.addEventListener("htmx:after:swap", addStepperButtons);
