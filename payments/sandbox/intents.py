"""Payment intents: create, read, change, cancel. Confirming and capturing have modules of their own."""

from __future__ import annotations

from . import confirming, disputes, payment_methods
from .accepted import CREATE, UPDATE, set_card_options
from .currencies import checked_amount, checked_currency
from .errors import BadParameter, UnexpectedState
from .events import record
from .listing import page
from .params import Choice, Text, merged_metadata, read
from .store import new_id

PLAIN = (
    "description",
    "receipt_email",
    "shipping",
    "statement_descriptor_suffix",
    "transfer_group",
    "capture_method",
)
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (
    "requires_payment_method, requires_capture, requires_reauthorization, requires_confirmation, "
    "requires_action, expired, processing"
)


def create(sandbox, call) -> dict:
    """POST /v1/payment_intents"""
    given = read(call.params, CREATE)
    currency = checked_currency(given["currency"])
    intent = _blank(sandbox, checked_amount(given["amount"], currency), currency)
    _choose_methods(intent, given)
    _change(sandbox, intent, given)
    sandbox.store.put(intent)
    record(sandbox, "payment_intent.created", intent)
    if given.get("confirm"):
        return confirming.confirm_with(sandbox, intent, given, call)
    return intent


def retrieve(sandbox, call) -> dict:
    """GET /v1/payment_intents/…"""
    read(call.params, {"client_secret": Text()})
    return sandbox.find("payment_intent", call.ids[0], param="intent")


def list_all(sandbox, call) -> dict:
    """GET /v1/payment_intents"""
    return page(sandbox, call, "payment_intent")


def update(sandbox, call) -> dict:
    """POST /v1/payment_intents/…"""
    given = read(call.params, UPDATE)
    intent = sandbox.find("payment_intent", call.ids[0], param="intent")
    if intent["status"] not in OPEN and set(given) - {"metadata", "description", "receipt_email", "shipping"}:
        raise UnexpectedState(
            f"This PaymentIntent's {_first(given)} could not be updated because it has a status of "
            f"{intent['status']}. You may only update the {_first(given)} of a PaymentIntent with one of the "
            f"following statuses: {', '.join(OPEN)}.",
            intent,
        )
    if "currency" in given:
        intent["currency"] = checked_currency(given["currency"])
    intent["amount"] = checked_amount(given.get("amount", intent["amount"]), intent["currency"])
    if "payment_method_types" in given:
        _choose_methods(intent, given)
    _change(sandbox, intent, given)
    return sandbox.store.put(intent)


def cancel(sandbox, call) -> dict:
    """POST /v1/payment_intents/…/cancel: what is held is released. After a partial capture the intent ends as
    succeeded with what was captured, for that money stays taken."""
    reasons = Choice(("abandoned", "duplicate", "fraudulent", "requested_by_customer"))
    given = read(call.params, {"cancellation_reason": reasons})
    intent = sandbox.find("payment_intent", call.ids[0], param="intent")
    if intent["status"] in ("succeeded", "canceled"):
        raise UnexpectedState(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. Only a "
            f"PaymentIntent with one of the following statuses may be canceled: {CANCELABLE}.",
            intent,
        )
    return let_go(sandbox, intent, given.get("cancellation_reason"))


def let_go(sandbox, intent: dict, reason: str | None) -> dict:
    """Release what is still held and end the intent."""
    if intent["amount_received"]:
        return close_captured(sandbox, intent)
    intent.update(
        status="canceled",
        canceled_at=sandbox.now(),
        cancellation_reason=reason,
        amount_capturable=0,
        next_action=None,
    )
    sandbox.store.put(intent)
    record(sandbox, "payment_intent.canceled", intent)
    return intent


def close_captured(sandbox, intent: dict) -> dict:
    """The last of several captures is behind us, or the rest of the hold was let go."""
    charge = sandbox.store.get(intent["latest_charge"])
    charge["captured"] = True
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    sandbox.store.put(charge)
    intent.update(status="succeeded", amount_capturable=0)
    sandbox.store.put(intent)
    record(sandbox, "charge.captured", charge)
    disputes.open_if_bound(sandbox, charge)
    record(sandbox, "payment_intent.succeeded", intent)
    return intent


def _blank(sandbox, amount: int, currency: str) -> dict:
    id = new_id("pi", 24)
    nothing = (
        "application application_fee_amount automatic_payment_methods canceled_at cancellation_reason "
        "customer customer_account description excluded_payment_method_types last_payment_error "
        "latest_charge next_action on_behalf_of payment_method payment_method_configuration_details "
        "processing receipt_email review setup_future_usage shipping statement_descriptor "
        "statement_descriptor_suffix transfer_data transfer_group"
    )
    return {
        "id": id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": f"{new_id(id + '_secret', 25)}",
        "confirmation_method": "automatic",
        "created": sandbox.now(),
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "payment_method_options": {
            "card": {
                "installments": None,
                "mandate_options": None,
                "network": None,
                "request_three_d_secure": "automatic",
            }
        },
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        **dict.fromkeys(nothing.split()),
    }


def _choose_methods(intent: dict, given: dict) -> None:
    """Named types, or whatever the account offers: here that is cards."""
    automatic = given.get("automatic_payment_methods")
    types = given.get("payment_method_types")
    if types is not None and automatic and automatic["enabled"]:
        raise BadParameter(
            "You may only specify one of these parameters: automatic_payment_methods, payment_method_types.",
            param="payment_method_types",
        )
    for type in types or []:
        if type != "card":
            raise BadParameter(
                f'The payment method type "{type}" is invalid. Please ensure the provided type is activated '
                "in your dashboard (https://dashboard.stripe.com/account/payments/settings) and your "
                "account is enabled for any preview features that you are trying to use.",
                param="payment_method_types",
            )
    if types is None and (automatic is None or automatic["enabled"]):
        redirects = (automatic or {}).get("allow_redirects", "always")
        intent["automatic_payment_methods"] = {"allow_redirects": redirects, "enabled": True}
    else:
        intent["automatic_payment_methods"] = None


def _change(sandbox, intent: dict, given: dict) -> None:
    if "statement_descriptor" in given:
        raise BadParameter(
            "The `statement_descriptor` parameter is not supported for card charges. Use "
            "`statement_descriptor_suffix` instead.",
            param="statement_descriptor",
        )
    intent.update({name: given[name] for name in PLAIN if name in given})
    if "metadata" in given:
        intent["metadata"] = merged_metadata(intent["metadata"], given["metadata"])
    set_card_options(intent, given)
    if id := given.get("payment_method"):
        intent["payment_method"] = payment_methods.from_id(sandbox, id)["id"]
        intent["status"] = "requires_confirmation"


def _first(given: dict) -> str:
    return next(iter(given))
