// The card fields inside the frame. Card data stays here and goes to the sandbox only.
"use strict";
(() => {
  const WORDS = {
    en: {
      number: "Card number", expiry: "Expiration date", cvc: "Security code", expiryHint: "MM / YY", cvcHint: "CVC",
      note: "Test payment: no real card, no real money.",
      incomplete_number: "Your card number is incomplete.", invalid_number: "Your card number is invalid.",
      incomplete_expiry: "Your card's expiration date is incomplete.",
      invalid_expiry_month: "Your card's expiration month is invalid.",
      invalid_expiry_year_past: "Your card's expiration year is in the past.",
      incomplete_cvc: "Your card's security code is incomplete.",
      connection: "We are experiencing issues connecting to our payments provider. Please check your internet connection and try again.",
    },
    ru: {
      number: "Номер карты", expiry: "Срок действия", cvc: "Код безопасности", expiryHint: "ММ / ГГ", cvcHint: "CVC",
      note: "Тестовая оплата: ни настоящей карты, ни настоящих денег.",
      incomplete_number: "Номер карты введён не полностью.", invalid_number: "Номер карты недействителен.",
      incomplete_expiry: "Срок действия карты введён не полностью.",
      invalid_expiry_month: "Месяц окончания срока действия карты указан неверно.",
      invalid_expiry_year_past: "Срок действия карты уже истёк.",
      incomplete_cvc: "Код безопасности карты введён не полностью.",
      connection: "Не удаётся связаться с платёжной системой. Проверьте подключение к интернету и попробуйте ещё раз.",
    },
  };
  const query = new URLSearchParams(location.search);
  const parentOrigin = query.get("parent");
  const words = WORDS[query.get("locale")] || WORDS.en;
  const form = document.querySelector("form");
  const fields = { number: form.elements.number, expiry: form.elements.expiry, cvc: form.elements.cvc };
  const digits = (field) => field.value.replace(/\D/g, "");
  let settings = {};

  const height = () => document.body.offsetHeight;
  const tell = (message) => parent.postMessage({ sandbox: "element", ...message }, parentOrigin);

  function setUp(options) {
    settings = options;
    document.documentElement.lang = words === WORDS.ru ? "ru" : "en";
    for (const node of document.querySelectorAll("[data-word]")) node.textContent = words[node.dataset.word];
    fields.expiry.placeholder = words.expiryHint;
    fields.cvc.placeholder = words.cvcHint;
    dress(options.appearance || {});
    form.hidden = false;
    return { height: height() };
  }

  function dress(appearance) {
    const root = document.documentElement;
    root.dataset.theme = appearance.theme === "night" ? "night" : "stripe";
    for (const [name, value] of Object.entries(appearance.variables || {})) root.style.setProperty(`--${name}`, value);
    const sheet = new CSSStyleSheet();
    for (const [selector, rules] of Object.entries(appearance.rules || {})) {
      if (!/^\.[A-Z][\w-]*(:[a-z-]+)?$/.test(selector)) continue;
      const rule = sheet.cssRules[sheet.insertRule(`${selector.replace("--invalid", '[aria-invalid="true"]')} {}`)];
      for (const [name, value] of Object.entries(rules)) {
        rule.style.setProperty(name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value);
      }
    }
    document.adoptedStyleSheets = [sheet];
  }

  function isLuhnValid(number) {
    const sum = [...number].reverse().reduce((total, digit, place) => {
      const value = Number(digit) * (1 + (place % 2));
      return total + (value > 9 ? value - 9 : value);
    }, 0);
    return sum % 10 === 0;
  }

  function lengthOf(number) { return /^3[47]/.test(number) ? 15 : 16; }

  const PROBLEMS = {
    number() {
      const number = digits(fields.number);
      if (number.length < lengthOf(number)) return "incomplete_number";
      return isLuhnValid(number) ? null : "invalid_number";
    },
    expiry() {
      const { month, year } = expiry();
      if (digits(fields.expiry).length < 4) return "incomplete_expiry";
      if (month < 1 || month > 12) return "invalid_expiry_month";
      const now = new Date();
      return year * 12 + month < now.getFullYear() * 12 + now.getMonth() + 1 ? "invalid_expiry_year_past" : null;
    },
    cvc() {
      return digits(fields.cvc).length < (lengthOf(digits(fields.number)) === 15 ? 4 : 3) ? "incomplete_cvc" : null;
    },
  };

  function expiry() {
    const typed = digits(fields.expiry);
    const year = typed.slice(2);
    return { month: Number(typed.slice(0, 2)), year: Number(year.length === 4 ? year : `20${year}`) };
  }

  function show(name, code) {
    const error = document.getElementById(`payment-${name}Error`);
    error.textContent = code ? words[code] : "";
    error.hidden = !code;
    if (code) fields[name].setAttribute("aria-invalid", "true"); else fields[name].removeAttribute("aria-invalid");
  }

  function check() {
    const found = Object.keys(PROBLEMS).map((name) => [name, PROBLEMS[name]()]);
    for (const [name, code] of found) show(name, code);
    const [name, code] = found.find(([, problem]) => problem) || [];
    if (!code) return {};
    fields[name].focus();
    return { error: { type: "validation_error", code, message: words[code] } };
  }

  async function confirm({ intent, clientSecret, billingDetails, extra }) {
    const wrong = check();
    if (wrong.error) return wrong;
    const { month, year } = expiry();
    const card = { number: digits(fields.number), exp_month: month, exp_year: year, cvc: digits(fields.cvc) };
    const body = new URLSearchParams({ key: settings.key, client_secret: clientSecret, ...extra });
    nest(body, "payment_method_data", { type: "card", card, billing_details: billingDetails });
    try {
      const answer = await fetch(`/v1/payment_intents/${intent}/confirm`, { method: "POST", body });
      const result = await answer.json();
      return result.error ? { error: result.error } : { paymentIntent: result };
    } catch {
      return { error: { type: "api_connection_error", message: words.connection } };
    }
  }

  function nest(body, name, value) {
    if (value === null || value === undefined || value === "") return;
    if (typeof value !== "object") { body.append(name, value); return; }
    for (const [key, inner] of Object.entries(value)) nest(body, `${name}[${key}]`, inner);
  }

  function changed() {
    const empty = Object.values(fields).every((field) => !field.value);
    const complete = Object.values(PROBLEMS).every((problem) => !problem());
    tell({ type: "change", empty, complete });
  }

  function spell(field) {
    const typed = digits(field);
    if (field === fields.number) field.value = typed.slice(0, 19).replace(/(\d{4})(?=\d)/g, "$1 ");
    if (field === fields.expiry) {
      const month = typed.length === 1 && typed > "1" ? `0${typed}` : typed.slice(0, 2);
      const year = typed.length > 4 ? typed.slice(-2) : typed.slice(2, 4);
      field.value = typed.length > 2 || month !== typed.slice(0, 2) ? `${month} / ${year}`.trimEnd() : typed;
    }
  }

  form.addEventListener("input", (event) => {
    if (event.inputType !== "deleteContentBackward") spell(event.target);
    show(event.target.name, null);
    changed();
  });
  form.addEventListener("change", (event) => {
    if (event.target.value) show(event.target.name, PROBLEMS[event.target.name]());
  });
  form.addEventListener("focusin", () => tell({ type: "focus" }));
  form.addEventListener("focusout", () => tell({ type: "blur" }));
  form.addEventListener("submit", (event) => { event.preventDefault(); tell({ type: "submit" }); });
  new ResizeObserver(() => tell({ type: "height", height: height() })).observe(document.body);

  const ASKED = {
    setUp: (message) => setUp(message.options),
    dress: (message) => dress(message.appearance),
    check,
    confirm,
    focus: () => fields.number.focus(),
    clear: () => { form.reset(); for (const name of Object.keys(fields)) show(name, null); changed(); },
  };
  addEventListener("message", async (event) => {
    if (event.source !== parent || event.origin !== parentOrigin || event.data.sandbox !== "ask") return;
    const result = await ASKED[event.data.what](event.data);
    tell({ type: "reply", id: event.data.id, result: result || {} });
  });
  tell({ type: "loaded" });
})();
