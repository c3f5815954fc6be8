"""Whole purchases in a browser, to the parcel at the door. What staff do, they do in a browser too."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from orders.models import Order
from payments.models import Capture
from shop import outbox
from shop.models import Mail
from tests.browser import press_beside_a_frame
from tests.factories import ProductFactory, VariantFactory
from tests.shopper import bank, open_delivery

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(transactional_db):
    """A mug in two colours and a lamp; Portugal is served."""
    open_delivery()
    mug = ProductFactory(slug="tide-mug", name={"en": "Tide mug", "ru": "Кружка «Прилив»"}, variant=None)
    VariantFactory(product=mug, sku="MUG-SAGE", options={"colour": "sage"})
    VariantFactory(product=mug, sku="MUG-INK", options={"colour": "ink"})
    ProductFactory(slug="lamp", name={"en": "Dome lamp", "ru": "Лампа"}, variant__sku="LAMP")
    call_command("reindex")


def put_in_cart(page, address: str) -> None:
    page.goto(address)
    with page.expect_response(re.compile("/cart/add/")):
        page.locator("#buy-form .btn").first.click()


def fill_checkout(page, method: str, prefix: str = "", *, scripts: bool = True) -> None:
    """All sections but the last. Where scripts run, the card is chosen already."""
    page.goto(f"{prefix}/checkout/")
    page.locator("[name=email]").fill("ana@example.com")
    page.locator("[name=email]").press("Enter")
    page.locator("[name=full_name]").fill("Ana Sousa")
    page.locator("[name=line1]").fill("Rua do Norte 12")
    page.locator("[name=postal_code]").fill("1200-284")
    page.locator("[name=city]").fill("Lisboa")
    page.locator("label:has([name=shipping_method][value=standard])").click()
    page.locator("form:has([name=section][value=delivery]) .step__go button").click()
    if scripts:
        expect(page.locator("#place")).to_be_focused()
    if scripts and method != "card":
        page.locator("#payment-element[data-ready]").wait_for()
        press_beside_a_frame(page, page.locator("a[href*='step=payment']"))
    if not scripts or method != "card":
        page.locator(f"label:has([name=payment_method][value={method}])").click()
        page.locator("form:has([name=section][value=payment]) .step__go button").click()
    page.locator("[name=accept_terms]").wait_for()
    page.locator("[name=accept_terms]").check()
    expect(page.locator("[name=accept_terms]")).to_be_checked()


def pay_with(page, number: str) -> None:
    """Fill in the card and press the button."""
    fill_card(page, number)
    # Placing the order starts its payment too; where it is placed already, a payment is started.
    with page.expect_response(
        lambda answer: (
            (answer.request.method == "POST" and "/start/" in answer.url) or "/checkout/" in answer.url
        )
    ):
        press_beside_a_frame(page, page.locator("form[data-pay] .step__go button"))


def fill_card(page, number: str) -> None:
    page.locator("#payment-element[data-ready]").wait_for()
    fields = page.frame_locator("#payment-element iframe")
    for name, text in (("number", number), ("expiry", "1230"), ("cvc", "123")):
        fields.locator(f"[name={name}]").fill(text)


def wait_for_order_page(page) -> Order:
    page.wait_for_url(re.compile(r"/orders/[^/]+/(\?.*)?$"), timeout=30_000)
    outbox.drain()
    return Order.objects.get()


def amount_received(order: Order) -> int:
    return bank().v1.payment_intents.retrieve(order.attempts.latest("number").reference).amount_received


def sign_in_staff(page) -> None:
    user = User.objects.create_superuser("staff@example.com", "correct horse battery")
    EmailAddress.objects.filter(user=user).update(verified=True)
    page.goto(f"{reverse('account_login')}?next=/admin/desk/")
    page.locator("[name=login]").fill(user.email)
    page.locator("[name=password]").fill("correct horse battery")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(re.compile("/admin/desk/"))


def test_two_variants_by_card_packed_and_shipped_in_two_parcels(shop, page, new_page):
    put_in_cart(page, "/p/tide-mug/?variant=MUG-SAGE")
    put_in_cart(page, "/p/tide-mug/?variant=MUG-INK")
    fill_checkout(page, "card")
    pay_with(page, "4242424242424242")
    order = wait_for_order_page(page)
    assert (order.payment_state, order.total_minor) == ("authorized", 2 * 2400 + 490)
    assert amount_received(order) == 0

    desk = new_page()
    sign_in_staff(desk)
    first = pack_and_ship(desk, order, sku="MUG-SAGE", tracking="RR123456785PT")
    assert amount_received(order) == first == 2400 + 490
    second = pack_and_ship(desk, order, sku="MUG-INK", tracking="RR123456799PT")
    order.refresh_from_db()
    assert amount_received(order) == first + second == order.total_minor
    assert (order.payment_state, order.fulfilment_state) == ("paid", "shipped")

    page.reload()
    for tracking in ("RR123456785PT", "RR123456799PT"):
        expect(page.get_by_text(tracking).first).to_be_visible()
    outbox.drain()
    assert Mail.objects.filter(kind="shipped").count() == 2
    call_command("verify_integrity")


def pack_and_ship(desk, order: Order, *, sku: str, tracking: str) -> int:
    """Pack and send what has `sku`; the gross amount of the parcel."""
    parcel = order.shipments.filter(state="planned").latest("number")
    desk.goto(reverse("shipping:pack_parcel", args=[order.number, parcel.number]))
    for line in parcel.lines.select_related("line"):
        wanted = line.quantity if line.line.sku == sku else 0
        desk.locator(f"[name=line-{line.line_id}]").fill(str(wanted))
    desk.locator(".sheet__foot button").click()
    desk.wait_for_load_state("networkidle")
    packed = order.shipments.get(state="packed")
    desk.goto(reverse("shipping:ship", args=[order.number, packed.number]))
    desk.locator("[name=carrier]").fill("CTT")
    desk.locator("[name=tracking_number]").fill(tracking)
    desk.locator(".sheet__foot button").click()
    desk.wait_for_load_state("networkidle")
    packed.refresh_from_db()
    assert packed.state == "shipped"
    return Capture.objects.get(key=f"shipment:{packed.pk}").amount_minor


def test_by_bank_transfer_in_russian_without_a_script(shop, new_page):
    page = new_page(javascript=False, width=390)
    put_in_cart(page, "/ru/p/tide-mug/?variant=MUG-INK")
    expect(page).to_have_url(re.compile("/ru/cart/"))
    fill_checkout(page, "bank_transfer", prefix="/ru", scripts=False)
    page.locator("form:has([name=section][value=place]) .step__go button").click()
    order = wait_for_order_page(page)
    assert (order.language, order.payment_state, order.lines.get().name) == (
        "ru",
        "awaiting",
        "Кружка «Прилив»",
    )
    expect(page.get_by_text(re.compile("PT50")).first).to_be_visible()
    letter = Mail.objects.get(kind="order_received")
    assert letter.language == "ru"
    assert order.number in letter.subject
    assert "Кружка «Прилив»" in letter.text


def test_another_way_to_pay_than_the_usual_card(shop, page):
    put_in_cart(page, "/p/lamp/")
    fill_checkout(page, "bank_transfer")
    expect(page).to_have_url(re.compile("/checkout/$"))
    page.locator("form:has([name=section][value=place]) .step__go button").click()
    assert wait_for_order_page(page).payment_method == "bank_transfer"


def test_with_the_banks_question(shop, page):
    put_in_cart(page, "/p/lamp/")
    fill_checkout(page, "card")
    pay_with(page, "4000002500003155")
    answer_the_bank(page, "authorize")
    assert wait_for_order_page(page).payment_state == "authorized"


def answer_the_bank(page, answer: str) -> None:
    """The bank's page, which the provider shows above the shop's."""
    page.frame_locator("dialog iframe").locator(f"#test-source-{answer}-3ds").click()


def test_after_the_banks_question_was_answered_no_the_order_is_still_payable(shop, page):  # payments 23
    put_in_cart(page, "/p/lamp/")
    fill_checkout(page, "card")
    pay_with(page, "4000002500003155")
    answer_the_bank(page, "fail")
    expect(page.locator("[data-pay-alert]")).to_be_visible(timeout=20_000)
    order = Order.objects.get()
    page.goto(reverse("payments:returned", args=[order.token]))
    expect(page.get_by_role("alert")).to_contain_text("not confirmed with your bank")
    order.refresh_from_db()
    assert order.is_payable
    page.goto("/cart/")
    expect(page.get_by_text("Dome lamp").first).to_be_visible()


def test_after_a_decline_with_the_cart_kept(shop, page):  # payments 7
    put_in_cart(page, "/p/lamp/")
    fill_checkout(page, "card")
    pay_with(page, "4000000000009995")
    expect(page.locator("[data-pay-alert]")).to_be_visible(timeout=20_000)
    pay_with(page, "4242424242424242")
    order = wait_for_order_page(page)
    assert order.payment_state == "authorized"
    assert order.attempts.count() == 1


def test_without_a_network_the_card_waits_and_a_shop_that_answers_all_the_same_is_paid(shop, page):
    """A browser that calls itself offline may still reach a shop on its own machine."""
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false })")
    put_in_cart(page, "/p/lamp/")
    fill_checkout(page, "card")
    page.route("**/checkout/", lambda route: route.abort("internetdisconnected"))
    fill_card(page, "4242424242424242")
    press_beside_a_frame(page, page.locator("form[data-pay] .step__go button"))
    expect(page.locator("[data-pay-alert]")).to_contain_text("You are offline")
    page.unroute("**/checkout/")
    pay_with(page, "4242424242424242")
    assert wait_for_order_page(page).payment_state == "authorized"


def test_an_order_whose_tab_was_closed_is_paid_from_the_link_in_the_mail(shop, page, new_page):
    put_in_cart(page, "/p/lamp/")
    fill_checkout(page, "card")
    pay_with(page, "4000000000009995")
    expect(page.locator("[data-pay-alert]")).to_be_visible(timeout=20_000)
    page.close()

    outbox.drain()
    letter = next(letter for letter in mail.outbox if "ana@example.com" in letter.to)
    link = re.search(r"https?://\S+/orders/\S+/pay/", letter.body)[0]
    elsewhere = new_page(width=390)
    elsewhere.goto(link)
    pay_with(elsewhere, "4242424242424242")
    assert wait_for_order_page(elsewhere).payment_state == "authorized"


def test_the_provider_sends_the_browser_back_without_cookies(shop, page, new_page):  # payments 23
    put_in_cart(page, "/p/lamp/")
    fill_checkout(page, "card")
    pay_with(page, "4242424242424242")
    order = wait_for_order_page(page)
    stranger = new_page()
    answer = stranger.goto(reverse("payments:returned", args=[order.token]) + "?redirect_status=failed")
    assert answer.status == 200
    expect(stranger).to_have_url(re.compile(f"/orders/{order.token}/$"))
