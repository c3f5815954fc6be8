"""What the clock finds when nothing else told us. Numbers are those of the cases."""

import pytest
from django.core.management import CommandError, call_command

from orders.actions import cancel_order
from orders.models import Order
from payments.actions import reconcile
from payments.models import Event
from shop import outbox
from shop.models import Mail
from shop.periodic import JOBS
from tests.shopper import Shopper, bank, confirm, start


def test_a_buyer_who_closed_the_tab_has_a_paid_order_without_any_webhook(
    shopper,
):  # payments 9, reliability 25
    order = shopper.buy("MUG", method="card")
    confirm(start(order))
    report = reconcile()
    order.refresh_from_db()
    assert order.payment_state == Order.PaymentState.AUTHORIZED
    assert (report.orders_confirmed, report.is_clean) == (1, True)


def test_the_clock_looks_often_enough_for_five_minutes(shopper):  # reliability 25
    confirm(start(shopper.buy("MUG", method="card")))
    job = JOBS["payments.tasks.reconcile_often"]
    assert job.seconds * 2 <= 300
    job.run()
    assert Order.objects.get().payment_state == Order.PaymentState.AUTHORIZED


def test_a_second_run_changes_nothing(shopper):  # payments 25
    missed = [shopper.buy("MUG", method="card"), Shopper(email="eve@example.com").buy("MUG", method="card")]
    for order in missed:
        confirm(start(order))
    bank().v1.payment_intents.create(  # another application at the same account
        {"amount": 700, "currency": "eur", "payment_method_types": ["card"], "metadata": {"invoice": "7"}}
    )
    first = reconcile()
    assert (first.orders_confirmed, first.is_clean) == (2, True)
    outbox.drain()
    cancel_order(missed[1], reason="staff")
    reconcile()
    outbox.drain()
    before = (list(Event.objects.values_list("pk", flat=True)), Mail.objects.count())
    report = reconcile()
    outbox.drain()
    assert (list(Event.objects.values_list("pk", flat=True)), Mail.objects.count()) == before
    assert (report.events_missed, report.orders_confirmed) == (0, 0)
    assert Mail.objects.filter(kind="payment_confirmed").count() == 2
    assert sorted(Event.objects.values_list("kind", flat=True)) == ["authorized", "authorized", "voided"]
    assert bank().v1.refunds.list({"limit": 5}).data == []


def test_a_dry_run_counts_and_changes_nothing(shopper):
    order = shopper.buy("MUG", method="card")
    confirm(start(order))
    report = reconcile(dry_run=True)
    order.refresh_from_db()
    assert report.events_missed > 0
    assert order.payment_state == Order.PaymentState.AWAITING


def test_a_payment_with_our_mark_and_no_order_is_named(shopper, capsys):
    intent = bank().v1.payment_intents.create(
        {
            "amount": 500,
            "currency": "eur",
            "payment_method_types": ["card"],
            "metadata": {"order": "gone", "attempt": "1"},
        }
    )
    with pytest.raises(CommandError, match=intent.id):
        call_command("reconcile_payments", json=True)


def test_a_provider_that_is_away_is_said_not_hidden(shopper, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match="does not answer"):
        call_command("reconcile_payments")
