"""The buy box: which variant is meant, what it costs, whether it can be had, and what may be chosen instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.media import shown_from
from catalog.models import Product
from catalog.prices import lowest_in_30_days
from catalog.promise import promise_text
from catalog.signals import DeliveryPromise
from inventory.availability import Availability, State
from shop.claims import parts_of
from shop.money import Money

Parts = dict[str, Any]  # of a product's page, see catalog.index.pages
VariantPart = dict[str, Any]
Stock = Mapping[int, Availability]

ARRIVES_BY_MAIL = (Product.Kind.DIGITAL, Product.Kind.GIFT_CARD)


# --- Which variant -------------------------------------------------------------------------------
def first_choice(parts: Parts, stock: Stock) -> VariantPart:
    """Without a wish: the first that can be had, else the first."""
    variants = parts["variants"]
    return next((variant for variant in variants if stock[variant["id"]].can_buy), variants[0])


def by_sku(parts: Parts, sku: str) -> VariantPart | None:
    return next((variant for variant in parts["variants"] if variant["sku"] == sku), None)


def wished_options(parts: Parts, values: Mapping[str, str]) -> dict[str, str]:
    """The options that an address names, `?colour=rust`; values that the product has not are left out."""
    wished = {}
    for option in parts["options"]:
        value = values.get(option["code"])
        if any(known["code"] == value for known in option["values"]):
            wished[option["code"]] = value
    return wished


def nearest(parts: Parts, stock: Stock, wished: Mapping[str, str], before: VariantPart) -> VariantPart:
    """The variant that has most of what is wished; what was changed just now counts more than all the rest."""
    changed = {code for code, value in wished.items() if before["options"].get(code) != value}

    def fit(variant: VariantPart) -> tuple[int, int, bool]:
        met = {code for code, value in wished.items() if variant["options"].get(code) == value}
        return len(met & changed), len(met), stock[variant["id"]].can_buy

    return max(parts["variants"], key=fit)


def sku_in(url: str) -> str:
    """The SKU that an address names: what the shopper looked at before."""
    return parse_qs(parts_of(url).query).get("variant", [""])[0]


# --- What the box shows --------------------------------------------------------------------------
def buy_box(
    parts: Parts, chosen: VariantPart, stock: Stock, promise: DeliveryPromise | None
) -> dict[str, Any]:
    """What `catalog/_buy.html` takes."""
    availability, currency = stock[chosen["id"]], parts["currency"]
    compare_at = Money(chosen["compare_at"], currency) if chosen["compare_at"] else None
    return {
        "sku": chosen["sku"],
        "name": parts["name"],
        "price": Money(chosen["minor"], currency),
        "compare_at": compare_at,
        "lowest_30": lowest_in_30_days([chosen["sku"]], currency).get(chosen["sku"]) if compare_at else None,
        "tax_note": _("Tax included") if chosen["tax_included"] else _("Tax is added at the checkout"),
        "options": [_option(option, parts, chosen, stock) for option in parts["options"]],
        "stock": {"state": availability.state, "text": availability.text},
        "promise": _promises(parts, availability, promise),
        "can_buy": availability.can_buy,
        "max_quantity": None
        if availability.free is None
        else max(0, min(availability.free, settings.CART_MAX_QUANTITY)),
        "product_url": parts["url"],
    }


def _option(option: dict[str, Any], parts: Parts, chosen: VariantPart, stock: Stock) -> dict[str, Any]:
    code = option["code"]
    values = [
        {
            "code": value["code"],
            "name": value["name"],
            "swatch": value["swatch"],
            "picture_thumb": shown_from(value["thumb"]),
            "is_chosen": chosen["options"].get(code) == value["code"],
            "is_sold_out": _is_sold_out(chosen["options"] | {code: value["code"]}, parts, stock),
        }
        for value in option["values"]
    ]
    chosen_name = next((value["name"] for value in values if value["is_chosen"]), "")
    return {"code": code, "name": option["name"], "chosen_name": chosen_name, "values": values}


def _is_sold_out(options: Mapping[str, str], parts: Parts, stock: Stock) -> bool:
    """With the other options as they are: there is no such variant, or none of it."""
    variant = next((variant for variant in parts["variants"] if variant["options"] == options), None)
    return variant is None or not stock[variant["id"]].can_buy


def _promises(
    parts: Parts, availability: Availability, promise: DeliveryPromise | None
) -> list[dict[str, str]]:
    if parts["kind"] in ARRIVES_BY_MAIL:
        return [{"icon": "mail", "title": _("Sent by e-mail"), "text": _("Right after the payment")}]
    if parts["kind"] != Product.Kind.PHYSICAL or promise is None or not availability.can_buy:
        return []
    amount = {"amount": promise.free_from}
    leaves_today = availability.state in (State.IN_STOCK, State.LOW, State.UNTRACKED)
    if not leaves_today:
        alone = _("Free delivery from %(amount)s") % amount
        return [{"icon": "truck", "title": alone, "text": ""}] if promise.free_from else []
    free = _("Free from %(amount)s") % amount if promise.free_from else ""
    return [{"icon": "truck", "title": promise.text or promise_text(promise), "text": free}]


# --- What search engines read --------------------------------------------------------------------
_SCHEMA = {
    State.IN_STOCK: "InStock",
    State.UNTRACKED: "InStock",
    State.LOW: "LimitedAvailability",
    State.BACKORDER: "BackOrder",
    State.PREORDER: "PreOrder",
    State.OUT: "OutOfStock",
}


def jsonld(parts: Parts, stock: Stock) -> dict[str, Any]:
    url, currency = f"{settings.SITE_URL}{parts['url']}", parts["currency"]
    offers = [
        {
            "@type": "Offer",
            "sku": variant["sku"],
            "url": f"{url}?variant={variant['sku']}",
            "price": Money(variant["minor"], currency).plain,
            "priceCurrency": currency,
            "availability": f"https://schema.org/{_SCHEMA[stock[variant['id']].state]}",
        }
        for variant in parts["variants"]
    ]
    product = parts["jsonld"]["product"] | {"url": url, "sku": parts["variants"][0]["sku"], "offers": offers}
    return {"@context": "https://schema.org", "@graph": [product, parts["jsonld"]["crumbs"]]}
