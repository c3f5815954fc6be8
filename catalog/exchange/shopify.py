"""Product files of Shopify: today's columns, those before 2024, and the spellings that were seen in between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from catalog.exchange import amounts, reading
from catalog.exchange.codes import code_of
from catalog.exchange.items import HERE, Asked, FactSaid, Item, Label, Note, Piece, Row, Shot
from catalog.exchange.reading import read, squeezed
from catalog.models import Product, Variant
from shop import rich_text

_COLUMNS = {
    "handle": ["handle", "urlhandle"],
    "title": ["title"],
    "description": ["bodyhtml", "body", "description"],
    "vendor": ["vendor"],
    "category": ["productcategory", "standardproducttype", "standardizedproducttype"],
    "type": ["type", "customproducttype", "producttype"],
    "tags": ["tags"],
    "published": ["published", "publishedononlinestore"],
    "status": ["status"],
    "gift card": ["giftcard"],
    "sku": ["variantsku", "sku"],
    "barcode": ["variantbarcode", "barcode"],
    "grams": ["variantgrams", "weightvaluegrams"],
    "tracker": ["variantinventorytracker", "inventorytracker"],
    "quantity": ["variantinventoryqty", "variantinventoryquantity", "inventoryquantity"],
    "policy": ["variantinventorypolicy", "continuesellingwhenoutofstock"],
    "price": ["variantprice", "price"],
    "compare at": ["variantcompareatprice", "compareatprice"],
    "requires shipping": ["variantrequiresshipping", "requiresshipping"],
    "taxable": ["varianttaxable", "chargetax"],
    "image": ["imagesrc", "productimageurl"],
    "position": ["imageposition"],
    "alt": ["imagealttext"],
    "variant image": ["variantimage", "variantimageurl"],
}
_NAMES = {spelling: name for name, spellings in _COLUMNS.items() for spelling in spellings}
_OPTION = re.compile(r"option([123])(name|value)")
_OF_A_VARIANT = ("sku", "price", "barcode", "grams", "quantity", "option1 value")
_KEPT = {"active", "draft", "archived"}

name = "shopify"
is_exact = False


def column(title: str) -> str:
    title = squeezed(title)
    option = _OPTION.fullmatch(title)
    return f"option{option[1]} {option[2]}" if option else _NAMES.get(title, "")


def fits(columns: set[str]) -> bool:
    return {"handle", "title"} <= columns and bool(columns & {"price", "option1 name", "image", "vendor"})


def key(row: Row, before: str) -> str:
    return row.get("handle") or (code_of(row.get("title")) if row.get("title") else before)


def aliases(row: Row) -> Sequence[str]:
    return ()


def item(rows: Sequence[Row], asked: Asked) -> Item:
    first = next((row for row in rows if row.get("title")), rows[0])
    item = Item(rows[0].line, key(first, "") or code_of(str(first.line)))
    if not first.get("title"):
        item.errors.append(Note(rows[0].line, "title", _("The product has no title.")))
    item.texts = _texts(first, asked)
    item.fields = _fields(item, first, asked)
    item.shelves = _shelves(first, asked)
    if vendor := first.get("vendor"):
        brand = Label({"en": "Brand", "ru": "Бренд"}, "brand")
        item.facts = [FactSaid(brand, {asked.language: vendor}, kind="text")]
    item.pieces = _pieces(item, rows, asked)
    if item.pieces and all(_is_sent_by_nobody(row) for row in rows if _is_variant(row)):
        item.fields.setdefault("kind", Product.Kind.DIGITAL)
    item.pictures = _pictures(rows, item.pieces, asked)
    return item


# --- The product ---------------------------------------------------------------------------------
def _texts(row: Row, asked: Asked) -> dict[str, dict[str, str]]:
    texts = {"name": {asked.language: row.get("title")}}
    if row.get("description"):
        texts["description"] = {asked.language: rich_text.clean(row.get("description"))}
    return texts


def _fields(item: Item, row: Row, asked: Asked) -> dict[str, Any]:
    fields: dict[str, Any] = {"status": _status(item, row)}
    if "tags" in row.cells:
        fields["tags"] = list(dict.fromkeys(tag.strip() for tag in row.get("tags").split(",") if tag.strip()))
    if read(item, row, "gift card", reading.yes_no):
        fields["kind"] = Product.Kind.GIFT_CARD
    if read(item, row, "taxable", reading.yes_no) is False:
        text = _("It was sold without tax; here it has the tax class “%(name)s”. Change it if needed.")
        item.warnings.append(Note(row.line, "taxable", text % {"name": asked.tax_class}))
    return fields


def _status(item: Item, row: Row) -> str:
    """An active product that was not published stays hidden: nobody has said that it may be seen."""
    status = row.get("status").casefold()
    if status and status not in _KEPT:
        text = _("The status “%(status)s” is not known here: made a draft.") % {"status": row.get("status")}
        item.warnings.append(Note(row.line, "status", text))
        return Product.Status.DRAFT
    is_hidden = read(item, row, "published", reading.yes_no) is False
    if is_hidden and status in ("", "active"):
        return Product.Status.DRAFT
    return Product.Status(status or "active")


def _shelves(row: Row, asked: Asked) -> list[list[Label]] | None:
    """Shopify's own category where there is one, else the merchant's word for the type."""
    shelf = reading.shelf(row.get("category") or row.get("type"), asked.language)
    return [shelf] if shelf else None


# --- Variants ------------------------------------------------------------------------------------
def _is_variant(row: Row) -> bool:
    return any(row.get(name) for name in _OF_A_VARIANT)


def _is_sent_by_nobody(row: Row) -> bool:
    return row.get("requires shipping").casefold() in reading.NO


def _pieces(item: Item, rows: Sequence[Row], asked: Asked) -> list[Piece]:
    """The names of the options stand in the product's first row alone."""
    names = ["", "", ""]
    pieces = []
    for row in rows:
        names = [row.get(f"option{number} name") or names[number - 1] for number in (1, 2, 3)]
        if _is_variant(row):
            pieces.append(_piece(item, row, names, asked))
    return pieces


