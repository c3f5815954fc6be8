"""Product files of WooCommerce, with English or Russian headers. Variations stand anywhere after or before their parent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from catalog.drafts import PriceDraft
from catalog.exchange import amounts, reading
from catalog.exchange.codes import code_of
from catalog.exchange.items import HERE, Asked, FactSaid, Item, Label, Note, Piece, Row, Shot
from catalog.exchange.reading import read, squeezed
from catalog.models import Product, Variant
from shop import rich_text

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # of a sale that says only when it ends
_COLUMNS = {
    "id": ["id"],
    "type": ["type", "тип"],
    "sku": ["sku", "артикул"],
    "barcode": ["gtinupceanorisbn", "gtinupceanилиisbn"],
    "name": ["name", "имя", "название"],
    "published": ["published", "опубликован"],
    "visibility": ["visibilityincatalog", "видимостьвкаталоге"],
    "summary": ["shortdescription", "краткоеописание"],
    "description": ["description", "описание"],
    "sale starts": ["datesalepricestarts", "датаначаладействияскидки"],
    "sale ends": ["datesalepriceends", "датаокончаниядействияскидки"],
    "tax status": ["taxstatus", "статусналога"],
    "tax class": ["taxclass", "налоговыйкласс"],
    "in stock": ["instock", "наличие", "вналичии"],
    "stock": ["stock", "запасы"],
    "backorders": ["backordersallowed", "возможенлипредзаказ"],
    "sale price": ["saleprice", "ценараспродажи", "акционнаяцена"],
    "price": ["regularprice", "базоваяцена"],
    "categories": ["categories", "категории"],
    "tags": ["tags", "метки"],
    "images": ["images", "изображения"],
    "parent": ["parent", "родительский"],
    "position": ["position", "позиция"],
    "brands": ["brands", "бренды"],
}
_NAMES = {spelling: name for name, spellings in _COLUMNS.items() for spelling in spellings}
_MEASURES = {
    "weight": "weight", "вес": "weight", "length": "length", "длина": "length",
    "width": "width", "ширина": "width", "height": "height", "высота": "height",
}  # fmt: skip
_MEASURE = re.compile(r"(\w+)\s*\((\w+)\)")
_ATTRIBUTE = re.compile(
    r"(?:attribute(\d+)(name|values|visible|global)|(название|значения|видимость|глобальный)атрибут[ао]?в?(\d+))"
)
_ATTRIBUTE_WORDS = {"название": "name", "значения": "values", "видимость": "visible", "глобальный": "global"}
_ESCAPED = re.compile(r"'+[=+\-@]")

name = "woocommerce"
is_exact = False


def column(title: str) -> str:
    if measure := _MEASURE.fullmatch(title.strip().casefold()):
        kind = _MEASURES.get(measure[1], "")
        return f"{kind} {measure[2]}" if kind else ""
    title = squeezed(title)
    if found := _ATTRIBUTE.fullmatch(title):
        word = found[2] or _ATTRIBUTE_WORDS[found[3]]
        return f"attribute {found[1] or found[4]} {word}"
    return _NAMES.get(title, "")


def fits(columns: set[str]) -> bool:
    return {"type", "name"} <= columns and bool(columns & {"price", "attribute 1 name", "visibility"})


def key(row: Row, before: str) -> str:
    """A variation belongs to the product that its parent column names, by SKU or as "id:44"."""
    if _is_variation(row):
        return f"ref:{row.get('parent')}" if row.get("parent") else f"line:{row.line}"
    return f"line:{row.line}"


def aliases(row: Row) -> Sequence[str]:
    if _is_variation(row):
        return ()
    names = [row.get("sku"), f"id:{row.get('id')}" if row.get("id") else ""]
    return [f"ref:{name}" for name in names if name]


def item(rows: Sequence[Row], asked: Asked) -> Item:
    rows = [_unescaped(row) for row in rows]
    parent = next((row for row in rows if not _is_variation(row)), None)
    if parent is None:
        return _orphan(rows)
    spare = code_of(parent.get("sku") or parent.get("id") or str(parent.line))
    item = Item(parent.line, _handle(parent), spare)
    if "grouped" in _types(parent):
        item.left_out = _("It groups other products: put those into a collection.")
        return item
    if not parent.get("name"):
        item.errors.append(Note(parent.line, "name", _("The product has no name.")))
    item.texts = _texts(parent, asked)
    item.fields = _fields(item, parent, asked)
    item.shelves = _shelves(item, parent, asked)
    variations = sorted((row for row in rows if _is_variation(row)), key=_place)
    item.pieces = [_piece(item, row, parent, asked) for row in variations or [parent]]
    item.facts = _facts(item, parent, asked)
    item.pictures = _pictures(parent, variations)
    return item


def _orphan(rows: Sequence[Row]) -> Item:
    item = Item(rows[0].line, code_of(rows[0].get("sku") or str(rows[0].line)))
    for row in rows:
        text = _("The product “%(name)s”, of which this is a variation, is not in the file.")
        item.errors.append(Note(row.line, "parent", text % {"name": row.get("parent")}))
        item.pieces.append(Piece(row.line, row.get("sku")))
    return item


def _unescaped(row: Row) -> Row:
    """WooCommerce puts an apostrophe before what a spreadsheet would take for a formula."""
    cells = {name: text[1:] if _ESCAPED.match(text) else text for name, text in row.cells.items()}
    return Row(row.line, cells)


def _types(row: Row) -> set[str]:
    return {word.strip().casefold() for word in row.get("type").split(",")}


def _is_variation(row: Row) -> bool:
    return "variation" in _types(row)


def _handle(row: Row) -> str:
    """The file has no addresses: the name makes one."""
    return code_of(row.get("name") or row.get("sku") or row.get("id"), 150)


def _place(row: Row) -> tuple[int, int]:
    text = row.get("position")
    return (int(text) if text.isdecimal() and len(text) < 6 else 0), row.line


# --- The product ---------------------------------------------------------------------------------
def _texts(row: Row, asked: Asked) -> dict[str, dict[str, str]]:
    texts = {"name": {asked.language: rich_text.plain(row.get("name"))}}
    if row.get("description"):
        texts["description"] = {asked.language: rich_text.clean(_lines(row.get("description")))}
    if row.get("summary"):
        texts["summary"] = {asked.language: rich_text.plain(_lines(row.get("summary")))}
    return texts


def _lines(text: str) -> str:
    """WooCommerce writes the end of a line as the two characters \\ and n."""
    return text.replace("\\n", "\n")


def _fields(item: Item, row: Row, asked: Asked) -> dict[str, Any]:
    types = _types(row)
    fields: dict[str, Any] = {"status": _status(item, row, types)}
    if row.get("tags"):
        fields["tags"] = list(dict.fromkeys(_parts(row.get("tags"))))
    if types & {"virtual", "downloadable"}:
        fields["kind"] = Product.Kind.DIGITAL
    if row.get("tax status").casefold() == "none" or row.get("tax class"):
        text = _("Its tax class there was “%(there)s”; here it has “%(here)s”. Change it if needed.")
        words = {"there": row.get("tax class") or row.get("tax status"), "here": asked.tax_class}
        item.warnings.append(Note(row.line, "tax class", text % words))
    return fields


def _status(item: Item, row: Row, types: set[str]) -> str:
    if "external" in types:
        text = _("It is sold by another shop: made a draft.")
        item.warnings.append(Note(row.line, "type", text))
        return Product.Status.DRAFT
    if row.get("visibility").casefold() in ("hidden", "search"):
        text = _("It was hidden from lists; here an active product is listed.")
        item.warnings.append(Note(row.line, "visibility", text))
    return Product.Status.ACTIVE if row.get("published") in ("1", "") else Product.Status.DRAFT


def _shelves(item: Item, row: Row, asked: Asked) -> list[list[Label]] | None:
    """All shelves are made; the product stands on the deepest one, the first of equals."""
    shelves = [
        shelf for path in _parts(row.get("categories")) if (shelf := reading.shelf(path, asked.language))
    ]
    if not shelves:
        return None
    shelves.sort(key=len, reverse=True)
    others = [shelf for shelf in shelves[1:] if shelf != shelves[0][: len(shelf)]]
    if others:
        names = ", ".join(" > ".join(label.name[asked.language] for label in shelf) for shelf in others)
        text = _("A product stands in one category here; left out: %(names)s.")
        item.warnings.append(Note(row.line, "categories", text % {"names": names}))
    return shelves


def _parts(text: str) -> list[str]:
    """ "A, B\\, C" is A and "B, C"."""
    parts = re.split(r"(?<!\\),", text)
    return [part.replace("\\,", ",").strip() for part in parts if part.strip()]


def _attributes(row: Row) -> Iterator[tuple[str, list[str]]]:
    number = 1
    while f"attribute {number} name" in row.cells or f"attribute {number + 1} name" in row.cells:
        if name := row.get(f"attribute {number} name"):
            yield name, _parts(row.get(f"attribute {number} values"))
        number += 1


def _facts(item: Item, row: Row, asked: Asked) -> list[FactSaid]:
    """What its attributes state, besides those that its variants differ by."""
    options = {option.name[asked.language] for piece in item.pieces for option, _value in piece.choices}
    facts = [
        FactSaid(Label({asked.language: name}), {asked.language: value}, kind="choice")
        for name, values in _attributes(row)
        if name not in options
        for value in dict.fromkeys(values)
    ]
    brand = Label({"en": "Brand", "ru": "Бренд"}, "brand")
    return facts + [
        FactSaid(brand, {asked.language: name}, kind="text") for name in _parts(row.get("brands"))
    ]


# --- Variants ------------------------------------------------------------------------------------
def _piece(item: Item, row: Row, parent: Row, asked: Asked) -> Piece:
    piece = Piece(row.line, row.get("sku"), _choices(row, asked))
    piece.prices = _prices(item, row, asked)
    if (barcode := read(item, row, "barcode", reading.barcode)) is not None:
        piece.fields["barcode"] = barcode
    _read_measures(item, row, parent, piece)
    _read_stock(item, row, parent, piece)
    return piece


def _choices(row: Row, asked: Asked) -> list[tuple[Label, Label]]:
    """An attribute without a value leaves the choice to the shopper, which is none of the variant's options."""
    if not _is_variation(row):
        return []
    return [
        (Label({asked.language: name}), Label({asked.language: values[0]}))
        for name, values in _attributes(row)
        if values
    ]


