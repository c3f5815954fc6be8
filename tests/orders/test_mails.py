"""What the mails about an order say, in both languages and both forms."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from inventory.models import Location
from orders import mails
from orders.actions import cancel_order, confirm_order
from orders.models import Order
from shipping.models import Shipment
from shop import outbox
from shop.models import Mail
from tests.factories import ProductFactory

KINDS = [
    "order_received",
    "payment_confirmed",
    "payment_failed",
    "shipped",
    "ready",
    "cancelled",
    "refunded",
    "expired",
]


@pytest.fixture
def order(shopper) -> Order:
    return shopper.buy("MUG", "LAMP", method="cash_on_delivery")


@pytest.fixture
def unpaid(shopper) -> Order:
    return shopper.buy("MUG", method="bank_transfer")


def about(kind: str, order: Order) -> dict:
    """What whoever sends the mail says it is about."""
    if kind in ("shipped", "ready"):
        return {"shipment": order.shipments.get().pk}
    return {"amount_minor": 2400} if kind == "refunded" else {}


def words(html: str) -> str:
    """The HTML as its reader sees it."""
    body = re.sub(r"(?s)<(style|head).*?</\1>", " ", html)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_says_the_same_in_html_and_text(order, kind, language):
    order.language = language
    mail = mails.render_mail(kind, order, **about(kind, order))
    assert order.number in mail.subject
    for form in (mail.html, mail.text):
        assert order.number in form
        assert f"{settings.SITE_URL}/" in form
    assert "{{" not in mail.html + mail.text
    assert "{%" not in mail.html + mail.text
    assert "<" not in mail.text
    assert "\n\n\n" not in mail.text
    for link in re.findall(r'href="([^"]+)"', mail.html):
        assert link.startswith(("http", "mailto:", "tel:"))
        if link.startswith("http") and "/orders/" in link:
            assert link in mail.text


@pytest.mark.parametrize(
    "kind", ["order_received", "payment_confirmed", "payment_failed", "cancelled", "refunded", "expired"]
)
def test_the_sums_are_those_of_the_order(order, kind):
    mail = mails.render_mail(kind, order, **about(kind, order))
    with translation.override("en"):
        amounts = [
            order.subtotal,
            order.delivery,
            order.total,
            *(line.subtotal for line in order.lines.all()),
        ]
        for amount in map(str, amounts):
            assert amount in mail.text
            assert amount in words(mail.html)


def test_a_mail_is_in_the_language_of_the_order_whoever_sends_it(order):
    order.language = "ru"
    with translation.override("en"):
        mail = mails.render_mail("order_received", order)
        assert translation.get_language() == "en"
    assert '<html lang="ru">' in mail.html
    assert f"{settings.SITE_URL}/ru/orders/{order.token}/" in mail.text
    assert "€ 197" not in mail.text
    assert "197,90\u00a0€" in mail.text  # as Russian writes money


def test_the_place_of_a_pick_up_reads_well_even_without_its_line_breaks(shopper):
    Location.objects.filter(code="showroom").update(address={"en": "Rua A 1"}, pickup_hours={"en": "10-18"})
    order = shopper.buy("MUG", method="pay_at_pickup", delivery="pickup-showroom")
    html = mails.render_mail("ready", order, **about("ready", order)).html
    place = str(Location.objects.get(code="showroom").name)
    assert f"{place} Rua A 1 10-18" in re.sub(r"<[^>]+>", "", html)


def test_a_transfer_is_told_where_to_and_with_which_reference(unpaid):
    mail = mails.render_mail("order_received", unpaid)
    reference = unpaid.attempts.get().reference
    for form in (mail.text, words(mail.html)):
        assert settings.BANK_TRANSFER_IBAN in form
        assert reference in form
        assert str(unpaid.total) in form


def test_who_pays_at_the_door_is_not_asked_for_money(order):
    mail = mails.render_mail("order_received", order)
    assert settings.BANK_TRANSFER_IBAN not in mail.text
    assert reverse("payments:pay", args=[order.token]) not in mail.text
    assert "You pay" in mails.render_mail("payment_confirmed", order).text


def test_a_failed_payment_leads_to_another_try(unpaid):
    assert (
        f"{settings.SITE_URL}{reverse('payments:pay', args=[unpaid.token])}"
        in mails.render_mail("payment_failed", unpaid).text
    )


def test_a_parcel_lists_what_is_in_it_and_where_to_follow_it(order):
    shipment = order.shipments.get()
    shipment.lines.filter(line__sku="LAMP").delete()
    Shipment.objects.create(order=order, number=2)
    shipment.carrier, shipment.tracking_number = "CTT", "RR123456789PT"
    shipment.tracking_url, shipment.promised_to = "https://ctt.example/RR123456789PT", date(2026, 11, 30)
    shipment.save()
    mail = mails.render_mail("shipped", order, shipment=shipment.pk)
    assert mail.subject == f"A part of order {order.number} is on its way"
    for form in (words(mail.text), words(mail.html)):
        assert "Mug" in form
        assert "Lamp" not in form
        assert "RR123456789PT" in form
        assert "Monday 30 November" in form
    assert "https://ctt.example/RR123456789PT" in mail.text


def test_the_last_parcel_is_not_called_a_part(order):
    mail = mails.render_mail("shipped", order, shipment=order.shipments.get().pk)
    assert mail.subject == f"Order {order.number} is on its way"
    assert "write again" not in mail.text


def test_what_people_wrote_is_text_in_the_mail(order):  # reliability 47
    evil = '<script>alert("x")</script>'
    order.full_name = order.line1 = evil
    order.lines.update(name=evil)
    order = Order.objects.prefetch_related("lines").get(pk=order.pk)
    order.full_name = evil
    mail = mails.render_mail("order_received", order)
    assert "<script" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert evil in mail.text


def test_dark_screens_keep_their_rules_after_the_styles_are_inlined(order):
    outbox.drain()
    html = Mail.objects.filter(order_number=order.number, kind="order_received").get().html
    assert "prefers-color-scheme: dark" in html
    assert re.search(r'<h1 style="[^"]*font-size', html)


def test_no_mail_says_what_is_no_longer_so(unpaid):
    assert mails.is_still_true(unpaid, "order_received")
    assert mails.is_still_true(unpaid, "payment_failed")
    assert not mails.is_still_true(unpaid, "cancelled")
    assert not mails.is_still_true(unpaid, "payment_confirmed")
    confirm_order(unpaid)
    unpaid.payment_state = Order.PaymentState.PAID
    assert not mails.is_still_true(unpaid, "payment_failed")
    assert mails.is_still_true(unpaid, "payment_confirmed")
    cancel_order(unpaid, reason="customer")
    unpaid.refresh_from_db()
    assert mails.is_still_true(unpaid, "cancelled")
    assert mails.is_still_true(unpaid, "refunded")
    assert not mails.is_still_true(unpaid, "payment_confirmed")
    assert not mails.is_still_true(unpaid, "order_received")


def test_a_cancelled_order_says_whose_wish_it_was(order):
    cancel_order(order, reason="customer")
    order.refresh_from_db()
    assert "As you asked" in mails.render_mail("cancelled", order).text
    order.cancel_reason = "staff"
    assert "we are sorry" in mails.render_mail("cancelled", order).text


def test_more_lines_cost_no_more_queries(shopper):
    for number in range(6):
        ProductFactory(slug=f"cup-{number}", variant__sku=f"CUP-{number}")
    small = shopper.buy("MUG")
    large = shopper.buy(*(f"CUP-{number}" for number in range(6)))
    assert queries_of_the_mail(small) == queries_of_the_mail(large)


def queries_of_the_mail(order: Order) -> int:
    fresh = Order.objects.prefetch_related("lines").get(pk=order.pk)
    with CaptureQueriesContext(connection) as captured:
        mails.render_mail("order_received", fresh)
    return len(captured)
