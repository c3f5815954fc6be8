"""Who tells the shop of a payment, all at once. Numbers are those of the cases."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from inventory.models import Movement
from orders.models import Order
from payments.models import Attempt, Event
from shop import outbox
from shop.models import Mail
from tests.factories import ProductFactory
from tests.payments.webhooks import deliver, event_of
from tests.shopper import Shopper, bank, confirm, open_delivery, start

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 50


@pytest.fixture
def shop(transactional_db, sandbox):
    open_delivery()
    ProductFactory(slug="mug", variant__sku="MUG", variant__level__on_hand=ROUNDS, indexed=True)


def paid_at_the_bank(number: int = 0) -> Attempt:
    """An order whose payment the bank has said yes to and the shop has not heard of."""
    attempt = start(Shopper(email=f"buyer{number}@example.com").buy("MUG", method="card"))
    confirm(attempt)
    return attempt


def assert_paid_once(orders: int) -> None:
    """One payment, one allocation, one letter and one line in the story for each order."""
    outbox.drain()
    assert Order.objects.filter(payment_state=Order.PaymentState.AUTHORIZED).count() == orders
    assert Event.objects.filter(kind=Event.Kind.AUTHORIZED).count() == orders
    assert Movement.objects.filter(kind=Movement.Kind.ALLOCATED).count() == orders
    assert Mail.objects.filter(kind="payment_confirmed").count() == orders
    letters = [letter for letter in mail.outbox if letter.extra_headers["X-Mail-Type"] == "payment_confirmed"]
    assert len({letter.to[0] for letter in letters}) == len(letters) == orders
    call_command("verify_integrity")


def test_the_browser_and_the_webhook_come_at_the_same_moment(shop, run_together):  # payments 3, reliability 9
    for number in range(ROUNDS):
        attempt = paid_at_the_bank(number)
        body, back = event_of(attempt), reverse("payments:returned", args=[attempt.order.token])
        ways = [lambda body=body: deliver(body), lambda back=back: Client().get(back).status_code]
        assert run_together(lambda which, ways=ways: ways[which](), 2) == [200, 302]
    assert_paid_once(ROUNDS)


def test_one_webhook_five_times_at_once(shop, run_together):  # payments 4
    body = event_of(paid_at_the_bank())
    assert run_together(lambda _number: deliver(body), 5) == [200] * 5
    assert_paid_once(1)


def test_a_double_click_and_the_way_back_make_one_charge(shop, run_together):  # payments 6
    shopper = Shopper()
    shopper.fill("MUG", method="card")
    form = shopper.last_step()

    def press(_number: int) -> str:
        tab = Shopper()
        tab.client.cookies = shopper.client.cookies
        token = tab.place(form).headers["Location"].split("/")[-3]
        return tab.client.post(reverse("payments:start", args=[token])).json()["client_secret"]

    assert len(set(run_together(press, 2))) == 1
    confirm(Attempt.objects.get())
    assert shopper.place(form).status_code == 303
    shopper.client.get(reverse("payments:returned", args=[Order.objects.get().token]))
    assert_paid_once(1)
    assert shopper.place(form).headers["Location"] == Order.objects.get().get_absolute_url()
    assert len(bank().v1.payment_intents.list({"limit": 10}).data) == 1
    assert len(bank().v1.charges.list({"limit": 10}).data) == 1
