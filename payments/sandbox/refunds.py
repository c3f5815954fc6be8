"""Refunds: of what was captured, in parts or whole."""

from __future__ import annotations

from . import disputes, payment_methods
from .charges import put_on_balance
from .currencies import worded
from .errors import BadParameter, StripeError
from .events import record
from .listing import page
from .params import Choice, Integer, Metadata, Text, merged_metadata, read
from .store import new_id


def create(sandbox, call) -> dict:
    """POST /v1/refunds, by payment intent or by charge."""
    fields = {
        "charge": Text(),
        "payment_intent": Text(),
        "amount": Integer(least=1),
        "metadata": Metadata(),
        "reason": Choice(("duplicate", "fraudulent", "requested_by_customer")),
    }
    given = read(call.params, fields)
    charge = _charge(sandbox, given)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = given.get("amount", left)
    _check(charge, amount, left, named=given)
    if disputes.stands_against(sandbox, charge):
        raise StripeError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    return _refund(sandbox, charge, amount, given)


def retrieve(sandbox, call) -> dict:
    """GET /v1/refunds/…"""
    read(call.params, {})
    return sandbox.find("refund", call.ids[0])


def update(sandbox, call) -> dict:
    """POST /v1/refunds/…: its metadata."""
    given = read(call.params, {"metadata": Metadata()})
    refund = sandbox.find("refund", call.ids[0])
    previous = {"metadata": refund["metadata"]}
    refund["metadata"] = merged_metadata(refund["metadata"], given.get("metadata", {}))
    sandbox.store.put(refund)
    record(sandbox, "refund.updated", refund, previous=previous)
    return refund


def list_all(sandbox, call) -> dict:
    """GET /v1/refunds"""
    return page(sandbox, call, "refund", {"payment_intent": Text(), "charge": Text()})


def settle(sandbox, refund_id: str) -> dict:
    """What a bank does later: a pending refund succeeds; one bound to fail fails and the money comes back."""
    refund = sandbox.find("refund", refund_id)
    bound_to = sandbox.store.private(refund_id)["bound_to"]
    if refund["status"] == bound_to:
        return refund
    previous = {"status": refund["status"]}
    refund["status"] = bound_to
    refund.pop("pending_reason", None)
    if bound_to == "failed":
        _take_back(sandbox, refund)
        record(sandbox, "refund.failed", refund, previous=previous)
    else:
        sandbox.store.put(refund)
    record(sandbox, "refund.updated", refund, previous=previous)
    return refund


def settle_due(sandbox) -> list[str]:
    """Settle every refund that still has something to come."""
    open_refunds = [
        refund["id"]
        for refund in sandbox.store.all("refund", limit=10_000)
        if sandbox.store.private(refund["id"])["bound_to"] != refund["status"]
    ]
    return [settle(sandbox, id)["id"] for id in open_refunds]


def _charge(sandbox, given: dict) -> dict:
    if "payment_intent" in given:
        intent = sandbox.find("payment_intent", given["payment_intent"], param="payment_intent")
        charge = sandbox.store.get(intent["latest_charge"]) if intent["latest_charge"] else None
        if charge is None or not charge["amount_captured"]:
            raise StripeError(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                param="payment_intent",
            )
        return charge
    if "charge" in given:
        return sandbox.find("charge", given["charge"], param="charge")
    raise BadParameter(
        "One of the following params should be provided for this request: payment_intent or charge.",
        code="parameter_missing",
    )


def _check(charge: dict, amount: int, left: int, named: dict) -> None:
    if not charge["amount_captured"]:
        raise StripeError(
            f"This PaymentIntent ({charge['payment_intent']}) does not have a successful charge to refund.",
            param="payment_intent" if "payment_intent" in named else "charge",
        )
    if left <= 0:
        raise StripeError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount > left:
        asked, rest = worded(amount, charge["currency"]), worded(left, charge["currency"])
        raise StripeError(
            f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})", param="amount"
        )


def _refund(sandbox, charge: dict, amount: int, given: dict) -> dict:
    method = sandbox.store.get(charge["payment_method"])
    fate = payment_methods.card_of(sandbox, method).refunds
    refund = {
        "id": new_id("re", 24),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": sandbox.now(),
        "currency": charge["currency"],
        "destination_details": {
            "card": {
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        "metadata": given.get("metadata") or {},
        "payment_intent": charge["payment_intent"],
        "reason": given.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if fate == "pending" else "succeeded",
        "transfer_reversal": None,
    }
    if fate == "pending":
        refund["pending_reason"] = "processing"
    refund["balance_transaction"] = put_on_balance(sandbox, -amount, refund, "refund")["id"]
    sandbox.store.put(refund, bound_to="failed" if fate == "failed" else "succeeded")
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["captured"] and charge["amount_refunded"] == charge["amount_captured"]
    sandbox.store.put(charge)
    record(sandbox, "refund.created", refund)
    record(sandbox, "charge.refunded", charge)
    return refund


def _take_back(sandbox, refund: dict) -> None:
    """The bank could not pay the buyer: the money is on our balance again."""
    refund["failure_reason"] = "expired_or_canceled_card"
    back = put_on_balance(sandbox, refund["amount"], refund, "refund_failure")
    refund["failure_balance_transaction"] = back["id"]
    sandbox.store.put(refund)
    charge = sandbox.store.get(refund["charge"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    sandbox.store.put(charge)
