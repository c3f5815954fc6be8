"""Paying in a browser: a small page with the Payment Element, under a strict Content-Security-Policy."""

from __future__ import annotations

import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe

from tests.browser import press_beside_a_frame

SCRIPT = """
const stripe = Stripe("pk_test_shop", {locale: document.documentElement.lang});
const elements = stripe.elements({mode: "payment", amount: 2500, currency: "eur", captureMethod: "manual",
  paymentMethodTypes: ["card"], appearance: {theme: document.documentElement.dataset.theme || "stripe",
  variables: {colorPrimary: "#0B6B57", borderRadius: "6px"}, rules: {".Label": {fontWeight: "650"}}}});
const element = elements.create("payment");
element.on("ready", () => document.body.setAttribute("data-ready", document.querySelector("iframe").offsetHeight));
element.on("loaderror", ({error}) => document.body.setAttribute("data-loaderror", error.type));
element.on("change", ({complete, value}) => complete && document.body.setAttribute("data-complete", value.type));
element.mount("#card");
const say = (text) => { document.querySelector("output").textContent = text; };
document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  say("");
  const {error: incomplete} = await elements.submit();
  if (incomplete) return say(`${incomplete.type} ${incomplete.code}: ${incomplete.message}`);
  const {error, paymentIntent} = await stripe.confirmPayment({elements, clientSecret: document.body.dataset.secret,
    confirmParams: {return_url: location.origin + "/return", payment_method_data: {billing_details: {name: "Anna"}}},
    redirect: document.body.dataset.redirect || "if_required"});
  if (error) return say(`${error.type} ${error.code} ${error.decline_code}: ${error.message} [${error.payment_intent?.status}]`);
  say(`paid ${paymentIntent.status}`);
});
"""


@pytest.fixture
def client(sandbox):
    return stripe.StripeClient("sk_test_shop", base_addresses={"api": sandbox.url})


@pytest.fixture
def intent(client):
    return client.v1.payment_intents.create(
        {"amount": 2500, "currency": "eur", "capture_method": "manual", "payment_method_types": ["card"]}
    )


@pytest.fixture
def pay_page(sandbox, shop, intent, browser):
    """pay_page(language="en", redirect="if_required"): the page, opened, its fields ready."""
    shop.pages["headers"] = {
        "Content-Security-Policy": f"default-src 'none'; script-src 'self' {sandbox.url}; frame-src {sandbox.url}; "
        f"connect-src {sandbox.url}; style-src 'self'; form-action 'self'; base-uri 'none'"
    }
    shop.pages["/pay.js"] = SCRIPT
    shop.pages["/return"] = "<!doctype html><title>Return</title><h1>Back</h1>"
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    problems: list[str] = []
    expected = ["the server responded with a status of 402"]  # what the bank refused
    page.on("console", lambda message: message.type == "error" and problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))

    def open_page(language="en", redirect="if_required", *, without_fields=False, expects=()):
        expected.extend(expects)
        shop.pages["/pay"] = (
            f'<!doctype html><html lang="{language}"><title>Pay</title>'
            f'<body data-secret="{intent.client_secret}" data-redirect="{redirect}"><form><div id="card"></div>'
            f'<button>Pay</button><output></output></form><script src="{sandbox.url}/v3/stripe.js"></script>'
            '<script src="/pay.js"></script>'
        )
        if without_fields:
            page.clock.install()
            page.route(f"{sandbox.url}/v3/element?*", lambda route: route.abort())
        page.goto(f"{shop.url}/pay")
        if not without_fields:
            page.locator("body[data-ready]").wait_for()
        return page

    yield open_page
    assert [problem for problem in problems if not any(words in problem for words in expected)] == []
    context.close()


def fill_card(page, number, expiry="1230", cvc="123"):
    fields = page.frame_locator("#card iframe")
    for name, text in (("number", number), ("expiry", expiry), ("cvc", cvc)):
        fields.locator(f"[name={name}]").fill(text)


def pay(page):
    press_beside_a_frame(page, page.get_by_role("button", name="Pay"))
    return answer(page)


def answer(page):
    page.locator("output:not(:empty)").wait_for()
    return page.locator("output").text_content()


def test_what_is_ready_has_its_height_and_moves_the_page_no_more(pay_page):
    page = pay_page()
    fields = page.frame_locator("#card iframe")
    content = fields.locator("body").evaluate("body => body.offsetHeight")
    assert page.locator("body").get_attribute("data-ready") == str(content)
    assert content > fields.get_by_label("Security code").bounding_box()["height"] * 2


def test_a_good_card_is_held(pay_page, client, intent):
    page = pay_page()
    fields = page.frame_locator("#card iframe")
    for label, typed, shown in (
        ("Card number", "4242424242424242", "4242 4242 4242 4242"),
        ("Expiration date", "1230", "12 / 30"),
        ("Security code", "123", "123"),
    ):
        fields.get_by_label(label).press_sequentially(typed)
        assert fields.get_by_label(label).input_value() == shown
    assert pay(page) == "paid requires_capture"
    charge = client.v1.charges.list({"payment_intent": intent.id}).data[0]
    assert (charge.payment_method_details.card.last4, charge.billing_details.name) == ("4242", "Anna")


