"""What providers say becomes what the ledger says. Numbers are those of the payment cases."""

import pytest
import requests
import stripe
from django.urls import reverse
from django.utils import timezone

from inventory.actions import set_on_hand
from inventory.models import Level, Movement
from orders.actions import cancel_order, expire_orders
from orders.models import Order
from payments import actions
from payments.models import Event
from shop import outbox
from shop.models import Mail
from tests.shopper import bank, confirm, pay, start


def state_of(order):
    """(payment state, payment rows, allocations moved, mails of the kind) for «once»."""
    outbox.drain()
    order.refresh_from_db()
    return (
        order.payment_state,
        Event.objects.filter(attempt__order=order, kind=Event.Kind.AUTHORIZED).count(),
        Movement.objects.filter(kind=Movement.Kind.ALLOCATED).count(),
        Mail.objects.filter(kind="payment_confirmed", order_number=order.number).count(),
    )


ONCE = (Order.PaymentState.AUTHORIZED, 1, 1, 1)


def test_a_card_is_authorized_not_charged_until_goods_leave(shopper):  # payments 17
    order = shopper.buy("MUG", method="card")
    attempt = pay(order)
    assert state_of(order) == ONCE
    assert bank().v1.payment_intents.retrieve(attempt.reference).amount_received == 0


def test_any_number_of_looks_at_the_truth_is_one_payment(shopper):  # payments 4
    order = shopper.buy("MUG", method="card")
    attempt = pay(order)
    for _again in range(5):
        actions.sync(attempt)
    assert state_of(order) == ONCE


def test_a_card_with_the_banks_question_is_authorized_not_charged(shopper):  # payments 17
    order = shopper.buy("MUG", method="card")
    attempt = start(order)
    confirm(attempt, "pm_card_authenticationRequired")
    assert actions.sync(attempt).events.count() == 0
    order.refresh_from_db()
    assert order.is_payable
    url = bank().v1.payment_intents.retrieve(attempt.reference).next_action.redirect_to_url.url
    requests.post(url, {"outcome": "complete"}, timeout=10, allow_redirects=False)
    actions.sync(attempt)
    assert state_of(order) == ONCE
    assert bank().v1.payment_intents.retrieve(attempt.reference).amount_received == 0


def test_another_tab_fills_the_cart_before_the_money_is_promised(shopper):  # payments 10, reliability 8
    order = shopper.buy("MUG", method="card")
    attempt = start(order)
    shopper.add("MUG", 3)
    with pytest.raises(stripe.InvalidRequestError):
        confirm(attempt)
    refused = shopper.client.post(reverse("payments:start", args=[order.token]))
    assert (refused.status_code, "no longer waiting" in refused.json()["error"]) == (409, True)
    actions.sync(attempt)
    order.refresh_from_db()
    assert (order.lifecycle, order.payment_state) == (Order.Lifecycle.CANCELLED, Order.PaymentState.VOIDED)
    assert Level.objects.get().allocated == 0


def test_another_tab_fills_the_cart_after_the_money_was_promised(shopper):  # payments 10, reliability 8
    order = shopper.buy("MUG", method="card")
    attempt = start(order)
    confirm(attempt)
    shopper.add("MUG", 3)
    actions.sync(attempt)
    order.refresh_from_db()
    assert (order.payment_state, order.total_minor) == (Order.PaymentState.AUTHORIZED, 2890)
    assert [(line.sku, line.quantity) for line in order.lines.all()] == [("MUG", 1)]
    assert Level.objects.get().allocated == 1
    assert bank().v1.payment_intents.retrieve(attempt.reference).amount_capturable == 2890


def test_a_declined_card_is_retried_on_the_same_intent(shopper):  # payments 7
    order = shopper.buy("MUG", method="card")
    first = pay(order, "pm_card_visa_chargeDeclinedInsufficientFunds")
    order.refresh_from_db()
    assert order.is_payable
    second = pay(order)
    assert first.reference == second.reference
    kinds = list(Event.objects.values_list("kind", flat=True))
    assert kinds == [Event.Kind.FAILED, Event.Kind.AUTHORIZED]
    assert Event.objects.get(kind=Event.Kind.FAILED).data["decline_code"] == "insufficient_funds"


def test_the_total_is_what_the_bank_is_asked_for(shopper):  # payments 14
    order = shopper.buy("MUG", method="card")
    attempt = start(order)
    intent = bank().v1.payment_intents.retrieve(attempt.reference)
    lines = sum(line.gross_minor for line in order.lines.all())
    assert intent.amount == order.total_minor == lines + order.delivery_minor == 2400 + 490


def test_a_lost_answer_makes_no_second_intent(shopper):  # payments 8
    order = shopper.buy("MUG", method="card")
    shop_attempt = order.attempts.get()
    bank().v1.payment_intents.create(
        {
            "amount": order.total_minor,
            "currency": "eur",
            "payment_method_types": ["card"],
            "capture_method": "manual",
            "payment_method_options": {"card": {"request_multicapture": "if_available"}},
            "description": f"Order {order.number}",
            "metadata": {"order": order.token, "order_number": order.number, "attempt": "1"},
        },
        {"idempotency_key": shop_attempt.idempotency_key},
    )
    start(order)
    assert len(bank().v1.payment_intents.list({"limit": 10}).data) == 1


