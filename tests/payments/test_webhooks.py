"""What comes in at the webhook's address. Numbers are those of the payment and reliability cases."""

import json
import time

import pytest
import stripe
from django.test import Client

from orders.models import Order
from payments.models import Event, InboxEvent
from shop import outbox
from tests.shopper import bank, confirm, pay, start

SECRET = "whsec_test"


def signature(body: str, *, secret: str = SECRET, at: int | None = None, scheme: str = "v1") -> str:
    at = at or int(time.time())
    digest = stripe.WebhookSignature._compute_signature(f"{at}.{body}", secret)
    return f"t={at},{scheme}={digest}"


def deliver(body: str, header: str | None = None) -> int:
    headers = {"HTTP_STRIPE_SIGNATURE": signature(body) if header is None else header}
    client = Client(enforce_csrf_checks=True)
    return client.post("/webhooks/stripe/", body, content_type="application/json", **headers).status_code


def event_of(attempt, kind: str = "payment_intent.amount_capturable_updated", **changes) -> str:
    intent = bank().v1.payment_intents.retrieve(attempt.reference).to_dict()
    event = {
        "id": f"evt_{attempt.reference}_{kind}",
        "object": "event",
        "type": kind,
        "created": int(time.time()),
        "livemode": False,
        "api_version": "2026-08-26.dahlia",
        "data": {"object": intent},
    }
    return json.dumps({**event, **changes})


@pytest.fixture
def paid(shopper):
    """An order whose payment the bank has said yes to and the shop has not heard of."""
    order = shopper.buy("MUG", method="card")
    attempt = start(order)
    confirm(attempt)
    return attempt


def test_a_webhook_alone_pays_an_order_whose_browser_never_returned(paid):  # case 1
    assert deliver(event_of(paid)) == 200
    outbox.drain()
    assert Order.objects.get().payment_state == Order.PaymentState.AUTHORIZED


def test_the_same_webhook_again_changes_nothing(paid):  # case 4
    body = event_of(paid)
    assert [deliver(body) for _ in range(5)] == [200] * 5
    outbox.drain()
    assert InboxEvent.objects.count() == 1
    assert Event.objects.filter(kind=Event.Kind.AUTHORIZED).count() == 1


def test_a_failure_delivered_after_the_success_leaves_the_order_paid(shopper):  # case 5, reliability 10
    order = shopper.buy("MUG", method="card")
    pay(order, "pm_card_visa_chargeDeclined")
    attempt = pay(order)
    assert deliver(event_of(attempt, "payment_intent.payment_failed")) == 200
    outbox.drain()
    order.refresh_from_db()
    assert order.payment_state == Order.PaymentState.AUTHORIZED


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
        lambda body: (body, signature(body, at=int(time.time()) - 400)),
        lambda body: (body, signature(body, scheme="v0")),
        lambda body: (body.replace("evt_", "evt-", 1), signature(body)),
        lambda body: (json.dumps(json.loads(body), indent=1), signature(body)),
        lambda body: ("\ufffe" + body, "garbage"),
    ],
    ids=[
        "no header",
        "nonsense",
        "wrong secret",
        "400 s old",
        "only v0",
        "a byte",
        "re-serialised",
        "binary",
    ],
)
def test_what_is_not_signed_by_the_provider_is_refused_and_leaves_nothing(
    paid, forge, caplog
):  # case 24, rel. 51
    body, header = forge(event_of(paid))
    assert deliver(body, header) == 400
    assert not InboxEvent.objects.exists()
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


def test_an_event_of_the_other_mode_is_answered_and_ignored(paid):  # reliability 51
    assert deliver(event_of(paid, livemode=True)) == 200
    assert not InboxEvent.objects.exists()


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
def test_what_is_not_ours_is_kept_and_changes_nothing(paid, changes):  # case 25, reliability 51
    assert deliver(event_of(paid, **changes)) == 200
    outbox.drain()
    assert InboxEvent.objects.get().state == InboxEvent.State.IGNORED
    assert not Event.objects.exists()


def test_an_event_for_another_order_cannot_pay_this_one(shopper, paid):  # reliability 51
    intent = bank().v1.payment_intents.retrieve(paid.reference).to_dict()
    intent["metadata"] = {"order": Order.objects.get().token, "attempt": "1"}
    intent["id"] = "pi_someone_elses"
    assert deliver(event_of(paid, data={"object": intent})) == 200
    outbox.drain()
    assert InboxEvent.objects.get().state == InboxEvent.State.IGNORED


def test_get_is_not_a_webhook(db):
    assert Client().get("/webhooks/stripe/").status_code == 405
