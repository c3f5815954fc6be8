"""Disputes: the bank takes captured money back until it is decided who keeps it."""

from __future__ import annotations

from . import payment_methods
from .charges import put_on_balance
from .errors import StripeError
from .events import record
from .listing import page
from .params import Metadata, Text, merged_metadata, read
from .store import new_id

FEE = 2000
EVIDENCE = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure "
    "cancellation_rebuttal customer_communication customer_email_address customer_name customer_purchase_ip "
    "customer_signature duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id "
    "product_description receipt refund_policy refund_policy_disclosure refund_refusal_explanation service_date "
    "service_documentation shipping_address shipping_carrier shipping_date shipping_documentation "
    "shipping_tracking_number uncategorized_file uncategorized_text"
)


def retrieve(sandbox, call) -> dict:
    """GET /v1/disputes/…"""
    read(call.params, {})
    return sandbox.find("dispute", call.ids[0])


def list_all(sandbox, call) -> dict:
    """GET /v1/disputes"""
    return page(sandbox, call, "dispute", {"payment_intent": Text(), "charge": Text()})


def update(sandbox, call) -> dict:
    """POST /v1/disputes/…: its metadata."""
    given = read(call.params, {"metadata": Metadata()})
    dispute = sandbox.find("dispute", call.ids[0])
    previous = {"metadata": dispute["metadata"]}
    dispute["metadata"] = merged_metadata(dispute["metadata"], given.get("metadata", {}))
    sandbox.store.put(dispute)
    record(sandbox, "charge.dispute.updated", dispute, previous=previous)
    return dispute


def close(sandbox, call) -> dict:
    """POST /v1/disputes/…/close: the shop gives in, and it is lost."""
    read(call.params, {})
    return decide(sandbox, call.ids[0], "lost")


def open_if_bound(sandbox, charge: dict) -> None:
    """Some test cards dispute whatever is captured."""
    method = sandbox.store.get(charge["payment_method"])
    if payment_methods.card_of(sandbox, method).disputed:
        open_on(sandbox, charge["id"])


def open_on(sandbox, charge_id: str, reason: str = "fraudulent") -> dict:
    """The buyer tells the bank to take back what was captured."""
    charge = sandbox.find("charge", charge_id, param="charge")
    if charge["disputed"] or not charge["amount_captured"]:
        raise StripeError(f"Charge {charge_id} cannot be disputed (again).", param="charge")
    charge["disputed"] = True
    sandbox.store.put(charge)
    dispute = _blank(sandbox, charge, reason)
    taken = put_on_balance(sandbox, -dispute["amount"], dispute, "adjustment", fee=FEE)
    dispute["balance_transactions"].append(taken)
    sandbox.store.put(dispute)
    record(sandbox, "charge.dispute.created", dispute)
    record(sandbox, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def decide(sandbox, dispute_id: str, outcome: str) -> dict:
    """The bank decided: `won` gives the money back to the shop, `lost` does not."""
    dispute = sandbox.find("dispute", dispute_id)
    if dispute["status"] in ("won", "lost"):
        raise StripeError("This dispute is already closed.", param="dispute")
    previous = {"status": dispute["status"]}
    dispute["status"] = outcome
    if outcome == "won":
        back = put_on_balance(sandbox, dispute["amount"], dispute, "adjustment", fee=-FEE)
        dispute["balance_transactions"].append(back)
    sandbox.store.put(dispute)
    if outcome == "won":
        record(sandbox, "charge.dispute.funds_reinstated", dispute)
    record(sandbox, "charge.dispute.closed", dispute, previous=previous)
    return dispute


def stands_against(sandbox, charge: dict) -> bool:
    """Whether a dispute of this charge is open or lost."""
    return any(dispute["status"] != "won" for dispute in sandbox.store.all("dispute", charge=charge["id"]))


def _blank(sandbox, charge: dict, reason: str) -> dict:
    now = sandbox.now()
    return {
        "id": new_id("dp", 24),
        "object": "dispute",
        "amount": charge["amount_captured"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE.split()), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": now + 9 * 24 * 3600,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": charge["payment_method_details"]["card"]["brand"],
                "case_type": "chargeback",
                "network": charge["payment_method_details"]["card"]["brand"],
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": reason,
        "status": "needs_response",
    }
