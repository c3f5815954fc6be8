"""What there is to say of each variant on sale, in the order of the catalogue and in constant memory.

It comes from the rows that product pages are made of, so a feed and a page cannot say different things.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone

from catalog.index import pages_of
from catalog.models import Fact, Product, Variant
from inventory.availability import Availability, State, availability
from shop.money import Money

BATCH = 200  # products read at once
MOST_PICTURES = 10
COLOURS, SIZES = {"colour", "color"}, {"size"}
BRAND = "brand"  # the code of the attribute that names it; what states none is the shop's own


@dataclass(frozen=True)
class Item:
    """One variant. Addresses are absolute, prices with tax as the page shows them."""

    sku: str
    product_id: int
    name: str  # of the product
    title: str  # with the options that make the variant: "Tide mug, Sage"
    description: str
    url: str
    pictures: Sequence[str]
    price: Money
    compare_at: Money | None
    state: State
    available_on: date | None  # for what is not on the shelf: the day it can leave
    brand: str
    gtin: str
    weight_g: int
    has_siblings: bool
    trail: Sequence[str]  # from the top shelf down
    category_id: int | None
    options: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # code: (name, value)

    def option(self, codes: set[str]) -> str:
        """The value of the first of these options that it has."""
        return next((value for code, (_name, value) in self.options.items() if code in codes), "")


def items(language: str) -> Iterator[Item]:
    """Every variant that shoppers can open now, those that are sold out too."""
    last = 0
    while batch := list(_products().filter(pk__gt=last)[:BATCH]):
        last = batch[-1][0]
        yield from _of_batch({pk: (category, text) for pk, category, text in batch}, language)


def items_of(product_ids: Iterable[int], language: str) -> Iterator[Item]:
    """The same for some products."""
    rows = _products().filter(pk__in=list(product_ids))
    return _of_batch({pk: (category, text) for pk, category, text in rows}, language)


def _products() -> Any:
    return Product.objects.published().order_by("pk").values_list("pk", "category_id", "description")


def _of_batch(products: Mapping[int, tuple[int | None, Any]], language: str) -> Iterator[Item]:
    pages = pages_of(products, language, settings.CURRENCY)
    ids = [variant["id"] for parts in pages.values() for variant in parts["variants"]]
    stock, today = availability(ids), timezone.localdate()
    rows = Variant.objects.in_bulk(ids)
    brands = dict(
        Fact.objects.filter(product__in=products, attribute__code=BRAND, variant=None).values_list(
            "product_id", "text"
        )
    )
    for product_id, parts in pages.items():
        category_id, text = products[product_id]
        brand = brands.get(product_id)
        common = {
            "product_id": product_id,
            "name": parts["name"],
            "description": text.within(language) or parts["summary"] or parts["name"],
            "brand": (brand.within(language) if brand else "") or settings.SHOP_NAME,
            "trail": [entry["name"] for entry in parts["jsonld"]["crumbs"]["itemListElement"][1:-1]],
            "category_id": category_id,
            "has_siblings": len(parts["variants"]) > 1,
        }
        for variant in parts["variants"]:
            yield _item(parts, variant, rows[variant["id"]], stock[variant["id"]], today, common)


def _item(
    parts: dict[str, Any],
    variant: dict[str, Any],
    row: Variant,
    stock: Availability,
    today: date,
    common: dict[str, Any],
) -> Item:
    options = _options(parts, variant)
    currency = parts["currency"]
    waits = stock.state in (State.BACKORDER, State.PREORDER)
    return Item(
        sku=variant["sku"],
        title=", ".join([parts["name"], *(value for _name, value in options.values())]),
        url=f"{settings.SITE_URL}{parts['url']}?variant={variant['sku']}",
        pictures=_pictures(parts, variant["sku"]),
        price=Money(variant["minor"], currency),
        compare_at=Money(variant["compare_at"], currency) if variant["compare_at"] else None,
        state=stock.state,
        available_on=stock.leaves_on(today) if waits else None,
        gtin=row.barcode,
        weight_g=row.weight_g,
        options=options,
        **common,
    )


def _options(parts: dict[str, Any], variant: dict[str, Any]) -> dict[str, tuple[str, str]]:
    found = {}
    for option in parts["options"]:
        chosen = variant["options"].get(option["code"])
        name = next((value["name"] for value in option["values"] if value["code"] == chosen), None)
        if name:
            found[option["code"]] = (option["name"], name)
    return found


def _pictures(parts: dict[str, Any], sku: str) -> list[str]:
    """The variant's own first, then those of no other variant."""
    shots = [shot for shot in parts["pictures"] if shot["sku"] in ("", sku)] or parts["pictures"]
    shots = sorted(shots, key=lambda shot: shot["sku"] != sku)
    return [_largest_jpeg(shot["picture"]) for shot in shots[:MOST_PICTURES]]


def _largest_jpeg(picture: dict[str, Any]) -> str:
    """Channels take no newer formats everywhere."""
    sets = dict(picture["sources"])
    sizes = [entry.split() for entry in sets.get("image/jpeg", "").split(", ") if entry]
    url = max(sizes, key=lambda size: int(size[1].rstrip("w")))[0] if sizes else picture["src"]
    return url if url.startswith("http") else f"{settings.SITE_URL}{url}"
