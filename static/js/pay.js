/* Without this: card payment is not possible; the page says so, and the other ways to pay work.
   With it the provider's card form appears in the page. On submit the card is checked first, then the order is
   placed (once), then the bank is asked. Whatever goes wrong is said in the page, and everything written stays.
   The form may come later than the page: with the last section of the checkout. */
const TIMEOUT_MS = 25000;

class Say extends Error {} // words for the shopper
class Check extends Say {} // what was written has to be looked at again

let box, form, words, alertBox; // what the page holds now
let stripe, elements, mounted;
let isPaying, startUrl, started;

// --- The card form -----------------------------------------------------------------------------
const loadScript = (url) =>
  new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: url, onload: resolve, onerror: reject });
    document.head.append(script);
  });

const isDark = () =>
  document.documentElement.dataset.theme === "dark" ||
  (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);

const colourOf = (token) => {
  const probe = document.createElement("i");
  probe.style.color = `var(${token})`;
  form.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
};

const appearance = () => {
  const border = `1px solid ${colourOf("--control")}`;
  return {
    theme: isDark() ? "night" : "stripe",
    labels: "above",
    variables: {
      colorPrimary: colourOf("--accent"),
      colorBackground: colourOf("--bg"),
      colorText: colourOf("--ink"),
      colorTextSecondary: colourOf("--muted"),
      colorTextPlaceholder: colourOf("--muted"),
      colorDanger: colourOf("--danger"),
      fontFamily: getComputedStyle(document.body).fontFamily,
      fontSizeBase: "16px",
      fontSizeSm: "14px",
      borderRadius: "6px",
      gridRowSpacing: "16px",
    },
    rules: {
      ".Label": { fontSize: "14px", fontWeight: "500", color: colourOf("--ink") },
      ".Input": { border, boxShadow: "none", padding: "12px" },
      ".Input:hover": { borderColor: colourOf("--ink") },
      ".Input:focus": { border, boxShadow: "none", outline: `3px solid ${colourOf("--focus")}`, outlineOffset: "2px" },
      ".Input--invalid": { border: `2px solid ${colourOf("--danger")}`, boxShadow: "none" },
      ".Error": { fontSize: "14px" },
    },
  };
};

const mount = async () => {
  const target = box; // a section that comes later has a form of its own
  if (!window.Stripe) await loadScript(words.jsUrl);
  if (target !== box) return;
  stripe = window.Stripe(words.key);
  elements = stripe.elements({
    mode: "payment",
    amount: Number(words.amount),
    currency: words.currency,
    captureMethod: "manual",
    paymentMethodTypes: ["card"],
    locale: document.documentElement.lang,
    appearance: appearance(),
  });
  const element = elements.create("payment", { fields: { billingDetails: { address: { country: "never" } } } });
  const shown = new Promise((resolve, reject) => {
    element.on("ready", resolve);
    element.on("loaderror", reject);
  });
  element.mount(target);
  await shown;
  target.setAttribute("data-ready", "");
};

const showAway = () => {
  box.textContent = "";
  fail(words.away, { focus: false });
};

// --- Paying ------------------------------------------------------------------------------------
const setPaying = (on) => {
  isPaying = on;
  const button = form.querySelector(".step__go .btn");
  if (on) button.setAttribute("aria-busy", "true");
  else button.removeAttribute("aria-busy");
};

const fail = (reason, { title = words.failed, focus = true } = {}) => {
  setPaying(false);
  alertBox.querySelector("[data-pay-title]").textContent = title;
  alertBox.querySelector("[data-pay-reason]").textContent = reason;
  const elsewhere = alertBox.querySelector("[data-pay-else]");
  if (elsewhere) elsewhere.hidden = !startUrl;
  alertBox.hidden = false;
  if (focus) alertBox.focus();
};

const post = async (url, body) => {
  const headers = { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
  try {
    const answer = await fetch(url, { method: "POST", body, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { ok: answer.ok, data: await answer.json() };
  } catch {
    // Asked only now: a browser without a network may still reach a shop on its own machine.
    throw new Say(navigator.onLine ? words.slow : words.offline);
  }
};

/* The order, placed once: asked again after a lost answer, the shop gives the first one back. */
const place = async () => {
  const { ok, data } = await post(form.action, new FormData(form));
  started = data.started; // the bank is ready already: one question less
  if (ok && data.start_url) return data.start_url;
  if (ok) location.assign(data.order_url);
  else if (data.errors?.length && !data.notice) throw new Check(data.errors.map(markWrong).join(" "));
  else form.submit(); // a price or the stock has changed: the page is drawn anew and says it
  return null;
};

const markWrong = ({ field, text }) => {
  document.getElementById(field)?.setAttribute("aria-invalid", "true");
  return text;
};

const start = async () => {
  const first = started;
  started = null; // after a refusal the shop is asked whether the order still waits
  if (first) return first;
  const { ok, data } = await post(startUrl);
  if (ok) return data;
  if (data.order_url && !data.error) location.assign(data.order_url);
  throw new Say(data.error ?? words.slow);
};

const pay = async () => {
  await mounted;
  const { error: incomplete } = await elements.submit();
  if (incomplete) return setPaying(false); // the card form says it at its field
  startUrl ??= await place();
  if (!startUrl) return;
  const { client_secret: clientSecret, order_url: orderUrl, return_url: returnUrl } = await start();
  const { error } = await stripe.confirmPayment({
    elements,
    clientSecret,
    redirect: "if_required", // only some banks have a page of their own
    confirmParams: {
      return_url: returnUrl,
      payment_method_data: { billing_details: { address: { country: words.country } } },
    },
  });
  const isPaidElsewhere = error?.code === "payment_intent_unexpected_state"; // in another tab
  if (error && !isPaidElsewhere) fail(error.message);
  else location.assign(orderUrl); // which asks the bank itself
};

const onSubmit = async (event) => {
  event.preventDefault();
  if (isPaying) return;
  alertBox.hidden = true;
  document.querySelector("[data-errors]")?.remove(); // what the server said about the last try
  setPaying(true);
  try {
    await pay();
  } catch (error) {
    if (error instanceof Check) fail(error.message, { title: words.check });
    else fail(error instanceof Say ? error.message : words.away);
  }
};

const begin = () => {
  const found = document.getElementById("payment-element");
  if (!found || found === box) return;
  box = found;
  form = box.closest("form[data-pay]");
  words = box.dataset;
  alertBox = form.querySelector("[data-pay-alert]");
  startUrl = form.dataset.startUrl;
  started = elements = null;
  isPaying = false;
  mounted = mount();
  mounted.catch(() => box === found && showAway());
  form.addEventListener("submit", onSubmit);
};

const dress = () => elements?.update({ appearance: appearance() });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dress);
new MutationObserver(dress).observe(document.documentElement, { attributeFilter: ["data-theme"] });
addEventListener("pageshow", (event) => event.persisted && box && location.reload());
document.addEventListener("htmx:after:swap", begin);
begin();
