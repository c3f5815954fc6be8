"""What comes in at the webhook's address. Numbers are those of the payment and reliability cases."""

import json
import time
from datetime import timedelta

import pytest
import stripe
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orders.models import Order
from payments.models import Event, InboxEvent
from shop import outbox
from shop.models import Mail
from tests.payments.webhooks import SECRET, deliver, event_of, signature
from tests.shopper import bank, confirm, pay, start


@pytest.fixture
def paid(shopper):
    """An order whose payment the bank has said yes to and the shop has not heard of."""
    order = shopper.buy("MUG", method="card")
    attempt = start(order)
    confirm(attempt)
    return attempt


def traces() -> tuple[str, int, int, int]:
    """What a payment leaves: the order's state, rows in the ledger, mails, lines in the order's story."""
    outbox.drain()
    order = Order.objects.get()
    return (
        order.payment_state,
        Event.objects.filter(kind=Event.Kind.AUTHORIZED).count(),
        Mail.objects.filter(kind="payment_confirmed").count(),
        order.events.filter(kind="confirmed").count(),
    )


NOTHING = (Order.PaymentState.AWAITING, 0, 0, 0)
ONCE = (Order.PaymentState.AUTHORIZED, 1, 1, 1)


def come_back(paid, client=None) -> str:
    """The page that the bank sends the browser to: its text."""
    url = reverse("payments:returned", args=[paid.order.token]) + "?redirect_status=failed"
    response = (client or Client()).get(url, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_a_webhook_alone_pays_an_order_whose_browser_never_returned(paid):  # payments 1
    assert deliver(event_of(paid)) == 200
    assert traces() == ONCE
    with time_machine.travel(timezone.now() + timedelta(hours=3)):
        assert "Thank you" in come_back(paid)
        assert traces() == ONCE


def test_the_browser_is_back_before_the_webhook(paid):  # payments 2
    assert "Thank you" in come_back(paid)
    assert deliver(event_of(paid)) == 200
    assert traces() == ONCE


def test_the_browser_is_back_and_the_provider_cannot_be_asked(paid, settings):  # payments 2
    body, there = event_of(paid), settings.STRIPE_API_BASE
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    page = come_back(paid)
    assert "did not go through" not in page
    assert "failed" not in page
    settings.STRIPE_API_BASE = there
    assert deliver(body) == 200
    assert traces() == ONCE


def test_the_same_webhook_again_changes_nothing(paid):  # payments 4
    body = event_of(paid)
    assert [deliver(body) for _ in range(5)] == [200] * 5
    assert traces() == ONCE
    tomorrow = timezone.now() + timedelta(days=1)
    with time_machine.travel(tomorrow):
        assert deliver(body) == 200
        assert traces() == ONCE
    assert InboxEvent.objects.count() == 1


def test_a_failure_delivered_after_the_success_leaves_the_order_paid(shopper):  # payments 5, reliability 10
    order = shopper.buy("MUG", method="card")
    failed = event_of(pay(order, "pm_card_visa_chargeDeclined"), "payment_intent.payment_failed")
    attempt = pay(order)
    succeeded = [event_of(attempt, id=f"evt_{number}") for number in range(10)]
    assert {deliver(body) for body in [*succeeded, *succeeded, failed]} == {200}
    assert traces() == ONCE


def test_a_webhook_that_outruns_our_note_of_the_intent_is_known_by_its_metadata(paid):
    body = event_of(paid)
    type(paid).objects.update(reference=None)
    assert deliver(body) == 200
    outbox.drain()
    assert Order.objects.get().payment_state == Order.PaymentState.AUTHORIZED


@pytest.mark.parametrize(
    "forge",
    [
        lambda body: (body, ""),
        lambda body: (body, "t=1,v1=00"),
        lambda body: (body, signature(body, secret="whsec_other")),
        lambda body: (body, signature(body, at=int(time.time()) - 360)),
        lambda body: (body, signature(body, scheme="v0")),
        lambda body: (body.replace("evt_", "evt-", 1), signature(body)),
        lambda body: (json.dumps(json.loads(body), indent=1), signature(body)),
        lambda body: ("\ufffe" + body, "garbage"),
        lambda body: (body, f"t={int(time.time())},v1=\xff"),
    ],
    ids=[
        "no header",
        "nonsense",
        "wrong secret",
        "6 minutes old",
        "only v0",
        "a byte",
        "re-serialised",
        "binary",
        "not ascii",
    ],
)
def test_what_is_not_signed_by_the_provider_is_refused_and_leaves_nothing(
    paid, forge, caplog
):  # payments 24, reliability 51
    body, header = forge(event_of(paid))
    assert deliver(body, header) == 400
    assert not InboxEvent.objects.exists()
    assert traces() == NOTHING
    assert "bad signature" in caplog.text
    assert SECRET not in caplog.text


def test_one_right_signature_among_two_is_enough(paid):  # reliability 51
    body = event_of(paid)
    at = int(time.time())
    right = stripe.WebhookSignature._compute_signature(f"{at}.{body}", SECRET)
    assert deliver(body, f"t={at},v1={'0' * 64},v1={right}") == 200


def test_while_a_secret_is_rotated_both_are_taken_and_afterwards_only_the_new(
    paid, settings
):  # reliability 51
    body = event_of(paid)
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", SECRET]
    assert deliver(body, signature(body, secret="whsec_new")) == 200
    assert deliver(body, signature(body)) == 200
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new"]
    assert deliver(body, signature(body)) == 400


def test_without_a_secret_nothing_is_taken(paid, settings):  # reliability 51
    body = event_of(paid)
    settings.STRIPE_WEBHOOK_SECRETS = [""]
    assert deliver(body, signature(body, secret="")) == 503
    assert traces() == NOTHING


def test_an_event_of_the_other_mode_is_answered_and_ignored(paid):  # reliability 51
    assert deliver(event_of(paid, livemode=True)) == 200
    assert not InboxEvent.objects.exists()
    assert traces() == NOTHING


@pytest.mark.parametrize(
    "changes",
    [
        {
            "type": "payment_intent.succeeded",
            "data": {"object": {"object": "payment_intent", "id": "pi_foreign"}},
        },
        {
            "type": "charge.refunded",
            "data": {"object": {"object": "charge", "id": "ch_x", "payment_intent": "pi_x"}},
        },
        {"type": "brand.new.type"},
        {"data": {"object": {"object": "payment_intent", "id": "pi_x", "metadata": {"order": "nobody's"}}}},
    ],
    ids=["foreign intent", "foreign charge", "unknown type", "unknown order"],
)
def test_what_is_not_ours_is_kept_and_changes_nothing(paid, changes):  # payments 25, reliability 51
    assert deliver(event_of(paid, **changes)) == 200
    outbox.drain()
    assert InboxEvent.objects.get().state == InboxEvent.State.IGNORED
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "evt_\0"},
        {"id": "e" * 300},
        {"type": None},
        {"created": None},
        {"created": 10**30},
        {"data": None},
        {"data": {"object": "pi_x"}},
    ],
)
def test_what_is_signed_and_yet_no_event_is_refused(paid, changes):
    assert deliver(event_of(paid, **changes)) == 400
    assert not InboxEvent.objects.exists()


