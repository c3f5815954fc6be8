"""Charges and what they leave on the balance."""

from __future__ import annotations

from .cards import Card, Decline
from .listing import page
from .params import Text, read
from .store import new_id

HOLD_SECONDS = 7 * 24 * 3600  # how long a card keeps money reserved
STATEMENT = "SANDBOX"


def retrieve(sandbox, call) -> dict:
    """GET /v1/charges/…"""
    read(call.params, {})
    return sandbox.find("charge", call.ids[0], param="charge")


def list_all(sandbox, call) -> dict:
    """GET /v1/charges"""
    return page(sandbox, call, "charge", {"payment_intent": Text()})


def attempt(sandbox, intent: dict, method: dict, card: Card, *, hold: bool, multicapture: bool) -> dict:
    """Ask the bank for the intent's amount: a charge that holds it, takes it, or failed."""
    decline = card.decline
    took = 0 if hold or decline else intent["amount"]
    now = sandbox.now()
    charge = {
        "id": new_id("ch", 24),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": took,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": STATEMENT,
        "captured": bool(took),
        "created": now,
        "currency": intent["currency"],
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": _outcome(decline),
        "paid": decline is None,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {
            "card": _card_details(intent, method, card, multicapture),
            "type": "card",
        },
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None if decline else f"{sandbox.url}/_sandbox/",
        "refunded": False,
        "review": None,
        "shipping": intent["shipping"],
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "failed" if decline else "succeeded",
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
    }
    if hold and not decline:
        charge["payment_method_details"]["card"]["capture_before"] = now + HOLD_SECONDS
    if took:
        charge["balance_transaction"] = put_on_balance(sandbox, took, charge, "charge")["id"]
    return sandbox.store.put(charge)


def put_on_balance(sandbox, amount: int, source: dict, type: str, *, fee: int = 0) -> dict:
    """Write a balance transaction of `amount` (negative when money leaves); taking money costs a fee."""
    if type == "charge":
        fee = amount * 15 // 1000 + 25
    details = {
        "amount": fee,
        "application": None,
        "currency": source["currency"],
        "description": "Processing fees",
    }
    now = sandbox.now()
    return sandbox.store.put(
        {
            "id": new_id("txn", 24),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": now + 2 * 24 * 3600,
            "balance_type": "payments",
            "created": now,
            "currency": source["currency"],
            "description": source.get("description"),
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [{**details, "type": "stripe_fee"}] if fee else [],
            "net": amount - fee,
            "reporting_category": "dispute" if type == "adjustment" else type,
            "source": source["id"],
            "status": "pending",
            "type": type,
        }
    )


def _outcome(decline: Decline | None) -> dict:
    return {
        "advice_code": decline.advice if decline else None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if decline else "approved_by_network",
        "reason": (decline.decline_code or decline.code) if decline else None,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "The bank did not return any further details with this decline."
        if decline
        else "Payment complete.",
        "type": "issuer_declined" if decline else "authorized",
    }


def _card_details(intent: dict, method: dict, card: Card, multicapture: bool) -> dict:
    kept = method["card"]
    checks = {**kept["checks"], "cvc_check": card.cvc_check if kept["checks"]["cvc_check"] else None}
    return {
        "amount_authorized": None if card.decline else intent["amount"],
        "authorization_code": None if card.decline else "231104",
        "brand": kept["brand"],
        "checks": checks,
        "country": kept["country"],
        "exp_month": kept["exp_month"],
        "exp_year": kept["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": kept["fingerprint"],
        "funding": kept["funding"],
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": kept["last4"],
        "mandate": None,
        "multicapture": {"status": "available" if multicapture else "unavailable"},
        "network": kept["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": None,
        "wallet": None,
    }
