"""Captures, refunds, money by hand. Numbers are those of the cases."""

import pytest

from accounts.models import User
from orders.models import Order
from payments import actions
from payments.errors import HoldLapsed
from payments.models import Event, Refund
from shop import outbox
from shop.errors import Refused
from shop.money import Money
from tests.shopper import bank, pay


@pytest.fixture
def staff(db):
    return User.objects.create_user("staff@example.com", is_staff=True)


@pytest.fixture
def authorized(shopper):
    order = shopper.buy("MUG", method="card")
    pay(order)
    order.refresh_from_db()
    return order


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def captured(order) -> int:
    return bank().v1.payment_intents.retrieve(order.attempts.get().reference).amount_received


def test_each_parcel_takes_its_own_money(authorized):
    actions.capture_for(authorized, euros(1000), key="shipment:1")
    authorized.refresh_from_db()
    assert (captured(authorized), authorized.payment_state) == (1000, Order.PaymentState.PART_PAID)
    actions.capture_for(authorized, euros(1890), key="shipment:2")
    authorized.refresh_from_db()
    assert (captured(authorized), authorized.payment_state) == (2890, Order.PaymentState.PAID)


def test_the_same_parcel_twice_takes_its_money_once(authorized):
    for _again in range(3):
        actions.capture_for(authorized, euros(1000), key="shipment:1")
    assert captured(authorized) == 1000


def test_where_only_one_capture_is_allowed_the_first_takes_the_hold(shopper, shop):
    shop.store.set_setting("no_multicapture", True)
    order = shopper.buy("MUG", method="card")
    pay(order)
    actions.capture_for(order, euros(1000), key="shipment:1")
    assert captured(order) == order.total_minor
    actions.capture_for(order, euros(1890), key="shipment:2")
    assert captured(order) == order.total_minor


def test_a_hold_that_is_gone_stops_the_goods(authorized):  # payments 18
    bank().v1.payment_intents.cancel(authorized.attempts.get().reference)
    with pytest.raises(HoldLapsed):
        actions.capture_for(authorized, euros(1000), key="shipment:1")
    authorized.refresh_from_db()
    assert authorized.payment_state == Order.PaymentState.AWAITING


def test_two_refunds_of_sixty_of_a_hundred_are_one(authorized, staff):  # reliability 11
    actions.capture_for(authorized, authorized.total, key="shipment:1")
    actions.request_refund(authorized, euros(1800), reason="", actor=staff, key="a")
    with pytest.raises(Refused, match=r"10\.90"):
        actions.request_refund(authorized, euros(1800), reason="", actor=staff, key="b")
    actions.request_refund(authorized, euros(1090), reason="", actor=staff, key="c")
    assert Event.objects.filter(kind=Event.Kind.REFUNDED).total(Event.Kind.REFUNDED) == authorized.total_minor
    authorized.refresh_from_db()
    assert authorized.payment_state == Order.PaymentState.REFUNDED


def test_a_double_click_refunds_once(authorized, staff):
    actions.capture_for(authorized, authorized.total, key="shipment:1")
    first = actions.request_refund(authorized, euros(500), reason="", actor=staff, key="form")
    again = actions.request_refund(authorized, euros(500), reason="", actor=staff, key="form")
    assert first == again
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("amount", [Money(0, "EUR"), Money(-1, "EUR"), Money(2891, "EUR"), Money(100, "USD")])
def test_a_refund_of_nothing_too_much_or_other_money_is_refused(authorized, staff, amount):
    actions.capture_for(authorized, authorized.total, key="shipment:1")
    with pytest.raises(Refused):
        actions.request_refund(authorized, amount, reason="", actor=staff, key="x")
    assert not Refund.objects.exists()


def test_a_refund_whose_answer_was_lost_is_sent_again_and_made_once(authorized, staff, settings):
    actions.capture_for(authorized, authorized.total, key="shipment:1")
    base = settings.STRIPE_API_BASE
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    refund = actions.request_refund(authorized, euros(500), reason="", actor=staff, key="form")
    assert refund.state == Refund.State.PENDING
    settings.STRIPE_API_BASE = base
    actions.carry_out_refund(refund)
    refund.refresh_from_db()
    assert refund.state == Refund.State.SUCCEEDED
    assert len(bank().v1.refunds.list({"limit": 5}).data) == 1


def test_a_refund_made_at_the_provider_counts_against_what_is_left(authorized, staff):  # payments 16
    actions.capture_for(authorized, authorized.total, key="shipment:1")
    attempt = authorized.attempts.get()
    bank().v1.refunds.create({"payment_intent": attempt.reference, "amount": 2000})
    actions.sync(attempt)
    with pytest.raises(Refused):
        actions.request_refund(authorized, euros(1000), reason="", actor=staff, key="x")


def test_money_on_the_statement_pays_a_transfer_once(shopper, staff):
    order = shopper.buy("MUG", method="bank_transfer")
    for _again in range(2):
        actions.record_manual_payment(order, order.total, actor=staff, key="line-7")
    order.refresh_from_db()
    assert (order.payment_state, order.is_confirmed) == (Order.PaymentState.PAID, True)
    assert Event.objects.filter(kind=Event.Kind.CAPTURED).count() == 1


def test_half_the_money_does_not_confirm_a_transfer(shopper, staff):
    order = shopper.buy("MUG", method="bank_transfer")
    actions.record_manual_payment(order, euros(1000), actor=staff, key="line-7")
    order.refresh_from_db()
    assert (order.payment_state, order.is_confirmed) == (Order.PaymentState.PART_PAID, False)


def test_cash_at_the_door_is_ours_to_ship_at_once(shopper):
    order = shopper.buy("MUG", method="cash_on_delivery")
    outbox.drain()
    order.refresh_from_db()
    assert (order.payment_state, order.is_confirmed) == (Order.PaymentState.PROMISED, True)