def test_an_event_for_another_order_cannot_pay_this_one(shopper, paid):  # reliability 51
    intent = bank().v1.payment_intents.retrieve(paid.reference).to_dict()
    intent["metadata"] = {"order": Order.objects.get().token, "attempt": "1"}
    intent["id"] = "pi_someone_elses"
    assert deliver(event_of(paid, data={"object": intent})) == 200
    assert traces() == NOTHING
    assert InboxEvent.objects.get().state == InboxEvent.State.IGNORED


@pytest.mark.parametrize(
    ("difference", "named"),
    [({"amount": 2889}, "amount"), ({"currency": "usd"}, "currency"), ({"amount": 2891}, "amount")],
    ids=["a cent less", "dollars", "a cent more"],
)
def test_a_payment_that_is_not_for_this_total_pays_nothing(
    shopper, caplog, difference, named
):  # payments 12, reliability 18, 51
    order = shopper.buy("MUG", method="card")
    other = bank().v1.payment_intents.create({
        "amount": 2890, "currency": "eur", "payment_method_types": ["card"], "capture_method": "manual",
        "metadata": {"order": order.token, "order_number": order.number, "attempt": "1"}, **difference,
    })  # fmt: skip
    order.attempts.update(reference=other.id)
    attempt = order.attempts.get()
    confirm(attempt)
    assert deliver(event_of(attempt)) == 200
    assert traces() == NOTHING
    order.refresh_from_db()
    assert order.needs_review == f"payment:{named}"
    assert "does not match" in caplog.text


def test_get_is_not_a_webhook(db):
    assert Client().get("/webhooks/stripe/").status_code == 405


def test_an_order_whose_payment_the_provider_does_not_know_is_shown_all_the_same(paid, client):
    """As after the shop's account there was changed."""
    paid.reference = "pi_of_another_account"
    paid.save()
    assert client.get(paid.order.get_absolute_url()).status_code == 200
    assert client.get(reverse("payments:pay", args=[paid.order.token])).status_code == 200
    assert traces() == NOTHING
