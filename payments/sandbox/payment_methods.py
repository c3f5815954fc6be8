"""Payment methods: a card reduced to its brand, last four digits and what it does when charged."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from . import cards
from .errors import BadParameter, NoSuchThing, RawCard
from .params import Choice, Integer, Metadata, Shape, Text, read
from .store import new_id

ADDRESS = Shape(
    {name: Text(unset=True) for name in ("city", "country", "line1", "line2", "postal_code", "state")},
    unset=True,
)
BILLING = Shape(
    {"address": ADDRESS, **{name: Text(unset=True) for name in ("email", "name", "phone", "tax_id")}}
)
CARD = Shape(
    {
        "number": Text(required=True),
        "exp_month": Integer(required=True),
        "exp_year": Integer(required=True),
        "cvc": Text(),
    }
)
DATA = Shape(
    {
        "type": Choice(("card", "link"), required=True),
        "card": CARD,
        "billing_details": BILLING,
        "metadata": Metadata(),
        "allow_redisplay": Choice(("always", "limited", "unspecified")),
    }
)
NO_RAW_CARDS = (
    "Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test "
    "tokens that map to the test card you are using, see https://stripe.com/docs/testing. To enable "
    "testing raw card data APIs, see "
    "https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis."
)


def create(sandbox, call) -> dict:
    """POST /v1/payment_methods."""
    return from_data(sandbox, read(call.params, {**DATA.fields, "payment_method": Text()}), call.is_browser)


def retrieve(sandbox, call) -> dict:
    """GET /v1/payment_methods/…"""
    read(call.params, {})
    return sandbox.find("payment_method", call.ids[0], param="payment_method", name="PaymentMethod")


def from_data(sandbox, data: dict, is_browser: bool) -> dict:
    """A payment method from what a browser typed. A server must not send card numbers at all."""
    given = data.get("card")
    if data["type"] != "card":
        raise BadParameter("This sandbox takes cards only.", param="payment_method_data[type]")
    if given is None:
        raise BadParameter("Missing required param: card.", code="parameter_missing", param="card")
    if not is_browser:
        raise RawCard(NO_RAW_CARDS)
    card = cards.with_number(given["number"])
    return save(sandbox, card, given["exp_month"], given["exp_year"], data, has_cvc=bool(given.get("cvc")))


def from_id(sandbox, id: str) -> dict:
    """A stored payment method, or a new one behind a ready-made `pm_card_…`."""
    if card := cards.with_token(id):
        return save(sandbox, card, 12, sandbox.year() + 2, {}, has_cvc=True)
    thing = sandbox.store.get(id)
    if thing is None or thing["object"] != "payment_method":
        raise NoSuchThing("PaymentMethod", id, param="payment_method")
    return thing


def card_of(sandbox, method: dict) -> cards.Card:
    """What this payment method does when it is charged."""
    known = sandbox.store.private(method["id"])
    if known["test_number"]:
        return cards.BY_NUMBER[known["test_number"]]
    decline = cards.LIVE_CARD if known["is_valid"] else cards.WRONG_NUMBER
    return replace(cards.CARDS[0], brand=method["card"]["brand"], decline=decline)


def save(sandbox, card: cards.Card, month: int, year: int, data: dict, *, has_cvc: bool) -> dict:
    """Of the number only what a receipt shows is kept; of a public test number also which one it was."""
    fingerprint = hashlib.sha256(card.number.encode()).hexdigest()[:16]
    is_test = card.number in cards.BY_NUMBER
    method = {
        "id": new_id("pm", 24),
        "object": "payment_method",
        "allow_redisplay": data.get("allow_redisplay", "unspecified"),
        "billing_details": billing_details(data.get("billing_details")),
        "card": {
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "unchecked" if has_cvc else None,
            },
            "country": "US",
            "display_brand": card.brand,
            "exp_month": month,
            "exp_year": year,
            "fingerprint": fingerprint if is_test else None,
            "funding": "credit",
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": sandbox.now(),
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": data.get("metadata") or {},
        "type": "card",
    }
    number = card.number if is_test else None
    return sandbox.store.put(method, test_number=number, is_valid=cards.is_luhn_valid(card.number))


def billing_details(given: dict | None) -> dict:
    given = given or {}
    address = given.get("address") or {}
    names = ("city", "country", "line1", "line2", "postal_code", "state")
    return {
        "address": {name: address.get(name) for name in names},
        **{name: given.get(name) for name in ("email", "name", "phone", "tax_id")},
    }
