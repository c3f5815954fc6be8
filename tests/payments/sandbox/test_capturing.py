"""Capturing what is held: once, in parts, or too late."""

from __future__ import annotations

import pytest
import stripe

WEEK = 7 * 24 * 3600


def test_the_whole_amount(client, intents, types_of):
    captured = client.v1.payment_intents.capture(intents.held().id)
    assert (captured.status, captured.amount_received, captured.amount_capturable) == ("succeeded", 2000, 0)
    charge = intents.charge(captured)
    assert (charge.captured, charge.amount_captured) == (True, 2000)
    assert types_of()[-2:] == ["charge.captured", "payment_intent.succeeded"]


def test_a_part_releases_the_rest_and_there_is_no_second_time(client, intents):
    held = intents.held()
    captured = client.v1.payment_intents.capture(held.id, {"amount_to_capture": 1500})
    assert (captured.status, captured.amount_received) == ("succeeded", 1500)
    charge = intents.charge(held)
    assert (charge.amount, charge.amount_captured, charge.amount_refunded) == (2000, 1500, 0)
    assert client.v1.refunds.list({"payment_intent": held.id}).data == []
    with pytest.raises(stripe.InvalidRequestError, match="has been released") as refusal:
        client.v1.payment_intents.capture(held.id, {"amount_to_capture": 500})
    assert refusal.value.code == "payment_intent_unexpected_state"


def test_never_more_than_is_held(client, intents):
    held = intents.held()
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.capture(held.id, {"amount_to_capture": 2001})
    assert refusal.value.code == "amount_too_large"
    assert client.v1.payment_intents.retrieve(held.id).amount_capturable == 2000


@pytest.mark.parametrize("amount", [0, -5])
def test_no_senseless_amount(client, intents, amount):
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.capture(intents.held().id, {"amount_to_capture": amount})


def test_what_is_not_held_cannot_be_captured(client, intents):
    with pytest.raises(stripe.InvalidRequestError, match="status of requires_payment_method"):
        client.v1.payment_intents.capture(intents.create().id)


def test_capturing_in_parts(client, intents, types_of):
    held = intents.in_parts()
    assert intents.charge(held).payment_method_details.card.multicapture.status == "available"
    first = client.v1.payment_intents.capture(held.id, {"amount_to_capture": 700, "final_capture": False})
    assert (first.status, first.amount_received, first.amount_capturable) == ("requires_capture", 700, 300)
    charge = intents.charge(held)
    assert (charge.captured, charge.amount_captured) == (False, 700)
    last = client.v1.payment_intents.capture(held.id, {"amount_to_capture": 200})
    assert (last.status, last.amount_received, last.amount_capturable) == ("succeeded", 900, 0)
    charge = intents.charge(held)
    assert (charge.captured, charge.amount_captured, charge.amount_refunded) == (True, 900, 0)
    assert types_of()[3:] == [
        "charge.updated",
        "payment_intent.amount_capturable_updated",
        "charge.updated",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]


def test_parts_leave_one_balance_transaction_each(client, intents):
    held = intents.in_parts()
    for amount in (700, 300):
        client.v1.payment_intents.capture(
            held.id, {"amount_to_capture": amount, "final_capture": amount == 300}
        )
    charge = intents.charge(held)
    lines = client.v1.balance_transactions.list({"source": charge.id})
    assert [line.amount for line in lines.data] == [300, 700]
    assert client.v1.balance_transactions.retrieve(charge.balance_transaction).amount == 300


def test_the_rest_can_be_released_without_another_capture(client, intents):
    held = intents.in_parts()
    client.v1.payment_intents.capture(held.id, {"amount_to_capture": 700, "final_capture": False})
    ended = client.v1.payment_intents.capture(held.id, {"amount_to_capture": 0, "final_capture": True})
    assert (ended.status, ended.amount_received, ended.amount_capturable) == ("succeeded", 700, 0)


def test_cancelling_after_a_part_keeps_that_part(client, intents, types_of):
    held = intents.in_parts()
    client.v1.payment_intents.capture(held.id, {"amount_to_capture": 700, "final_capture": False})
    ended = client.v1.payment_intents.cancel(held.id)
    assert (ended.status, ended.amount_received, ended.canceled_at) == ("succeeded", 700, None)
    assert types_of()[-2:] == ["charge.captured", "payment_intent.succeeded"]


def test_without_multicapture_there_are_no_parts(client, intents, control):
    control("multicapture", available=False)
    held = intents.in_parts()
    assert intents.charge(held).payment_method_details.card.multicapture.status == "unavailable"
    with pytest.raises(stripe.InvalidRequestError, match="final_capture"):
        client.v1.payment_intents.capture(held.id, {"amount_to_capture": 700, "final_capture": False})
    assert client.v1.payment_intents.retrieve(held.id).amount_capturable == 1000


def test_parts_must_have_been_asked_for(client, intents):
    with pytest.raises(stripe.InvalidRequestError, match="final_capture"):
        client.v1.payment_intents.capture(intents.held().id, {"final_capture": False})


def test_a_hold_lapses_after_a_week(client, intents, control, types_of):
    held = intents.held()
    assert control("clock", offset=WEEK - 60)["lapsed"] == []
    assert control("clock", offset=WEEK + 60)["lapsed"] == [held.id]
    after = client.v1.payment_intents.retrieve(held.id)
    assert (after.status, after.cancellation_reason, after.amount_capturable) == ("canceled", "expired", 0)
    assert types_of()[-2:] == ["charge.expired", "payment_intent.canceled"]
    with pytest.raises(stripe.InvalidRequestError, match="status of canceled"):
        client.v1.payment_intents.capture(held.id)


def test_a_hold_can_be_let_lapse_by_hand(client, intents, control):
    held = intents.held()
    assert control(f"lapse/{held.id}")["status"] == "canceled"


def test_a_lapse_after_a_part_keeps_that_part(client, intents, control):
    held = intents.in_parts()
    client.v1.payment_intents.capture(held.id, {"amount_to_capture": 700, "final_capture": False})
    after = control(f"lapse/{held.id}")
    assert (after["status"], after["amount_received"], after["amount_capturable"]) == ("succeeded", 700, 0)


def test_yen_have_no_cents(client, intents):
    held = intents.held(amount=9899, currency="jpy")
    captured = client.v1.payment_intents.capture(held.id, {"amount_to_capture": 9000})
    refund = client.v1.refunds.create({"payment_intent": held.id, "amount": 500})
    assert (captured.amount_received, refund.amount) == (9000, 500)
    with pytest.raises(stripe.InvalidRequestError, match="¥9,000"):
        client.v1.refunds.create({"payment_intent": held.id, "amount": 9000})
