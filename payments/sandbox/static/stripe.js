// A stand-in for Stripe.js: the parts a Payment Element checkout uses. Development only.
"use strict";
(() => {
  const BASE = new URL(document.currentScript.src).origin;
  const RUSSIAN = {
    generic_decline: "Карта отклонена.", insufficient_funds: "На карте недостаточно средств.",
    lost_card: "Карта отклонена.", stolen_card: "Карта отклонена.", card_velocity_exceeded: "Карта отклонена.",
    card_declined: "Карта отклонена.", expired_card: "Срок действия карты истёк.",
    test_mode_live_card: "Карта отклонена: в тестовом режиме работают только тестовые карты.",
    incorrect_cvc: "Неверный код безопасности карты.", incorrect_number: "Неверный номер карты.",
    processing_error: "Не удалось обработать карту. Попробуйте ещё раз немного позже.",
    payment_intent_authentication_failure: "Не удалось подтвердить оплату. Выберите другой способ оплаты и попробуйте ещё раз.",
  };
  const ENGLISH = {
    payment_intent_authentication_failure: "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
  };
  const NO_CONNECTION = "We are experiencing issues connecting to our payments provider. Please check your internet connection and try again.";
  const LOAD_MILLISECONDS = 10000;
  const DONE = ["succeeded", "requires_capture", "processing"];
  const DIALOG = [
    ".stripe-sandbox-challenge { width: min(28rem, calc(100vw - 2rem)); max-height: calc(100vh - 2rem); margin: auto; padding: 0; border: 0; border-radius: 1rem; overflow: auto; outline: 1px solid rgb(128 128 128 / .35); box-shadow: 0 16px 48px rgb(0 0 0 / .3); }",
    ".stripe-sandbox-challenge::backdrop { background: rgb(0 0 0 / .55); }",
    ".stripe-sandbox-challenge iframe { display: block; width: 100%; height: 17rem; border: 0; }",
  ];
  let frames = 0;

  class IntegrationError extends Error {
    constructor(message) { super(message); this.name = "IntegrationError"; }
  }

  const isManual = (method) => method === "manual";
  const idOf = (clientSecret) => {
    if (typeof clientSecret !== "string" || !/^pi_\w+_secret_\w+$/.test(clientSecret)) {
      throw new IntegrationError(`Invalid value for clientSecret: ${clientSecret}. It should be of the form pi_…_secret_….`);
    }
    return clientSecret.split("_secret_")[0];
  };
  const languageOf = (locale) => (!locale || locale === "auto" ? navigator.language : locale).slice(0, 2);

  class PaymentElement {
    constructor(elements, options = {}) {
      Object.assign(this, { elements, options, listeners: {}, asked: new Map(), frame: null });
      this.listen = (event) => this.heard(event);
    }

    mount(where) {
      const home = typeof where === "string" ? document.querySelector(where) : where;
      if (!home) throw new IntegrationError(`The selector you specified (${where}) applies to no DOM elements that are currently on the page.`);
      const frame = document.createElement("iframe");
      const query = new URLSearchParams({ parent: location.origin, locale: languageOf(this.elements.locale) });
      frame.name = `__privateStripeFrame${++frames}`;
      frame.title = "Secure payment input frame";
      frame.src = `${BASE}/v3/element?${query}`;
      frame.allow = "payment *";
      Object.assign(frame.style, { display: "block", border: "0", width: "calc(100% + 8px)", margin: "-4px", height: "0" });
      this.paint(frame);
      addEventListener("message", this.listen);
      this.frame = frame;
      this.isLoaded = new Promise((resolve, reject) => {
        this.loaded = resolve;
        setTimeout(() => reject(new IntegrationError("The payment Element did not load.")), LOAD_MILLISECONDS);
      });
      this.isLoaded.catch(() => this.frame === frame && this.emit("loaderror", { error: { type: "api_connection_error", message: NO_CONNECTION } }));
      home.replaceChildren(frame);
    }

    unmount() {
      removeEventListener("message", this.listen);
      this.frame?.remove();
      this.frame = null;
    }

    destroy() { this.unmount(); this.elements.payment = null; }
    on(name, handler) { (this.listeners[name] ||= []).push(handler); return this; }
    once(name, handler) {
      const first = (event) => { this.off(name, first); handler(event); };
      return this.on(name, first);
    }
    off(name, handler) { this.listeners[name] = (this.listeners[name] || []).filter((one) => handler && one !== handler); return this; }
    update(options) { Object.assign(this.options, options); }
    focus() { this.ask("focus"); }
    clear() { this.ask("clear"); }
    blur() {}
    collapse() {}

    emit(name, event = {}) {
      for (const handler of [...(this.listeners[name] || [])]) handler({ elementType: "payment", ...event });
    }

    paint(frame = this.frame) {
      if (frame) frame.style.colorScheme = this.elements.appearance?.theme === "night" ? "dark" : "light";
    }

    grow(height) {
      if (this.frame) this.frame.style.height = `${height}px`;
    }

    heard({ source, origin, data }) {
      if (!this.frame || source !== this.frame.contentWindow || origin !== BASE || data.sandbox !== "element") return;
      if (data.type === "loaded") this.introduce();
      if (data.type === "height") this.grow(data.height);
      if (data.type === "reply") { this.asked.get(data.id)?.(data.result); this.asked.delete(data.id); }
      if (data.type === "focus" || data.type === "blur") this.emit(data.type);
      if (data.type === "change") {
        this.emit("change", { empty: data.empty, complete: data.complete, collapsed: false, value: { type: "card" } });
      }
      if (data.type === "submit") this.frame.closest("form")?.requestSubmit();
    }

    async introduce() {
      this.loaded();
      const { height } = await this.ask("setUp", { options: { key: this.elements.key, appearance: this.elements.appearance } });
      this.grow(height); // what is ready no longer moves the page
      this.emit("ready");
    }

    async ask(what, more = {}) {
      if (!this.frame) throw new IntegrationError("We could not retrieve data from the specified Element. Please make sure the Element you are attempting to use is still mounted.");
      await this.isLoaded;
      return new Promise((resolve) => {
        const id = `${Date.now()}-${this.asked.size}-${Math.random()}`;
        this.asked.set(id, resolve);
        this.frame.contentWindow.postMessage({ sandbox: "ask", what, id, ...more }, BASE);
      });
    }
  }

  class Elements {
    constructor(key, options, stripeOptions) {
      if (!options.clientSecret && !options.mode) throw new IntegrationError("You must pass a clientSecret, or a mode, to elements().");
      if (options.mode === "payment" && (!Number.isInteger(options.amount) || options.amount <= 0 || !options.currency)) {
        throw new IntegrationError("elements(): amount must be a positive integer and currency a three-letter code.");
      }
      Object.assign(this, { key, options: { ...options }, locale: options.locale || stripeOptions.locale, appearance: options.appearance });
      this.submitted = false;
      this.payment = null;
    }

    create(type, options) {
      if (type !== "payment") throw new IntegrationError(`The sandbox has the payment Element only, not ${type}.`);
      if (this.payment) throw new IntegrationError("Can only create one Element of type payment.");
      this.payment = new PaymentElement(this, options);
      return this.payment;
    }

    getElement(type) { return type === "payment" ? this.payment : null; }

    update(options) {
      Object.assign(this.options, options);
      if (options.appearance) {
        this.appearance = options.appearance;
        this.payment?.paint();
        if (this.payment?.frame) this.payment.ask("dress", { appearance: options.appearance });
      }
      this.submitted = false;
    }

    async fetchUpdates() { return {}; }

    async submit() {
      if (!this.payment) throw new IntegrationError("Elements.submit(): create and mount a payment Element first.");
      const { error } = await this.payment.ask("check");
      this.submitted = !error;
      return error ? { error } : { selectedPaymentMethod: "card" };
    }

    // Stripe refuses an intent that is not what the fields were mounted for.
    mismatch(intent) {
      if (!this.options.mode) return null;
      const pairs = [
        ["currency", intent.currency, this.options.currency.toLowerCase()],
        ["capture_method", isManual(intent.capture_method), isManual(this.options.captureMethod || this.options.capture_method)],
      ];
      const wrong = pairs.find(([, actual, expected]) => actual !== expected);
      if (!wrong) return null;
      const message = `The provided ${wrong[0]} (${intent[wrong[0]]}) does not match the expected ${wrong[0]}. Try passing a PaymentIntent with the same ${wrong[0]} or updating Elements via elements.update().`;
      return { type: "invalid_request_error", code: "payment_intent_invalid_parameter", param: wrong[0], message };
    }
  }

  class StripeStandIn {
    constructor(key, options = {}) {
      if (typeof key !== "string" || !key.startsWith("pk_test_")) {
        throw new IntegrationError("Invalid API key: the sandbox takes publishable test keys (pk_test_…).");
      }
      Object.assign(this, { key, options });
    }

    elements(options = {}) { return new Elements(this.key, options, this.options); }

    async confirmPayment({ elements, clientSecret = elements?.options.clientSecret, confirmParams = {}, redirect = "always" }) {
      const intent = idOf(clientSecret);
      if (redirect === "always" && !confirmParams.return_url) {
        throw new IntegrationError("stripe.confirmPayment(): return_url is required in confirmParams unless redirect is 'if_required'.");
      }
      if (elements?.options.mode && !elements.submitted) {
        throw new IntegrationError("elements.submit() must be called before stripe.confirmPayment(). Call elements.submit() as soon as your customer presses pay, prior to any asynchronous work.");
      }
      const extra = { use_stripe_sdk: redirect === "if_required" };
      if (confirmParams.return_url) extra.return_url = new URL(confirmParams.return_url, location.href).href;
      const result = elements
        ? await this.confirmWithFields(elements, intent, clientSecret, confirmParams, extra)
        : await this.call("POST", `/v1/payment_intents/${intent}/confirm`, { client_secret: clientSecret, payment_method: confirmParams.payment_method, ...extra });
      if (result.error) return { error: this.worded(result.error, elements) };
      return this.finish(result.paymentIntent, { clientSecret, elements, redirect, returnUrl: extra.return_url });
    }

    async confirmWithFields(elements, intent, clientSecret, confirmParams, extra) {
      if (!elements.payment) throw new IntegrationError("Invalid value for elements: no payment Element was created from it.");
      const billingDetails = confirmParams.payment_method_data?.billing_details || {};
      insistOn(elements.payment.options.fields?.billingDetails, billingDetails);
      const found = await this.retrievePaymentIntent(clientSecret);
      if (found.error) return found;
      const error = elements.mismatch(found.paymentIntent);
      if (error) return { error };
      return elements.payment.ask("confirm", { intent, clientSecret, billingDetails, extra });
    }

    async retrievePaymentIntent(clientSecret) {
      return this.call("GET", `/v1/payment_intents/${idOf(clientSecret)}`, { client_secret: clientSecret });
    }

    async handleNextAction({ clientSecret }) {
      const found = await this.retrievePaymentIntent(clientSecret);
      return found.error ? found : this.finish(found.paymentIntent, { clientSecret, redirect: "if_required" });
    }

    async finish(intent, { clientSecret, elements, redirect, returnUrl }) {
      if (intent.status === "requires_action") {
        const action = intent.next_action;
        if (action.type === "redirect_to_url") return leaveFor(action.redirect_to_url.url);
        await challenge(action.use_stripe_sdk.stripe_js, {
          locale: languageOf(elements?.locale || this.options.locale),
          theme: elements?.appearance?.theme === "night" ? "night" : "stripe",
        });
        const found = await this.retrievePaymentIntent(clientSecret);
        if (found.error) return found;
        intent = found.paymentIntent;
      }
      if (!DONE.includes(intent.status)) {
        const error = { ...(intent.last_payment_error || { type: "invalid_request_error" }), payment_intent: intent };
        return { error: this.worded(error, elements) };
      }
      if (redirect === "always") return leaveFor(withOutcome(returnUrl, intent, clientSecret));
      return { paymentIntent: intent };
    }

    worded(error, elements) {
      const known = languageOf(elements?.locale || this.options.locale) === "ru" ? RUSSIAN : ENGLISH;
      return { ...error, message: known[error.decline_code] || known[error.code] || error.message };
    }

    async call(method, path, params) {
      const given = Object.entries({ key: this.key, ...params }).filter(([, value]) => value !== undefined);
      const body = new URLSearchParams(given);
      try {
        const answer = method === "GET" ? await fetch(`${BASE}${path}?${body}`) : await fetch(BASE + path, { method, body });
        const result = await answer.json();
        return result.error ? { error: result.error } : { paymentIntent: result };
      } catch {
        return { error: { type: "api_connection_error", message: NO_CONNECTION } };
      }
    }
  }

  // What the shop said it would send itself, because the fields were told never to ask.
  function insistOn(fields, given, path = "billing_details") {
    const wanted = fields === "never" ? { name: "never", email: "never", phone: "never", address: "never" } : fields || {};
    for (const [name, rule] of Object.entries(wanted)) {
      const key = name === "postalCode" ? "postal_code" : name;
      if (rule === "never" && given?.[key] === undefined) {
        throw new IntegrationError(`You specified "never" for fields.${path}.${key} when creating the payment Element, but did not pass confirmParams.payment_method_data.${path}.${key} when calling stripe.confirmPayment().`);
      }
      if (rule && typeof rule === "object") insistOn(rule, given?.[key], `${path}.${key}`);
    }
  }

  function leaveFor(url) {
    location.assign(url);
    return new Promise(() => {});
  }

  function withOutcome(returnUrl, intent, clientSecret) {
    const url = new URL(returnUrl);
    url.searchParams.set("payment_intent", intent.id);
    url.searchParams.set("payment_intent_client_secret", clientSecret);
    url.searchParams.set("redirect_status", "succeeded");
    return url.href;
  }

  // The bank's page in a dialog. Closing it with Esc is a refusal.
  function challenge(url, { locale, theme }) {
    const dialog = document.createElement("dialog");
    const frame = document.createElement("iframe");
    const address = `${url}?${new URLSearchParams({ parent: location.origin, locale, theme })}`;
    frame.name = `__privateStripeFrame${++frames}`;
    frame.title = "3D Secure";
    frame.src = address;
    dialog.className = "stripe-sandbox-challenge";
    dialog.setAttribute("aria-label", "3D Secure");
    frame.style.colorScheme = theme === "night" ? "dark" : "light";
    dialog.append(frame);
    dress();
    document.body.append(dialog);
    dialog.showModal();
    return new Promise((resolve) => {
      const heard = ({ source, origin, data }) => {
        if (source !== frame.contentWindow || origin !== BASE || data.sandbox !== "challenge") return;
        if (data.type === "height") frame.style.height = `${data.height}px`;
        if (data.type === "answered") close();
        if (data.type === "left") refuse();
      };
      const close = () => {
        removeEventListener("message", heard);
        dialog.close();
        dialog.remove();
        resolve();
      };
      addEventListener("message", heard);
      const refuse = async () => {
        await fetch(address, { method: "POST", mode: "no-cors", body: new URLSearchParams({ outcome: "fail" }) }).catch(() => {});
        close();
      };
      dialog.addEventListener("cancel", (event) => { event.preventDefault(); refuse(); });
    });
  }

  function dress() {
    if (dress.sheet) return;
    dress.sheet = new CSSStyleSheet();
    for (const rule of DIALOG) dress.sheet.insertRule(rule);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, dress.sheet];
  }

  window.Stripe = (key, options) => new StripeStandIn(key, options);
  window.Stripe.version = "sandbox";
})();