def test_an_expired_order_lets_go_of_the_intent_then_of_the_stock(shopper):  # payments 19
    order = shopper.buy("MUG", method="card")
    attempt = start(order)
    expired = expire_orders(now=order.payment_due_at)
    order.refresh_from_db()
    assert expired == [order.number]
    assert bank().v1.payment_intents.retrieve(attempt.reference).status == "canceled"
    assert (order.lifecycle, Level.objects.get().allocated) == (Order.Lifecycle.CANCELLED, 0)
    assert not order.attempts.filter(is_open=True).exists()
    assert expire_orders(now=order.payment_due_at) == []
    assert Movement.objects.filter(kind=Movement.Kind.RELEASED).count() == 1
    with pytest.raises(stripe.InvalidRequestError):  # the old tab
        confirm(attempt)
    assert shopper.client.post(reverse("payments:start", args=[order.token])).status_code == 409


def test_the_stock_stays_while_the_intent_cannot_be_let_go(shopper, settings):  # payments 19
    order = shopper.buy("MUG", method="card")
    attempt = start(order)
    there, settings.STRIPE_API_BASE = settings.STRIPE_API_BASE, "http://127.0.0.1:9"
    assert expire_orders(now=order.payment_due_at) == []
    order.refresh_from_db()
    assert (order.lifecycle, Level.objects.get().allocated) == (Order.Lifecycle.PLACED, 1)
    settings.STRIPE_API_BASE = there
    assert expire_orders(now=order.payment_due_at) == [order.number]
    assert bank().v1.payment_intents.retrieve(attempt.reference).status == "canceled"


def test_an_order_that_is_just_paid_is_not_expired(shopper):  # payments 20, first run
    order = shopper.buy("MUG", method="card")
    confirm(start(order))
    assert expire_orders(now=order.payment_due_at) == []
    order.refresh_from_db()
    assert order.payment_state == Order.PaymentState.AUTHORIZED
    assert Level.objects.get().allocated == 1


def late_payment(shopper, order):
    """The order expired while the provider could not be asked to cancel: its intent is paid afterwards."""
    attempt = start(order)
    order.attempts.update(reference=None)  # as if our note of the intent had been lost
    expire_orders(now=order.payment_due_at)
    order.attempts.update(reference=attempt.reference, is_open=True)
    confirm(attempt)
    return attempt


def test_late_money_buys_the_order_again_if_the_goods_are_there(shopper):  # payments 20, second run
    order = shopper.buy("MUG", method="card")
    actions.sync(late_payment(shopper, order))
    order.refresh_from_db()
    assert (order.lifecycle, order.payment_state) == (Order.Lifecycle.PLACED, Order.PaymentState.AUTHORIZED)
    assert Level.objects.get().allocated == 1


def test_late_money_goes_back_by_itself_when_the_goods_are_gone(shopper):  # payments 20, second run
    order = shopper.buy("MUG", method="card")
    attempt = late_payment(shopper, order)
    level = Level.objects.get()
    set_on_hand(level.variant, level.location, 0, cause="count:1")
    actions.sync(attempt)
    outbox.drain()
    order.refresh_from_db()
    assert order.lifecycle == Order.Lifecycle.CANCELLED
    assert bank().v1.payment_intents.retrieve(attempt.reference).status == "canceled"
    told = Mail.objects.get(kind="expired", order_number=order.number)
    assert "Should your money arrive all the same, we send it back" in told.text


def test_cancelling_before_capture_cancels_the_intent_and_refunds_nothing(shopper):  # payments 25
    order = shopper.buy("MUG", method="card")
    attempt = pay(order)
    cancel_order(order, reason="staff")
    order.refresh_from_db()
    assert bank().v1.payment_intents.retrieve(attempt.reference).status == "canceled"
    assert (order.lifecycle, order.payment_state) == (Order.Lifecycle.CANCELLED, Order.PaymentState.VOIDED)
    assert bank().v1.refunds.list({"limit": 5}).data == []


def test_an_intent_that_differs_from_its_order_pays_nothing(shopper):  # payments 12
    order = shopper.buy("MUG", method="card")
    attempt = order.attempts.get()
    foreign = bank().v1.payment_intents.create(
        {
            "amount": 100,
            "currency": "eur",
            "payment_method_types": ["card"],
            "metadata": {"order": order.token, "attempt": "1"},
        }
    )
    attempt.reference = foreign.id
    attempt.save()
    confirm(attempt)
    actions.sync(attempt)
    order.refresh_from_db()
    assert (order.payment_state, order.needs_review) == (Order.PaymentState.AWAITING, "payment:amount")


def test_nothing_in_the_chain_can_be_changed_unseen(shopper):
    order = shopper.buy("MUG", method="card")
    pay(order, "pm_card_visa_chargeDeclined")
    pay(order)
    first, second = Event.objects.order_by("id")
    assert second.prev == first.hash
    assert first.hash == first.seal()
    assert timezone.now() >= second.recorded_at
