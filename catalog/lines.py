"""What a cart or order line needs to know of its variant, for many lines in two queries that are asked together."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from catalog.index.copies import copies_of
from catalog.models import Product, Variant
from shop import sql
from shop.sql import Query
from shop.translation import Translated


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
    prices: tuple[tuple[int, int], ...] = field(
        default=()
    )  # (from quantity, amount) of the list that applies

    @property
    def is_physical(self) -> bool:
        return self.kind == Product.Kind.PHYSICAL

    @property
    def is_tracked(self) -> bool:
        return self.stock_policy != Variant.StockPolicy.UNTRACKED

    def unit_minor(self, quantity: int) -> int | None:
        """The price of one when `quantity` are bought; None when it is not for sale in this currency."""
        fitting = [price for price in self.prices if price[0] <= quantity]
        return max(fitting)[1] if fitting else None


def line_facts(
    variant_ids: Collection[int], *, currency: str, language: str, now: datetime
) -> dict[int, LineFacts]:
    """Facts by variant id, archived and unpublished variants included (`is_sellable` says so)."""
    ids = sorted(set(variant_ids))
    if not ids:
        return {}
    return line_facts_of(*sql.together(*line_queries(sql.these(ids), currency, now)), language=language)


def line_queries(variants: Query, currency: str, now: datetime) -> list[Query]:
    """What to ask about `variants`, listed or selected, for `line_facts_of`."""
    moment = sql.moment(now)
    return [
        Query(_VARIANTS.format(ids=variants.statement), [moment, *variants.parameters]),
        Query(_PRICES.format(ids=variants.statement), [*variants.parameters, currency, moment, moment]),
    ]


def line_facts_of(
    variants: Sequence[tuple[Any, ...]], prices: Sequence[tuple[Any, ...]], *, language: str
) -> dict[int, LineFacts]:
    """`line_facts` from the rows that `line_queries` found."""
    copies, priced = _copies(variants), _in_force(prices)
    return {row[0]: _facts(row, copies[row[0]], priced.get(row[0], ()), language) for row in variants}


_VARIANTS = """
SELECT variant.id, variant.sku, variant.weight_g, variant.stock_policy, variant.lead_days, variant.preorder_at,
       variant.copy, product.slug, product.kind, tax_class.code,
       variant.is_active AND product.status = 'active' AND product.published_at <= %s
FROM catalog_variant variant
JOIN catalog_product product ON product.id = variant.product_id
JOIN pricing_taxclass tax_class ON tax_class.id = product.tax_class_id
WHERE variant.id IN ({ids})
"""

_PRICES = """
SELECT price.variant_id, price.price_list_id, price.min_quantity, price.amount_minor
FROM catalog_price price JOIN catalog_pricelist list ON list.id = price.price_list_id
WHERE price.variant_id IN ({ids}) AND list.currency = %s
  AND (price.starts_at IS NULL OR price.starts_at <= %s) AND (price.ends_at IS NULL OR price.ends_at > %s)
ORDER BY list.priority DESC, list.id, price.min_quantity, price.starts_at IS NOT NULL, price.starts_at
"""


def _copies(rows: Sequence[tuple[Any, ...]]) -> dict[int, dict[str, Any]]:
    """The texts kept with the variants; read from the catalogue for those that have none kept yet."""
    kept = {row[0]: json.loads(row[6]) for row in rows}
    missing = [variant_id for variant_id, copy in kept.items() if not copy]
    return {**kept, **copies_of(missing)} if missing else kept


def _in_force(prices: Sequence[tuple[Any, ...]]) -> dict[int, tuple[tuple[int, int], ...]]:
    """Of each variant, the prices in force on the list with the highest priority that has any."""
    chosen: dict[int, tuple[int, dict[int, int]]] = {}
    for variant_id, list_id, quantity, amount in prices:
        # A dated price stands after the standing one of its quantity, so it replaces it.
        listed, amounts = chosen.setdefault(variant_id, (list_id, {}))
        if listed == list_id:
            amounts[quantity] = amount
    return {variant_id: tuple(sorted(amounts.items())) for variant_id, (_list, amounts) in chosen.items()}


def _facts(
    row: tuple[Any, ...], copy: dict[str, Any], prices: tuple[tuple[int, int], ...], language: str
) -> LineFacts:
    variant_id, sku, weight_g, policy, lead_days, preorder_at, _copy, slug, kind, tax_class, is_on_sale = row
    return LineFacts(
        variant_id=variant_id,
        sku=sku,
        name=Translated(copy["name"]).within(language),
        options_text=Translated(copy["options"]).within(language),
        url=f"{_page(slug, get_language())}?variant={sku}",
        kind=kind,
        tax_class=tax_class,
        weight_g=weight_g,
        thumb=copy["thumb"],
        is_sellable=bool(is_on_sale and prices),
        stock_policy=policy,
        lead_days=lead_days,
        preorder_at=date.fromisoformat(preorder_at) if isinstance(preorder_at, str) else preorder_at,
        prices=prices,
    )


@lru_cache(maxsize=10_000)
def _page(slug: str, language: str | None) -> str:
    """The product's address in the active language: each of a cart's lines has one, each time it is read."""
    return reverse("catalog:product", args=[slug])
