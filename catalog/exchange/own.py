"""Our own product file, read. `exporting` writes it; docs/catalogue.md describes it.

One row a variant; what belongs to the product stands in its first row. A column that is missing leaves what is
there, an empty cell empties it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from catalog.drafts import PriceDraft
from catalog.exchange import amounts, reading
from catalog.exchange.codes import MAX_CODE
from catalog.exchange.items import Asked, FactSaid, Item, Label, Note, Piece, Row, Shot
from catalog.exchange.sheet import unescaped, unpacked
from catalog.models import Product, Variant
from shop.errors import Refused
from shop.money import parse_minor
from shop.rich_text import clean

name = "lotok"
is_exact = True
MAX_OPTIONS = 20
MAX_SHELF = 120  # characters of a category's part of its address
_PLAIN = {
    "product", "kind", "status", "published_at", "product_type", "tax_class", "category", "tags", "sku",
    "barcode", "on_sale", "weight_g", "length_mm", "width_mm", "height_mm", "stock_policy", "lead_days",
    "preorder_at", "pictures", "picture_view", "picture_variant",
}  # fmt: skip
_WITH_A_CODE = re.compile(
    r"(?:name|summary|description|category_name|picture_alt|price|compare_at|more_prices|stock|backorder_limit"
    r"|option\d+_name|option\d+_value_name|fact|variant_fact):.+|option\d+(?:_value|_swatch)?"
)
_CODE = re.compile(r"[-a-zA-Z0-9_]+")
_FACT = re.compile(r"(fact|variant_fact):([-\w]+)(?::([-\w]+)|\[(\w+)(?: ([^\]]*))?\])?")


def column(title: str) -> str:
    title = title.strip()
    return title if title in _PLAIN or _WITH_A_CODE.fullmatch(title) else ""


def fits(columns: set[str]) -> bool:
    return {"product", "sku"} <= columns


def key(row: Row, before: str) -> str:
    return row.get("product").strip() or before


def aliases(row: Row) -> Sequence[str]:
    return ()


def item(rows: Sequence[Row], asked: Asked) -> Item:
    rows = [Row(row.line, {name: unescaped(text) for name, text in row.cells.items()}) for row in rows]
    first = rows[0]
    item = Item(first.line, first.get("product").strip(), is_exact=True)
    item.texts = {
        field: _by_language(first, field, clean if field == "description" else str)
        for field in ("name", "summary", "description")
        if any(name.startswith(f"{field}:") for name in first.cells)
    }
    if "name" in item.texts and not any(item.texts["name"].values()):
        item.errors.append(Note(first.line, "name", _("The product has no name.")))
    item.fields = _fields(item, first)
    item.shelves = _shelves(item, first)
    item.facts = _facts(item, first, "fact")
    item.attributes = _attributes(first, "fact")
    item.variant_attributes = _attributes(first, "variant_fact")
    item.whole_lists = [name.partition(":")[2] for name in first.cells if name.startswith("price:")]
    item.pieces = [_piece(item, row, asked) for row in rows if row.get("sku").strip()]
    item.pictures = _pictures(item, first)
    return item


def _by_language(row: Row, field: str, tidy: Callable[[str], str] = str) -> dict[str, str]:
    """An empty text stands for none: it takes away what was there."""
    found = {name: text for name, text in row.cells.items() if name.startswith(f"{field}:")}
    return {name[len(field) + 1 :]: tidy(text) for name, text in found.items()}


def _given(
    item: Item, row: Row, names: dict[str, Callable[[str], Any]], empty: dict[str, Any]
) -> dict[str, Any]:
    """{field: value} for the columns that the file has; an empty cell gives what `empty` says."""
    fields = {}
    for name, parse in names.items():
        if name in row.cells:
            value = reading.read(item, row, name, parse) if row.get(name).strip() else empty.get(name, "")
            if value is not None or name in empty:
                fields[name] = value
    return fields


# --- The product ---------------------------------------------------------------------------------
def _fields(item: Item, row: Row) -> dict[str, Any]:
    names: dict[str, Callable[[str], Any]] = {
        "kind": lambda text: reading.one_of(text, Product.Kind.values),
        "status": lambda text: reading.one_of(text, Product.Status.values),
        "published_at": _moment,
        "product_type": str.strip,
        "tax_class": str.strip,
        "tags": _list,
    }
    fields = _given(item, row, names, {"published_at": None, "tags": []})
    for name in ("kind", "status", "tax_class"):
        if not fields.get(name, "?"):
            del fields[name]  # there is no product without one: as it is, or as a new one begins
    return fields


def _shelves(item: Item, row: Row) -> list[list[Label]] | None:
    if "category" not in row.cells:
        return None
    codes = [code for code in row.get("category").strip().split("/") if code]
    _check_codes(item, row, "category", codes, MAX_SHELF)
    names = {
        language: reading.read(item, row, f"category_name:{language}", _list) or []
        for language in _by_language(row, "category_name")
    }
    shelf = [
        Label({language: parts[depth] for language, parts in names.items() if parts[depth : depth + 1]}, code)
        for depth, code in enumerate(codes)
    ]
    return [shelf]


def _facts(item: Item, row: Row, prefix: str) -> list[FactSaid] | None:
    """A column for each attribute says its codes, and one for each language what is read."""
    found = [(name, match) for name in row.cells if (match := _FACT.fullmatch(name)) and match[1] == prefix]
    if not found:
        return None
    facts: list[FactSaid] = []
    for name, match in found:
        if match[3] is None:
            facts += _facts_of(item, row, name, match)
    return facts


def _attributes(row: Row, prefix: str) -> list[str]:
    return [match[2] for name in row.cells if (match := _FACT.fullmatch(name)) and match[1] == prefix]


def _facts_of(item: Item, row: Row, name: str, match: re.Match[str]) -> Iterator[FactSaid]:
    codes = reading.read(item, row, name, _list) or []
    prefix = f"{match[1]}:{match[2]}"
    texts = {
        language: reading.read(item, row, f"{prefix}:{language}", _list) or []
        for language in _by_language(row, prefix)
    }
    for place, written in enumerate(codes):
        text = {language: "".join(parts[place : place + 1]) for language, parts in texts.items()}
        yield _fact(written, text, match)


def _fact(written: str, text: dict[str, str], match: re.Match[str]) -> FactSaid:
    """ "330" of a number is 330; "a=5" says the number apart, "a=" that there is none."""
    code, equals, number = written.rpartition("=")
    if not equals:
        code, number = (
            written,
            written if match[4] == "number" and re.fullmatch(r"-?\d{1,9}", written) else "",
        )
    attribute = Label({}, match[2])
    return FactSaid(
        attribute, text, code, match[4] or "text", match[5] or "", int(number) if number else None
    )


def _list(text: str) -> list[str]:
    try:
        return unpacked(text)
    except csv.Error as error:
        raise Refused(_("“%(text)s” is not a list.") % {"text": text}) from error


def _moment(text: str) -> datetime:
    try:
        found = parse_datetime(text.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refused(_("“%(text)s” is not a date with a time and its zone.") % {"text": text})
    return found


def _day(text: str) -> date:
    try:
        found = parse_date(text.strip())
    except ValueError:
        found = None
    if found is None:
        raise Refused(_("“%(text)s” is not a date.") % {"text": text})
    return found


# --- Variants ------------------------------------------------------------------------------------
def _piece(item: Item, row: Row, asked: Asked) -> Piece:
    piece = Piece(row.line, row.get("sku").strip(), _choices(item, row))
    names: dict[str, Callable[[str], Any]] = {
        "barcode": reading.barcode,
        "on_sale": reading.yes_no,
        "weight_g": _natural,
        "stock_policy": lambda text: reading.one_of(text, Variant.StockPolicy.values),
        "lead_days": _natural,
        "preorder_at": _day,
    }
    empty = {"weight_g": 0, "lead_days": None, "preorder_at": None, "on_sale": True}
    fields = _given(item, row, names, empty | {"stock_policy": Variant.StockPolicy.DENY})
    if "on_sale" in fields:
        fields["is_active"] = fields.pop("on_sale")
    sides = ("length_mm", "width_mm", "height_mm")
    if all(side in row.cells for side in sides):
        size = tuple(
            reading.read(item, row, side, _natural) if row.get(side).strip() else None for side in sides
        )
        fields["size_mm"] = size if any(side is not None for side in size) else None
    piece.fields = fields
    piece.prices = [price for code in item.whole_lists for price in _prices(item, row, code, asked)]
    piece.facts = _facts(item, row, "variant_fact")
    piece.stock = _counts(item, row, "stock")
    piece.backorder_limits = _counts(item, row, "backorder_limit")
    return piece


def _choices(item: Item, row: Row) -> list[tuple[Label, Label]] | None:
    if "option1" not in row.cells:
        return None
    choices = []
    for number in range(1, MAX_OPTIONS + 1):
        option, value = row.get(f"option{number}").strip(), row.get(f"option{number}_value").strip()
        if option and value:
            _check_codes(item, row, f"option{number}", [option, value])
            names = _filled(_by_language(row, f"option{number}_name"))
            value_names = _filled(_by_language(row, f"option{number}_value_name"))
            swatch = row.get(f"option{number}_swatch").strip()
            choices.append((Label(names, option), Label(value_names, value, swatch)))
    return choices


def _check_codes(item: Item, row: Row, name: str, codes: Sequence[str], most: int = MAX_CODE) -> None:
    """They stand in addresses."""
    for code in codes:
        if not _CODE.fullmatch(code) or len(code) > most:
            text = _(
                "“%(text)s” cannot be a code: up to %(limit)s Latin letters, digits and hyphens make one."
            )
            item.errors.append(Note(row.line, name, text % {"text": code, "limit": most}))


def _filled(texts: dict[str, str]) -> dict[str, str]:
    return {language: text for language, text in texts.items() if text}


def _natural(text: str) -> int:
    number = amounts.units(text)
    if number < 0:
        raise Refused(_("%(number)s is below zero.") % {"number": number})
    return number


def _counts(item: Item, row: Row, prefix: str) -> dict[str, int]:
    found = {}
    for name in row.cells:
        if name.startswith(f"{prefix}:") and row.get(name).strip():
            units = reading.read(item, row, name, _natural)
            if units is not None:
                found[name.partition(":")[2]] = units
    return found


def _prices(item: Item, row: Row, code: str, asked: Asked) -> Iterator[PriceDraft]:
    currency = asked.currencies.get(code)
    if currency is None:
        text = _("There is no price list “%(name)s”.") % {"name": code}
        item.errors.append(Note(row.line, f"price:{code}", text))
        return
    if row.get(f"price:{code}").strip():
        amount = reading.read(item, row, f"price:{code}", _amount, currency)
        name = f"compare_at:{code}"
        before = reading.read(item, row, name, _amount, currency) if row.get(name).strip() else None
        if amount is not None:
            yield PriceDraft(code, amount, reading.higher(item, row, name, before, amount))
    for written in reading.read(item, row, f"more_prices:{code}", _list) or []:
        price = reading.read(
            item, Row(row.line, {"more_prices": written}), "more_prices", _more, code, currency
        )
        if price:
            yield price


def _more(written: str, code: str, currency: str) -> PriceDraft:
    """ "10;2026-11-01T00:00:00+00:00;;19.90;24.90": from how many, from when, until when, price, price before."""
    parts = [part.strip() for part in written.split(";")]
    if len(parts) != 5:
        raise Refused(_("“%(text)s” is not a price with its quantity and dates.") % {"text": written})
    many, starts, ends, amount, before = parts
    return PriceDraft(
        code,
        _amount(amount, currency),
        _amount(before, currency) if before else None,
        _natural(many),
        _moment(starts) if starts else None,
        _moment(ends) if ends else None,
    )


def _amount(text: str, currency: str) -> int:
    """As we write it, "1234.50", or as people do."""
    try:
        minor = parse_minor(text.strip(), currency)
    except ValueError:
        return amounts.minor(text, currency)
    if minor < 0:
        raise Refused(_("A price cannot be negative."))
    return minor


# --- Pictures ------------------------------------------------------------------------------------
def _pictures(item: Item, row: Row) -> list[Shot]:
    sources = reading.read(item, row, "pictures", _list) or []
    views = reading.read(item, row, "picture_view", _list) or []
    skus = reading.read(item, row, "picture_variant", _list) or []
    alts = {
        language: reading.read(item, row, f"picture_alt:{language}", _list) or []
        for language in _by_language(row, "picture_alt")
    }
    lines = {piece.sku: piece.line for piece in item.pieces}
    return [
        Shot(
            row.line,
            source,
            {language: parts[place] for language, parts in alts.items() if "".join(parts[place : place + 1])},
            lines.get("".join(skus[place : place + 1]), 0),
            "".join(views[place : place + 1]),
        )
        for place, source in enumerate(sources)
    ]
