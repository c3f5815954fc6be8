"""Refunds never exceed what was captured; disputes take money back meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe


def test_a_part_and_then_the_rest(client, intents, types_of):
    paid = intents.paid()
    part = client.v1.refunds.create(
        {"payment_intent": paid.id, "amount": 600, "metadata": {"refund": "ab-1"}, "reason": "duplicate"}
    )
    assert (part.status, part.amount, part.metadata.refund, part.reason) == (
        "succeeded",
        600,
        "ab-1",
        "duplicate",
    )
    charge = intents.charge(paid)
    assert (charge.amount_refunded, charge.refunded) == (600, False)
    rest = client.v1.refunds.create({"charge": charge.id})
    assert rest.amount == 1400
    assert intents.charge(paid).refunded
    assert types_of()[-2:] == ["refund.created", "charge.refunded"]
    assert client.v1.balance_transactions.retrieve(rest.balance_transaction).amount == -1400


def test_never_more_than_is_left(client, intents):
    paid = intents.paid(amount=10_000)
    client.v1.refunds.create({"payment_intent": paid.id, "amount": 6000})
    with pytest.raises(stripe.InvalidRequestError, match=r"€60\.00.*€40\.00") as refusal:
        client.v1.refunds.create({"payment_intent": paid.id, "amount": 6000})
    assert (refusal.value.param, refusal.value.code) == ("amount", None)
    client.v1.refunds.create({"payment_intent": paid.id, "amount": 4000})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": paid.id, "amount": 1})
    assert refusal.value.code == "charge_already_refunded"


def test_two_at_once_cannot_exceed_it_either(client, intents):
    paid = intents.paid(amount=10_000)

    def refund(_):
        try:
            return client.v1.refunds.create({"payment_intent": paid.id, "amount": 6000}).status
        except stripe.InvalidRequestError:
            return "refused"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(refund, range(4))) == ["refused", "refused", "refused", "succeeded"]


def test_of_a_partial_capture_only_what_was_captured(client, intents):
    held = intents.held()
    client.v1.payment_intents.capture(held.id, {"amount_to_capture": 1500})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": held.id, "amount": 1501})
    assert client.v1.refunds.create({"payment_intent": held.id}).amount == 1500
    assert intents.charge(held).refunded


def test_between_two_captures(client, intents):
    held = intents.in_parts()
    client.v1.payment_intents.capture(held.id, {"amount_to_capture": 700, "final_capture": False})
    client.v1.refunds.create({"payment_intent": held.id, "amount": 700})
    assert not intents.charge(held).refunded
    client.v1.payment_intents.capture(held.id, {"amount_to_capture": 300})
    assert client.v1.refunds.create({"payment_intent": held.id}).amount == 300
    assert intents.charge(held).refunded


@pytest.mark.parametrize("state", ["create", "held"])
def test_without_captured_money_there_is_nothing_to_refund(client, intents, state):
    intent = getattr(intents, state)()
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge to refund"):
        client.v1.refunds.create({"payment_intent": intent.id})


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "parameter_missing"),
        ({"payment_intent": "pi_unknown"}, "resource_missing"),
        ({"charge": "ch_unknown"}, "resource_missing"),
    ],
)
def test_a_refund_of_nothing(client, params, code):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create(params)
    assert refusal.value.code == code


def test_lists_and_changes(client, intents):
    paid = intents.paid()
    first, second = (client.v1.refunds.create({"payment_intent": paid.id, "amount": 100}) for _ in range(2))
    listed = client.v1.refunds.list({"payment_intent": paid.id})
    assert [refund.id for refund in listed.data] == [second.id, first.id]
    assert [refund.id for refund in client.v1.refunds.list({"charge": first.charge}).data] == [
        second.id,
        first.id,
    ]
    client.v1.refunds.update(first.id, {"metadata": {"note": "cracked"}})
    assert client.v1.refunds.retrieve(first.id).metadata.note == "cracked"
    charge = client.v1.charges.retrieve(first.charge, {"expand": ["refunds"]})
    assert [refund.id for refund in charge.refunds.data] == [second.id, first.id]


def test_a_refund_that_waits_for_the_bank(client, intents, control, types_of):
    refund = client.v1.refunds.create({"payment_intent": intents.paid("pm_card_pendingRefund").id})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    assert control("settle")["refunds"] == [refund.id]
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert types_of()[-1] == "refund.updated"


def test_a_refund_that_fails_in_the_end(client, intents, control, types_of):
    paid = intents.paid("pm_card_refundFail")
    refund = client.v1.refunds.create({"payment_intent": paid.id})
    assert refund.status == "succeeded"
    control(f"settle/{refund.id}")
    failed = client.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert failed.failure_balance_transaction.amount == 2000
    assert (intents.charge(paid).amount_refunded, intents.charge(paid).refunded) == (0, False)
    assert types_of()[-2:] == ["refund.failed", "refund.updated"]


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_a_dispute(client, intents, control, types_of, outcome):
    paid = intents.paid("pm_card_createDispute")
    assert types_of()[-4:] == [
        "charge.succeeded",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "payment_intent.succeeded",
    ]
    dispute = client.v1.disputes.list({"payment_intent": paid.id}).data[0]
    assert (dispute.status, dispute.amount, dispute.charge) == ("needs_response", 2000, paid.latest_charge)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": paid.id})
    assert refusal.value.code == "charge_disputed"
    client.v1.disputes.update(dispute.id, {"metadata": {"order": "7"}})
    control(f"dispute/{dispute.id}/{outcome}")
    assert client.v1.disputes.retrieve(dispute.id).status == outcome
    reinstated = ["charge.dispute.funds_reinstated"] if outcome == "won" else []
    assert types_of()[5:] == ["charge.dispute.updated", *reinstated, "charge.dispute.closed"]


def test_a_dispute_of_what_was_captured_later(client, intents, control):
    held = intents.held()
    captured = client.v1.payment_intents.capture(held.id, {"amount_to_capture": 1500})
    assert control(f"dispute/{captured.latest_charge}")["amount"] == 1500
    dispute = client.v1.disputes.list().data[0]
    assert client.v1.disputes.close(dispute.id).status == "lost"
