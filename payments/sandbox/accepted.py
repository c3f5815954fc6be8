"""What a payment intent takes: the parameters of creating, changing and confirming it."""

from __future__ import annotations

from .errors import BadParameter
from .params import Choice, Flag, Integer, Listed, Metadata, Shape, Text
from .payment_methods import ADDRESS, DATA

SHIPPING = Shape(
    {
        "address": Shape(ADDRESS.fields, required=True),
        "name": Text(required=True),
        **{name: Text(unset=True) for name in ("carrier", "phone", "tracking_number")},
    },
    unset=True,
)
CARD_OPTIONS = {
    "capture_method": Choice(("manual", "")),
    "request_multicapture": Choice(("if_available", "never")),
    "request_three_d_secure": Choice(("any", "automatic", "challenge")),
}
COMMON = {
    "payment_method": Text(),
    "payment_method_data": DATA,
    "payment_method_options": Shape({"card": Shape(CARD_OPTIONS)}),
    "payment_method_types": Listed(Text()),
    "receipt_email": Text(unset=True),
    "shipping": SHIPPING,
}
DETAILS = {
    **COMMON,
    "capture_method": Choice(("automatic", "automatic_async", "manual")),
    "description": Text(unset=True),
    "metadata": Metadata(),
    "statement_descriptor": Text(max_length=22),
    "statement_descriptor_suffix": Text(max_length=22, unset=True),
    "transfer_group": Text(),
}
HOW = {
    "error_on_requires_action": Flag(),
    "off_session": Flag(),
    "return_url": Text(),
    "use_stripe_sdk": Flag(),
}
CREATE = {
    **DETAILS,
    "amount": Integer(required=True),
    "currency": Text(required=True),
    "automatic_payment_methods": Shape(
        {"enabled": Flag(required=True), "allow_redirects": Choice(("always", "never"))}
    ),
    "confirm": Flag(),
    **HOW,
}
UPDATE = {**DETAILS, "amount": Integer(), "currency": Text()}
CONFIRM = {
    **COMMON,
    **HOW,
    "client_secret": Text(),
    "capture_method": Choice(("automatic", "automatic_async", "manual")),
}


def set_card_options(intent: dict, given: dict) -> None:
    card = given.get("payment_method_options", {}).get("card", {})
    if card.get("capture_method") == "manual" and intent["capture_method"] == "manual":
        raise BadParameter(
            "You cannot set `payment_method_options[card][capture_method]` when `capture_method` is "
            "`manual`.",
            param="payment_method_options[card][capture_method]",
        )
    options = {**intent["payment_method_options"]["card"], **card}
    intent["payment_method_options"] = {
        "card": {name: value for name, value in options.items() if value != ""}
    }
