"""Yandex Market: YML. https://yandex.ru/support/marketplace/assortment/files/yml.html"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import quoteattr

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Category
from inventory.availability import State
from marketing.feeds import checks
from marketing.feeds.base import Feed, Problem
from marketing.feeds.items import Item
from marketing.feeds.xml import clean, element

ID, TITLE, DESCRIPTION = 20, 150, 3000
MOST_PICTURES = 10
CURRENCIES = ("RUB", "RUR", "USD", "EUR", "UAH", "KZT", "BYN")
_ID = re.compile(r"[\w.,\\/()\[\]=-]+", re.ASCII)
GRAMS = 1000


def write(items: Iterable[Item]) -> Iterator[str]:
    made_at = timezone.localtime().strftime("%Y-%m-%dT%H:%M%z")
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<yml_catalog date="{made_at}"><shop>'
    yield (
        element("name", settings.SHOP_NAME)
        + element("company", settings.SHOP_NAME)
        + element("url", settings.SITE_URL)
    )
    yield f'<currencies><currency id="{settings.CURRENCY}" rate="1"/></currencies>\n<categories>'
    yield from _categories()
    yield "</categories>\n<offers>\n"
    for item in items:
        yield _offer(item)
    yield "</offers></shop></yml_catalog>\n"


def check(item: Item) -> list[Problem]:
    problems = list(checks.basics(item, id_length=ID, title_length=TITLE, description_length=DESCRIPTION))
    if not _ID.fullmatch(item.sku):
        problems.append(Problem("id", _("The SKU has characters that are not taken."), True))
    if item.category_id is None:
        problems.append(Problem("category", _("It is in no category."), True))
    if item.price.currency not in CURRENCIES:
        text = _("Prices in %(currency)s are not taken.") % {"currency": item.price.currency}
        problems.append(Problem("price", text, True))
    return problems


def _categories() -> Iterator[str]:
    """In the order of the tree, so a parent is known before its children."""
    ids: dict[str, int] = {}
    for row in Category.objects.order_by("path").only("pk", "path", "name"):
        ids[row.path] = row.pk
        above = ids.get(row.path[: -Category.steplen])
        parent = {"parentId": str(above)} if above else {}
        yield element("category", str(row.name) or row.path, {"id": str(row.pk), **parent})


def _offer(item: Item) -> str:
    can_buy = "false" if item.state == State.OUT else "true"
    parts = [
        element("url", item.url),
        element("price", item.price.plain),
        element("oldprice", item.compare_at.plain if item.compare_at else ""),
        element("currencyId", item.price.currency),
        element("categoryId", str(item.category_id)),
        *(element("picture", url) for url in item.pictures[:MOST_PICTURES]),
        element("name", item.title),
        element("vendor", item.brand),
        element("vendorCode", item.sku),
        element("barcode", item.gtin if checks.is_gtin(item.gtin) else ""),
        element("description", item.description[:DESCRIPTION]),
        element("weight", _kilograms(item.weight_g)),
        *(element("param", value, {"name": name}) for name, value in item.options.values()),
    ]
    group = f' group_id="{item.product_id}"' if item.has_siblings else ""
    return f'<offer id={quoteattr(clean(item.sku))} available="{can_buy}"{group}>{"".join(parts)}</offer>\n'


def _kilograms(grams: int) -> str:
    whole, part = divmod(grams, GRAMS)
    return f"{whole}.{part:03d}" if grams else ""


FEED = Feed("yandex.yml", "Yandex Market", "application/xml; charset=utf-8", write, check)
