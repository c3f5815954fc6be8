"""What staff, importers and the demo loader say about a product, before it is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from catalog.models import Product, Variant

Texts = Mapping[str, str]  # {"en": "Mug", "ru": "Кружка"}


@dataclass(frozen=True)
class FactDraft:
    """What a product or variant states: `code` compares, `text` is read, `number` sorts."""

    attribute: str  # code of the attribute
    code: str
    text: Texts = field(default_factory=dict)
    number: int | None = None


@dataclass(frozen=True)
class PriceDraft:
    price_list: str  # code of the list
    amount_minor: int
    compare_at_minor: int | None = None
    min_quantity: int = 1
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class VariantDraft:
    sku: str
    options: Mapping[str, str] = field(default_factory=dict)  # code of the option: code of the value
    prices: Sequence[PriceDraft] = ()
    facts: Sequence[FactDraft] = ()
    barcode: str = ""
    weight_g: int = 0
    size_mm: tuple[int, int, int] | None = None  # length, width, height
    stock_policy: str = Variant.StockPolicy.DENY
    lead_days: int | None = None
    preorder_at: date | None = None
    is_active: bool = True


@dataclass(frozen=True)
class ProductDraft:
    """The whole of a product: what is left out is taken away, its variants and prices included."""

    slug: str
    name: Texts
    category: str  # its full path; "" for none
    tax_class: str
    variants: Sequence[VariantDraft]
    kind: str = Product.Kind.PHYSICAL
    status: str = Product.Status.ACTIVE
    product_type: str = ""
    summary: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    tags: Sequence[str] = ()
    facts: Sequence[FactDraft] = ()
    published_at: datetime | None = None  # None: now for a new product, unchanged for a known one

    @property
    def options(self) -> list[str]:
        """The options of its pickers, in the order in which the variants name them."""
        return list(dict.fromkeys(code for variant in self.variants for code in variant.options))


def signature_of(options: Mapping[str, str]) -> str:
    """ "colour=sage;size=xl": what no other variant of the product may have."""
    return ";".join(f"{option}={value}" for option, value in sorted(options.items()))


def differing(row: Any, **fields: Any) -> list[str]:
    """Set `fields` on a row; the names of those that were different before."""
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, fields[name])
    return changed
