"""What a cart or order line needs to know of its variant, for many lines in a few queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q
from django.urls import reverse

from catalog.models import Picture, Price, Product, Rendition, Variant, VariantOption
from shop.translation import Translated

THUMB_WIDTH = 160


@dataclass(frozen=True)
class LineFacts:
    """A variant as a line shows and copies it, in one language and currency."""

    variant_id: int
    sku: str
    name: str
    options_text: str
    url: str
    kind: str
    tax_class: str
    weight_g: int
    thumb: str  # name in the media storage, "" when there is no picture
    is_sellable: bool
    stock_policy: str
    lead_days: int | None
    preorder_at: date | None
    prices: tuple[tuple[int, int], ...] = field(default=())  # (from quantity, amount), best list first

    @property
    def is_physical(self) -> bool:
        return self.kind == Product.Kind.PHYSICAL

    @property
    def is_tracked(self) -> bool:
        return self.stock_policy != Variant.StockPolicy.UNTRACKED

    def unit_minor(self, quantity: int) -> int | None:
        """The price of one when `quantity` are bought; None when it is not for sale in this currency."""
        fitting = [(start, amount) for start, amount in self.prices if start <= quantity]
        return max(fitting, key=lambda price: price[0])[1] if fitting else None


def line_facts(
    variant_ids: Collection[int], *, currency: str, language: str, now: datetime
) -> dict[int, LineFacts]:
    """Facts by variant id, archived and unpublished variants included (`is_sellable` says so)."""
    rows = Variant.objects.filter(pk__in=variant_ids).values(
        "id", "sku", "is_active", "stock_policy", "lead_days", "preorder_at", "weight_g",
        "product_id", "product__slug", "product__name", "product__kind", "product__status",
        "product__published_at", "product__tax_class__code",
    )  # fmt: skip
    products = {row["product_id"] for row in rows}
    options = _options(variant_ids, language)
    prices = _prices(variant_ids, currency, now)
    thumbs = _thumbs(variant_ids, products)
    return {
        row["id"]: _facts(row, options.get(row["id"], ""), prices.get(row["id"], ()), thumbs, language, now)
        for row in rows
    }


def _facts(
    row: dict[str, Any],
    options_text: str,
    prices: tuple[tuple[int, int], ...],
    thumbs: dict[tuple[str, int], str],
    language: str,
    now: datetime,
) -> LineFacts:
    is_published = row["product__status"] == Product.Status.ACTIVE and row["product__published_at"] <= now
    return LineFacts(
        variant_id=row["id"],
        sku=row["sku"],
        name=Translated(row["product__name"]).within(language),
        options_text=options_text,
        url=f"{reverse('catalog:product', args=[row['product__slug']])}?variant={row['sku']}",
        kind=row["product__kind"],
        tax_class=row["product__tax_class__code"],
        weight_g=row["weight_g"],
        thumb=thumbs.get(("variant", row["id"])) or thumbs.get(("product", row["product_id"])) or "",
        is_sellable=bool(row["is_active"] and is_published and prices),
        stock_policy=row["stock_policy"],
        lead_days=row["lead_days"],
        preorder_at=row["preorder_at"],
        prices=prices,
    )


def _options(variant_ids: Collection[int], language: str) -> dict[int, str]:
    texts: dict[int, list[str]] = {}
    rows = VariantOption.objects.filter(variant_id__in=variant_ids).order_by("id")
    for variant_id, name in rows.values_list("variant_id", "value__name"):
        texts.setdefault(variant_id, []).append(Translated(name).within(language))
    return {variant_id: ", ".join(parts) for variant_id, parts in texts.items()}


def _prices(
    variant_ids: Collection[int], currency: str, now: datetime
) -> dict[int, tuple[tuple[int, int], ...]]:
    """Of each variant, the prices in force on the list with the highest priority that has any."""
    rows = Price.objects.filter(
        Q(starts_at__isnull=True) | Q(starts_at__lte=now),
        Q(ends_at__isnull=True) | Q(ends_at__gt=now),
        variant_id__in=variant_ids,
        price_list__currency=currency,
    ).order_by("-price_list__priority", "price_list_id", "min_quantity", F("starts_at").asc(nulls_first=True))
    chosen: dict[int, tuple[int, dict[int, int]]] = {}
    for variant_id, list_id, quantity, amount in rows.values_list(
        "variant_id", "price_list_id", "min_quantity", "amount_minor"
    ):
        # A dated price stands after the standing one of its quantity, so it replaces it.
        listed, amounts = chosen.setdefault(variant_id, (list_id, {}))
        if listed == list_id:
            amounts[quantity] = amount
    return {variant_id: tuple(sorted(amounts.items())) for variant_id, (_list, amounts) in chosen.items()}


def _thumbs(variant_ids: Collection[int], product_ids: Collection[int]) -> dict[tuple[str, int], str]:
    """The first small JPEG of each variant and of each product."""
    pictures = Picture.objects.filter(Q(variant_id__in=variant_ids) | Q(product_id__in=product_ids))
    rows = Rendition.objects.filter(
        picture__in=pictures, format=Rendition.Format.JPEG, width=THUMB_WIDTH
    ).order_by("picture__position", "picture_id")
    thumbs: dict[tuple[str, int], str] = {}
    for file, variant_id, product_id in rows.values_list(
        "file", "picture__variant_id", "picture__product_id"
    ):
        if variant_id:
            thumbs.setdefault(("variant", variant_id), file)
        thumbs.setdefault(("product", product_id), file)
    return thumbs