def _piece(item: Item, row: Row, names: Sequence[str], asked: Asked) -> Piece:
    piece = Piece(row.line, row.get("sku"), _choices(row, names, asked))
    price = reading.price(item, row, asked, "price", "compare at")
    if price:
        piece.prices.append(price)
    if (grams := read(item, row, "grams", amounts.measure, "g")) is not None:
        piece.fields["weight_g"] = grams
    if (barcode := read(item, row, "barcode", reading.barcode)) is not None:
        piece.fields["barcode"] = barcode
    _read_stock(item, row, piece)
    return piece


def _choices(row: Row, names: Sequence[str], asked: Asked) -> list[tuple[Label, Label]]:
    chosen = [(name, row.get(f"option{number} value")) for number, name in enumerate(names, 1)]
    if chosen[0][1].casefold() == "default title":
        return []
    return [
        (Label({asked.language: option}), Label({asked.language: value}))
        for option, value in chosen
        if option and value
    ]


def _read_stock(item: Item, row: Row, piece: Piece) -> None:
    """Without a tracker nobody counts; a number that stands there all the same is kept."""
    is_tracked = bool(row.get("tracker"))
    quantity = reading.on_hand(item, row, "quantity")
    if quantity is not None and (is_tracked or quantity):
        piece.stock[HERE] = quantity
    goes_on = row.get("policy").casefold() in {"continue", *reading.YES}
    if not is_tracked:
        piece.fields["stock_policy"] = Variant.StockPolicy.UNTRACKED
    elif goes_on:
        piece.fields["stock_policy"] = Variant.StockPolicy.BACKORDER
        piece.backorder_limits[HERE] = reading.SALE_BEYOND
    else:
        piece.fields["stock_policy"] = Variant.StockPolicy.DENY


# --- Pictures ------------------------------------------------------------------------------------
def _pictures(rows: Sequence[Row], pieces: Sequence[Piece], asked: Asked) -> list[Shot]:
    """The gallery in its order, then variants' pictures that are not in it. One picture shows one variant."""
    shown: dict[str, int] = {}
    for row, piece in zip(filter(_is_variant, rows), pieces, strict=True):
        if source := row.get("variant image"):
            shown.setdefault(source, piece.line)
    shots: dict[str, Shot] = {}
    for row in sorted((row for row in rows if row.get("image")), key=_place):
        source = row.get("image")
        alt = {asked.language: row.get("alt")} if row.get("alt") else {}
        shots.setdefault(source, Shot(row.line, source, alt, shown.get(source, 0)))
    for source, line in shown.items():
        shots.setdefault(source, Shot(line, source, {}, line))
    return list(shots.values())


def _place(row: Row) -> int:
    text = row.get("position")
    return int(text) if text.isdecimal() and len(text) < 6 else row.line
