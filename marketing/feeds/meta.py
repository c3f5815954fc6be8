"""Meta (Facebook, Instagram): a CSV file. https://www.facebook.com/business/help/120325381656392"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from inventory.availability import State
from marketing.feeds import checks
from marketing.feeds.base import Feed, Problem
from marketing.feeds.items import COLOURS, SIZES, Item

ID, TITLE, DESCRIPTION, BRAND = 100, 200, 9999, 100
COLUMNS = [
    "id", "title", "description", "availability", "condition", "price", "sale_price", "link", "image_link",
    "additional_image_link", "brand", "gtin", "mpn", "item_group_id", "color", "size", "product_type",
]  # fmt: skip
AVAILABILITY = {
    State.IN_STOCK: "in stock",
    State.LOW: "in stock",
    State.UNTRACKED: "in stock",
    State.BACKORDER: "available for order",
    State.PREORDER: "preorder",
    State.OUT: "out of stock",
}


def write(items: Iterable[Item]) -> Iterator[str]:
    yield _line(COLUMNS)
    for item in items:
        yield _line(_cells(item))


def check(item: Item) -> list[Problem]:
    return list(checks.basics(item, id_length=ID, title_length=TITLE, description_length=DESCRIPTION))


def _cells(item: Item) -> list[str]:
    price, sale_price = (item.compare_at, item.price) if item.compare_at else (item.price, None)
    return [
        item.sku,
        item.title,
        " ".join(item.description[:DESCRIPTION].split()),
        AVAILABILITY[item.state],
        "new",
        f"{price.plain} {price.currency}",
        f"{sale_price.plain} {sale_price.currency}" if sale_price else "",
        item.url,
        item.pictures[0],
        ",".join(item.pictures[1:]),
        item.brand[:BRAND],
        item.gtin if checks.is_gtin(item.gtin) else "",
        item.sku,
        str(item.product_id) if item.has_siblings else "",
        item.option(COLOURS),
        item.option(SIZES),
        " > ".join(item.trail),
    ]


def _line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cell.replace("\x00", "") for cell in cells)
    return line.getvalue()


FEED = Feed("meta.csv", "Meta (Facebook, Instagram)", "text/csv; charset=utf-8", write, check)
