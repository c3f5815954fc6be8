"""Google Merchant Center: RSS 2.0 with Google's names. https://support.google.com/merchants/answer/7052112"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings

from inventory.availability import State
from marketing.feeds import checks
from marketing.feeds.base import Feed, Problem
from marketing.feeds.items import COLOURS, SIZES, Item
from marketing.feeds.xml import element

ID, TITLE, DESCRIPTION, BRAND, TYPE = 50, 150, 5000, 70, 750
MORE_PICTURES = 10
AVAILABILITY = {
    State.IN_STOCK: "in_stock",
    State.LOW: "in_stock",
    State.UNTRACKED: "in_stock",
    State.BACKORDER: "backorder",
    State.PREORDER: "preorder",
    State.OUT: "out_of_stock",
}


def write(items: Iterable[Item]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>'
    yield element("title", settings.SHOP_NAME) + element("link", settings.SITE_URL)
    yield element("description", settings.SHOP_NAME) + "\n"
    for item in items:
        yield f"<item>{''.join(_fields(item))}</item>\n"
    yield "</channel></rss>\n"


def check(item: Item) -> list[Problem]:
    return list(checks.basics(item, id_length=ID, title_length=TITLE, description_length=DESCRIPTION))


def _fields(item: Item) -> Iterator[str]:
    gtin = item.gtin if checks.is_gtin(item.gtin) else ""
    price, sale_price = (item.compare_at, item.price) if item.compare_at else (item.price, None)
    fields = {
        "id": item.sku,
        "title": item.title,
        "description": item.description[:DESCRIPTION],
        "link": item.url,
        "image_link": item.pictures[0],
        "availability": AVAILABILITY[item.state],
        "availability_date": f"{item.available_on:%Y-%m-%d}T00:00+0000" if item.available_on else "",
        "price": f"{price.plain} {price.currency}",
        "sale_price": f"{sale_price.plain} {sale_price.currency}" if sale_price else "",
        "condition": "new",
        "brand": item.brand[:BRAND],
        "gtin": gtin,
        "mpn": item.sku,
        "item_group_id": str(item.product_id) if item.has_siblings else "",
        "color": item.option(COLOURS),
        "size": item.option(SIZES),
        "product_type": " > ".join(item.trail)[:TYPE],
        "shipping_weight": f"{item.weight_g} g" if item.weight_g else "",
    }
    yield from (element(f"g:{name}", text) for name, text in fields.items())
    yield from (element("g:additional_image_link", url) for url in item.pictures[1 : MORE_PICTURES + 1])


FEED = Feed("google.xml", "Google Merchant Center", "application/xml; charset=utf-8", write, check)