def test_a_declined_card_says_why_and_another_pays_the_same_intent(pay_page, client, intent):
    page = pay_page()
    fill_card(page, "4000000000009995")
    assert pay(page) == (
        "card_error card_declined insufficient_funds: Your card has insufficient funds. [requires_payment_method]"
    )
    fill_card(page, "4242424242424242")
    assert pay(page) == "paid requires_capture"
    assert len(client.v1.charges.list({"payment_intent": intent.id}).data) == 2


def test_three_d_secure_accepted(pay_page, client, intent):
    page = pay_page()
    fill_card(page, "4000002500003155")
    press_beside_a_frame(page, page.get_by_role("button", name="Pay"))
    page.frame_locator("dialog iframe").get_by_role("button", name="Complete").click()
    assert answer(page) == "paid requires_capture"


def test_three_d_secure_left_with_escape_is_a_refusal(pay_page, client, intent):
    page = pay_page()
    fill_card(page, "4000002500003155")
    press_beside_a_frame(page, page.get_by_role("button", name="Pay"))
    page.frame_locator("dialog iframe").get_by_role("button", name="Complete").wait_for()
    page.locator("dialog iframe[style*=height]").wait_for()  # its script has told: it hears the key
    page.keyboard.press("Escape")
    assert "payment_intent_authentication_failure" in answer(page)
    assert page.locator("dialog").count() == 0


def test_three_d_secure_refused(pay_page, client, intent):
    page = pay_page()
    fill_card(page, "4000002500003155")
    press_beside_a_frame(page, page.get_by_role("button", name="Pay"))
    page.frame_locator("dialog iframe").get_by_role("button", name="Fail").click()
    assert "payment_intent_authentication_failure" in answer(page)
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_always_redirecting_comes_back_with_the_outcome(pay_page, shop, client, intent):
    page = pay_page(redirect="always")
    fill_card(page, "4000002500003155")
    press_beside_a_frame(page, page.get_by_role("button", name="Pay"))
    page.get_by_role("button", name="Complete").click()
    page.wait_for_url(f"{shop.url}/return?*")
    assert f"payment_intent={intent.id}" in page.url
    assert page.url.endswith("&redirect_status=succeeded")
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_capture"


def test_incomplete_fields_are_told_beside_them_in_the_shops_language(pay_page):
    page = pay_page(language="ru")
    fill_card(page, "4242", expiry="0120", cvc="1")
    assert pay(page) == "validation_error incomplete_number: Номер карты введён не полностью."
    fields = page.frame_locator("#card iframe")
    assert fields.get_by_label("Номер карты").get_attribute("aria-invalid") == "true"
    assert fields.locator("#payment-expiryError").text_content() == "Срок действия карты уже истёк."
    fill_card(page, "4000000000009995")
    assert "На карте недостаточно средств." in pay(page)


def test_a_lost_answer_is_told_as_such_and_the_intent_knows_better(pay_page, client, intent):
    page = pay_page(expects=["net::ERR_CONTENT_LENGTH_MISMATCH"])
    fill_card(page, "4000000000009243")
    assert pay(page).startswith("api_connection_error")
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_capture"


def test_fields_mounted_for_another_way_of_capturing_are_refused(pay_page, client, intent):
    client.v1.payment_intents.update(intent.id, {"capture_method": "automatic"})
    page = pay_page()
    fill_card(page, "4242424242424242")
    assert pay(page).startswith("invalid_request_error payment_intent_invalid_parameter")
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_the_fields_tell_what_happens_to_them(pay_page):
    page = pay_page()
    fill_card(page, "4242424242424242")
    page.locator("body[data-complete]").wait_for()
    frame = page.locator("#card iframe")
    assert frame.get_attribute("title") == "Secure payment input frame"
    assert 150 < frame.bounding_box()["height"] < 400
    of_whole_pages = {
        rule: {"enabled": False} for rule in ("landmark-one-main", "page-has-heading-one", "region")
    }
    assert Axe().run(page.frames[1], options={"rules": of_whole_pages}).response["violations"] == []


def test_fields_that_cannot_load_are_told(pay_page):
    page = pay_page(without_fields=True, expects=["net::ERR_FAILED"])
    page.clock.run_for(11_000)
    assert page.locator("body[data-loaderror]").get_attribute("data-loaderror") == "api_connection_error"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible(sandbox, client, intent, browser, scheme):
    asked = client.v1.payment_intents.confirm(
        intent.id, {"payment_method": "pm_card_authenticationRequired", "return_url": "http://shop.test/"}
    )
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    for url in (f"{sandbox.url}/", asked.next_action.redirect_to_url.url):
        page.goto(url)
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()