def _prices(item: Item, row: Row, asked: Asked) -> list[PriceDraft]:
    """The sale price counts at once, or within its dates beside the regular price."""
    regular = read(item, row, "price", amounts.minor, asked.currency)
    sale = read(item, row, "sale price", amounts.minor, asked.currency)
    if regular is None:
        return [] if sale is None else [PriceDraft(asked.price_list, sale)]
    if sale is None or sale >= regular:
        reading.higher(item, row, "price", regular if sale else None, sale or 0)
        return [PriceDraft(asked.price_list, regular)]
    starts, ends = _sale_dates(item, row)
    if not starts and not ends:
        return [PriceDraft(asked.price_list, sale, regular)]
    prices = [PriceDraft(asked.price_list, regular)]
    if not ends or ends > timezone.now():
        prices.append(PriceDraft(asked.price_list, sale, regular, 1, starts or BEGINNING, ends))
    return prices


def _sale_dates(item: Item, row: Row) -> tuple[datetime | None, datetime | None]:
    return read(item, row, "sale starts", _moment), read(item, row, "sale ends", _moment, time.max)


def _moment(text: str, at: time = time.min) -> datetime:
    try:
        day = parse_date(text)
        found = datetime.combine(day, at) if day else parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise reading.Refused(_("“%(text)s” is not a date.") % {"text": text})
    return found if found.tzinfo else timezone.make_aware(found)


