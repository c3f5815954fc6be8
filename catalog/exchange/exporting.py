"""The catalogue as our own product file, which `own` reads back without a change."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TextIO

from django.conf import settings
from django.db.models import Count, Max

from catalog.drafts import FactDraft, PriceDraft, VariantDraft
from catalog.exchange import current
from catalog.exchange.current import Current
from catalog.exchange.sheet import escaped, packed
from catalog.models import Attribute, Category, OptionType, OptionValue, PriceList, Product, Variant
from inventory.models import Location
from shop.money import Money

BATCH = 100


@dataclass(frozen=True)
class Counts:
    products: int = 0
    variants: int = 0


def export_products(target: TextIO) -> Counts:
    """Every product, in the order of their ids; the same catalogue gives the same bytes."""
    products = variants = 0
    for product, row in _lines(target):
        products += product
        variants += row
    return Counts(products, variants)


def exported() -> Iterator[str]:
    """The same in pieces, for an answer that goes out while it is made."""
    target = io.StringIO(newline="")
    for _line in _lines(target):
        yield target.getvalue()
        target.seek(0)
        target.truncate()
    yield target.getvalue()


def _lines(target: TextIO) -> Iterator[tuple[int, int]]:
    """Write a row at a time: (1, 1) for the first row of a product, (0, 1) for the others."""
    sheet = _Sheet()
    writer = csv.DictWriter(target, sheet.columns(), restval="", lineterminator="\r\n")
    target.write("\ufeff")  # spreadsheets then know that it is UTF-8
    writer.writeheader()
    for product in _products():
        for number, row in enumerate(sheet.rows(product)):
            writer.writerow({name: escaped(cell) for name, cell in row.items()})
            yield int(number == 0), 1


def _products() -> Iterator[Current]:
    last = 0
    while batch := list(
        Product.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield from current.load(batch)
        last = batch[-1]


@dataclass
class _Sheet:
    """What the columns are, by what the shop has; the names that rows are told with."""

    languages: list[str] = field(default_factory=lambda: [code for code, _name in settings.LANGUAGES])
    lists: dict[str, str] = field(
        default_factory=lambda: dict(PriceList.objects.order_by("code").values_list("code", "currency"))
    )
    locations: list[str] = field(default_factory=lambda: [row.code for row in Location.objects.all()])
    attributes: list[Attribute] = field(default_factory=lambda: list(Attribute.objects.all()))

    def __post_init__(self) -> None:
        counted = Variant.objects.annotate(count=Count("options")).aggregate(most=Max("count"))
        self.options: int = counted["most"] or 0
        self.shelves = dict(Category.objects.values_list("full_path", "name"))
        self.option_names = dict(OptionType.objects.values_list("code", "name"))
        values = OptionValue.objects.values_list("option_type__code", "code", "name", "swatch")
        self.values = {(option, code): (name, swatch) for option, code, name, swatch in values}

    def columns(self) -> list[str]:
        return [
            "product", "kind", "status", "published_at", "product_type", "tax_class", "category",
            *self._each("category_name"), *self._each("name"), *self._each("summary"),
            *self._each("description"), "tags", *self._fact_columns("fact"),
            "pictures", *self._each("picture_alt"), "picture_view", "picture_variant",
            "sku", "barcode", "on_sale", *self._option_columns(), *self._fact_columns("variant_fact"),
            "weight_g", "length_mm", "width_mm", "height_mm", "stock_policy", "lead_days", "preorder_at",
            *(f"{name}:{code}" for code in self.lists for name in ("price", "compare_at", "more_prices")),
            *(f"{name}:{code}" for code in self.locations for name in ("stock", "backorder_limit")),
        ]  # fmt: skip

    def _each(self, name: str) -> list[str]:
        return [f"{name}:{language}" for language in self.languages]

    def _fact_columns(self, prefix: str) -> list[str]:
        columns = []
        for row in self.attributes:
            columns += [_fact_column(prefix, row), *self._each(f"{prefix}:{row.code}")]
        return columns

    def _option_columns(self) -> list[str]:
        columns = []
        for number in range(1, self.options + 1):
            name = f"option{number}"
            columns += [name, *self._each(f"{name}_name"), f"{name}_value", *self._each(f"{name}_value_name")]
            columns.append(f"{name}_swatch")
        return columns

    # --- Rows ------------------------------------------------------------------------------------
    def rows(self, product: Current) -> Iterator[dict[str, str]]:
        first = self._product(product)
        for variant in product.draft.variants:
            yield {"product": product.draft.slug, **first, **self._variant(product, variant)}
            first = {}

    def _product(self, product: Current) -> dict[str, str]:
        draft = product.draft
        row = {
            "kind": draft.kind,
            "status": draft.status,
            "published_at": _moment(draft.published_at),
            "product_type": draft.product_type,
            "tax_class": draft.tax_class,
            "category": draft.category,
            "tags": packed(draft.tags),
        }
        for name in ("name", "summary", "description"):
            row |= self._texts(name, getattr(draft, name))
        return row | self._shelf(draft.category) | self._facts("fact", draft.facts) | self._pictures(product)

    def _texts(self, name: str, texts: Any) -> dict[str, str]:
        return {f"{name}:{language}": texts.get(language, "") for language in self.languages}

    def _shelf(self, path: str) -> dict[str, str]:
        """The names of a category and of all above it."""
        parts = path.split("/") if path else []
        names = [self.shelves["/".join(parts[: depth + 1])] for depth in range(len(parts))]
        return {
            f"category_name:{language}": packed(name.get(language, "") for name in names)
            for language in self.languages
        }

    def _facts(self, prefix: str, facts: Sequence[FactDraft]) -> dict[str, str]:
        row = {}
        for attribute in self.attributes:
            own = sorted(
                (fact for fact in facts if fact.attribute == attribute.code), key=lambda fact: fact.code
            )
            if own:
                row[_fact_column(prefix, attribute)] = packed(_fact(fact, attribute.kind) for fact in own)
                for language in self.languages:
                    texts = [fact.text.get(language, "") for fact in own]
                    row[f"{prefix}:{attribute.code}:{language}"] = packed(texts) if any(texts) else ""
        return row

    def _pictures(self, product: Current) -> dict[str, str]:
        pictures = product.pictures
        if not pictures:
            return {}
        skus = {variant.pk: variant.sku for variant in product.product.variants.all()}
        row = {
            "pictures": packed(picture.original.name for picture in pictures),
            "picture_view": packed(picture.view for picture in pictures),
            "picture_variant": packed(skus.get(picture.variant_id, "") for picture in pictures),
        }
        for language in self.languages:
            row[f"picture_alt:{language}"] = packed(picture.alt.get(language, "") for picture in pictures)
        return row

    def _variant(self, product: Current, variant: VariantDraft) -> dict[str, str]:
        length, width, height = variant.size_mm or (None, None, None)
        row = {
            "sku": variant.sku,
            "barcode": variant.barcode,
            "on_sale": "yes" if variant.is_active else "no",
            "weight_g": str(variant.weight_g),
            "length_mm": _number(length),
            "width_mm": _number(width),
            "height_mm": _number(height),
            "stock_policy": str(variant.stock_policy),
            "lead_days": _number(variant.lead_days),
            "preorder_at": variant.preorder_at.isoformat() if isinstance(variant.preorder_at, date) else "",
        }
        row |= self._choices(variant) | self._facts("variant_fact", variant.facts) | self._prices(variant)
        return row | self._stock(product, variant.sku)

    def _choices(self, variant: VariantDraft) -> dict[str, str]:
        row = {}
        for number, (option, value) in enumerate(variant.options.items(), 1):
            name, swatch = self.values[option, value]
            row |= {
                f"option{number}": option,
                f"option{number}_value": value,
                f"option{number}_swatch": swatch,
            }
            row |= self._texts(f"option{number}_name", self.option_names[option])
            row |= self._texts(f"option{number}_value_name", name)
        return row

    def _prices(self, variant: VariantDraft) -> dict[str, str]:
        row = {}
        for code, currency in self.lists.items():
            prices = [price for price in variant.prices if price.price_list == code]
            others = [price for price in prices if price.min_quantity > 1 or price.starts_at or price.ends_at]
            for price in prices:
                if price not in others:
                    row[f"price:{code}"] = Money(price.amount_minor, currency).plain
                    row[f"compare_at:{code}"] = _amount(price.compare_at_minor, currency)
            row[f"more_prices:{code}"] = packed(_more(price, currency) for price in others)
        return row

    def _stock(self, product: Current, sku: str) -> dict[str, str]:
        row = {}
        for code in self.locations:
            if (sku, code) in product.on_hand:
                row[f"stock:{code}"] = str(product.on_hand[sku, code])
                row[f"backorder_limit:{code}"] = str(product.backorder_limits[sku, code])
        return row


def _fact_column(prefix: str, attribute: Attribute) -> str:
    unit = f" {attribute.unit}" if attribute.unit else ""
    return f"{prefix}:{attribute.code}[{attribute.kind}{unit}]"


def _fact(fact: FactDraft, kind: str) -> str:
    """The code alone where that says the number too."""
    implied = fact.code if kind == Attribute.Kind.NUMBER and fact.code.lstrip("-").isdecimal() else ""
    number = _number(fact.number)
    return fact.code if number == implied and "=" not in fact.code else f"{fact.code}={number}"


def _more(price: PriceDraft, currency: str) -> str:
    parts = [
        str(price.min_quantity),
        _moment(price.starts_at),
        _moment(price.ends_at),
        Money(price.amount_minor, currency).plain,
        _amount(price.compare_at_minor, currency),
    ]
    return ";".join(parts)


def _amount(minor: int | None, currency: str) -> str:
    return "" if minor is None else Money(minor, currency).plain


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _number(number: int | None) -> str:
    return "" if number is None else str(number)
