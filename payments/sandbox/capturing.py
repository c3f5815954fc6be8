"""Capturing what an intent holds: once, or in parts where the card allows it; and holds that lapse."""

from __future__ import annotations

from . import intents
from .charges import put_on_balance
from .errors import BadParameter, StripeError, UnexpectedState
from .events import record
from .params import Flag, Integer, Metadata, Text, merged_metadata, read

MOST_CAPTURES = 50


def capture(sandbox, call) -> dict:
    """POST /v1/payment_intents/…/capture. What is not captured is released, unless more captures are
    announced (`final_capture=false`) and the charge has multicapture."""
    fields = {
        "amount_to_capture": Integer(),
        "final_capture": Flag(),
        "metadata": Metadata(),
        "statement_descriptor_suffix": Text(max_length=22),
    }
    given = read(call.params, fields)
    intent = sandbox.find("payment_intent", call.ids[0], param="intent")
    _check_state(intent)
    charge = sandbox.store.get(intent["latest_charge"])
    multicapture = charge["payment_method_details"]["card"]["multicapture"]["status"] == "available"
    final = given.get("final_capture", True)
    if not final and not multicapture:
        raise StripeError(
            "You cannot set `final_capture` to false because multicapture is not available for this "
            "PaymentIntent.",
            param="final_capture",
            payment_intent=intent,
        )
    amount = given.get("amount_to_capture", intent["amount_capturable"])
    _check_amount(intent, amount, may_be_zero=multicapture and final and intent["amount_received"] > 0)
    if "metadata" in given:
        intent["metadata"] = merged_metadata(intent["metadata"], given["metadata"])
    if amount:
        _take(sandbox, intent, charge, amount, multicapture)
    if final:
        return intents.close_captured(sandbox, intent)
    return intent


def lapse_due(sandbox) -> list[str]:
    """Let go of every hold whose time is up. Returns the intents."""
    lapsed = []
    for intent in sandbox.store.all("payment_intent", label="requires_capture", limit=100_000):
        charge = sandbox.store.get(intent["latest_charge"])
        if charge["payment_method_details"]["card"]["capture_before"] <= sandbox.now():
            lapse(sandbox, intent["id"])
            lapsed.append(intent["id"])
    return lapsed


def lapse(sandbox, intent_id: str) -> dict:
    """The hold ran out: the bank gives the money back to the buyer, whatever was not captured."""
    intent = sandbox.find("payment_intent", intent_id, param="intent")
    if intent["status"] != "requires_capture":
        raise UnexpectedState(
            f"Nothing is held: this PaymentIntent has a status of {intent['status']}.", intent
        )
    if not intent["amount_received"]:
        record(sandbox, "charge.expired", sandbox.store.get(intent["latest_charge"]))
    return intents.let_go(sandbox, intent, "expired")


def _check_state(intent: dict) -> None:
    if intent["status"] == "succeeded":
        raise UnexpectedState(
            "The remaining amount on this PaymentIntent could not be captured because the remainder of the "
            "authorized amount has been released.",
            intent,
        )
    if intent["status"] != "requires_capture":
        raise UnexpectedState(
            f"This PaymentIntent could not be captured because it has a status of {intent['status']}. Only a "
            "PaymentIntent with one of the following statuses may be captured: requires_capture.",
            intent,
        )


def _check_amount(intent: dict, amount: int, *, may_be_zero: bool) -> None:
    if amount < 0:
        raise BadParameter("Invalid non-negative integer", param="amount_to_capture", payment_intent=intent)
    if amount == 0 and not may_be_zero:
        raise BadParameter(
            "This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param="amount",
            payment_intent=intent,
        )
    if amount > intent["amount_capturable"]:
        raise StripeError(
            "The payment could not be captured because the requested capture amount is greater than the "
            "amount you can capture for this charge.",
            code="amount_too_large",
            payment_intent=intent,
        )


def _take(sandbox, intent: dict, charge: dict, amount: int, multicapture: bool) -> None:
    taken = sandbox.store.private(charge["id"]).get("captures", 0) + 1
    if taken > MOST_CAPTURES:
        raise StripeError("You have reached the maximum number of captures.", payment_intent=intent)
    previous = {
        "balance_transaction": charge["balance_transaction"],
        "amount_captured": charge["amount_captured"],
    }
    capturable = {
        "amount_capturable": intent["amount_capturable"],
        "amount_received": intent["amount_received"],
    }
    charge["amount_captured"] += amount
    charge["balance_transaction"] = put_on_balance(sandbox, amount, charge, "charge")["id"]
    sandbox.store.put(charge, captures=taken)
    intent["amount_received"] += amount
    intent["amount_capturable"] -= amount
    sandbox.store.put(intent)
    if multicapture:
        record(sandbox, "charge.updated", charge, previous=previous)
        record(sandbox, "payment_intent.amount_capturable_updated", intent, previous=capturable)
