"""Webhooks reach the shop signed, are retried, and can be held, repeated, mixed and dropped."""

from __future__ import annotations

import time

import pytest
import requests
import stripe

from payments.sandbox import Sandbox
from tests.payments.sandbox.driving import Intents, client_of

PAID = ["charge.succeeded", "payment_intent.created", "payment_intent.succeeded"]


@pytest.fixture
def deliveries(sandbox):
    return lambda: requests.get(f"{sandbox.url}/_sandbox/deliveries", timeout=10).json()["deliveries"]


def test_events_arrive_signed(shop, intents, client, wait):
    paid = intents.paid(metadata={"order": "17"})
    assert wait(lambda: len(shop.received) == 3)
    assert sorted(shop.types) == PAID
    event = next(event for event in shop.verified() if event["type"] == "payment_intent.succeeded")
    assert (event["api_version"], event["livemode"]) == ("2026-08-26.dahlia", False)
    assert (event["data"]["object"]["id"], event["data"]["object"]["metadata"]) == (paid.id, {"order": "17"})
    assert wait(lambda: client.v1.events.retrieve(event["id"]).pending_webhooks == 0)


def test_an_event_tells_the_request_that_caused_it(shop, client, wait):
    new = {"amount": 2000, "currency": "eur"}
    client.v1.payment_intents.create(new, {"idempotency_key": "order:7:pi:1"})
    assert wait(lambda: shop.received)
    request = shop.verified()[0]["request"]
    assert (request["id"][:4], request["idempotency_key"]) == ("req_", "order:7:pi:1")


def test_a_wrong_secret_does_not_verify(shop, intents, wait):
    intents.create()
    assert wait(lambda: shop.received)
    with pytest.raises(stripe.SignatureVerificationError):
        shop.verified("whsec_other")


def test_while_secrets_rotate_both_verify(shop, intents, control, wait):
    control("webhooks", secrets=["whsec_old", "whsec_new"])
    intents.create()
    assert wait(lambda: shop.received)
    assert shop.verified("whsec_old") == shop.verified("whsec_new")


def test_a_shop_that_fails_is_asked_again(shop, intents, deliveries, wait):
    shop.answers = [500, 503]
    intents.create()
    assert wait(lambda: len(shop.received) == 3)
    assert wait(lambda: [(row["state"], row["attempts"]) for row in deliveries()] == [("delivered", 3)])
    assert len({event["id"] for event in shop.verified()}) == 1


def test_a_redirect_is_no_delivery(shop, intents, deliveries, wait):
    shop.answers = [302]
    intents.create()
    assert wait(lambda: [row["attempts"] for row in deliveries()] == [2])


def test_a_shop_that_never_answers_is_given_up(shop, wait):
    with Sandbox(webhook_url="http://127.0.0.1:9/", retry_base_seconds=0.01, retry_limit=3) as sandbox:
        Intents(client_of(sandbox)).create()
        rows = lambda: sandbox.store.rows("SELECT * FROM deliveries")  # noqa: E731
        assert wait(lambda: rows()[0]["state"] == "failed")
        assert (rows()[0]["attempts"], rows()[0]["status"]) == (3, None)
        listed = client_of(sandbox).v1.events.list({"delivery_success": False})
        assert [event.type for event in listed.data] == ["payment_intent.created"]


def test_held_events_wait_for_their_release(shop, intents, control):
    control("webhooks", mode="hold")
    intents.paid()
    time.sleep(0.2)
    assert shop.received == []
    results = control("webhooks/release", order="reverse")["results"]
    assert shop.types == [result["type"] for result in results]
    assert shop.types == ["payment_intent.succeeded", "charge.succeeded", "payment_intent.created"]
    assert all(result["delivered"] for result in results)


def test_repeated_events(shop, intents, control, wait):
    control("webhooks", mode="repeat", times=5)
    intents.create()
    assert wait(lambda: len(shop.received) == 5)
    assert len({event["id"] for event in shop.verified()}) == 1


def test_mixed_events_all_arrive(shop, intents, control, wait):
    control("webhooks", mode="reorder")
    intents.paid()
    assert wait(lambda: len(shop.received) == 3)
    assert sorted(shop.types) == PAID


def test_dropped_events_are_still_on_record(shop, intents, client, control, deliveries, wait):
    control("webhooks", mode="drop")
    intents.paid()
    control("webhooks", mode="normal")
    intents.create()
    assert wait(lambda: shop.received)
    assert shop.types == ["payment_intent.created"]
    missed = client.v1.events.list({"types": ["payment_intent.succeeded", "charge.succeeded"]})
    assert [event.type for event in missed.data] == ["payment_intent.succeeded", "charge.succeeded"]
    assert [row["state"] for row in deliveries()] == ["dropped"] * 3 + ["delivered"]


def test_events_can_be_delivered_by_hand(shop, intents, control):
    control("webhooks", mode="drop")
    first, second = intents.paid(), intents.paid()
    wanted = ["payment_intent.succeeded", "charge.succeeded"]
    control("deliver", types=wanted, payment_intent=second.id, times=2)
    assert shop.types == [wanted[0], wanted[0], wanted[1], wanted[1]]
    succeeded = [event for event in shop.verified() if event["type"] == wanted[0]]
    assert {event["data"]["object"]["id"] for event in succeeded} == {second.id} - {first.id}


def test_and_several_times_at_once(shop, intents, client, control):
    control("webhooks", mode="drop")
    intents.create()
    event = client.v1.events.list().data[0]
    shop.answers = [500]
    results = control("deliver", events=[event.id], times=5, parallel=True)["results"]
    assert sorted(result["status"] for result in results) == [200, 200, 200, 200, 500]


def test_a_signature_can_be_old(shop, intents, control):
    control("webhooks", mode="drop")
    intents.create()
    control("deliver", types=["payment_intent.created"], at=int(time.time()) - 400)
    with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
        shop.verified()


def test_events_are_kept_thirty_days(client, intents, control):
    intents.create()
    control("clock", offset=31 * 24 * 3600)
    assert client.v1.events.list().data == []


def test_one_type_of_events(client, intents):
    intents.paid()
    assert [event.type for event in client.v1.events.list({"type": "charge.succeeded"}).data] == [
        "charge.succeeded"
    ]


def test_what_was_not_delivered_is_delivered_after_a_restart(shop, tmp_path, wait):
    state = str(tmp_path / "state.sqlite3")
    with Sandbox(state=state, webhook_url="http://127.0.0.1:9/", retry_base_seconds=0.2) as sandbox:
        Intents(client_of(sandbox)).create()
    with Sandbox(state=state, webhook_url=shop.webhook_url):
        assert wait(lambda: shop.types == ["payment_intent.created"])


def test_waiting_for_the_queue(shop, intents, control):
    intents.paid()
    assert control("webhooks/drain")["drained"]
    assert sorted(shop.types) == PAID
    shop.answers = [500] * 20
    intents.create()
    assert not control("webhooks/drain", seconds=0.05)["drained"]