def _read_measures(item: Item, row: Row, parent: Row, piece: Piece) -> None:
    """A variation without a measure of its own has its parent's."""
    found = {}
    for source in (parent, row):
        for column in source.cells:
            kind, _space, unit = column.partition(" ")
            if kind in ("weight", "length", "width", "height") and unit:
                found[kind] = read(item, source, column, amounts.measure, unit)
    if found.get("weight") is not None:
        piece.fields["weight_g"] = found["weight"]
    if all(found.get(side) for side in ("length", "width", "height")):
        piece.fields["size_mm"] = (found["length"], found["width"], found["height"])


def _read_stock(item: Item, row: Row, parent: Row, piece: Piece) -> None:
    """Without a number nobody counts, unless it is out of stock. "parent" counts all variations together."""
    text = row.get("stock") or parent.get("stock")
    if text.casefold() == "parent" or (row is not parent and not row.get("stock") and parent.get("stock")):
        text = _("The stock is kept for all variations together: count each of them here.")
        item.warnings.append(Note(row.line, "stock", text))
        piece.fields["stock_policy"] = Variant.StockPolicy.DENY
        return
    units = reading.on_hand(item, row, "stock")
    if units is not None:
        piece.stock[HERE] = units
    is_counted = units is not None or row.get("in stock") == "0"
    if not is_counted:
        piece.fields["stock_policy"] = Variant.StockPolicy.UNTRACKED
    elif row.get("backorders").casefold() in {"notify", *reading.YES}:
        piece.fields["stock_policy"] = Variant.StockPolicy.BACKORDER
        piece.backorder_limits[HERE] = reading.SALE_BEYOND
    else:
        piece.fields["stock_policy"] = Variant.StockPolicy.DENY


# --- Pictures ------------------------------------------------------------------------------------
def _pictures(parent: Row, variations: Sequence[Row]) -> list[Shot]:
    shots: dict[str, Shot] = {}
    own = {source: row.line for row in reversed(variations) for source in _parts(row.get("images"))[:1]}
    for row in (parent, *variations):
        for source in _parts(row.get("images")):
            shots.setdefault(source, Shot(row.line, source, {}, own.get(source, 0)))
    return list(shots.values())
