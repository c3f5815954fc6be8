"""What stands on a shelf and around it: the reads behind lists, each one indexed query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog import deep_pages
from catalog.models import Category, CollectionProduct, Listing
from catalog.paging import Paging
from shop.translation import Translated

Orders = dict[str, "Order"]


@dataclass(frozen=True)
class Order:
    """An order of a list: its name in addresses is the key that it stands under."""

    label: str
    columns: Sequence[str]


CATEGORY_ORDERS: Orders = {
    "new": Order(_("Newest first"), ["is_sold_out", "-published_at", "-product_id"]),
    "price": Order(_("Price, low to high"), ["is_sold_out", "price_minor", "-product_id"]),
    "price-down": Order(_("Price, high to low"), ["is_sold_out", "-price_minor", "-product_id"]),
}
COLLECTION_ORDERS: Orders = {
    "picked": Order(_("As we picked them"), ["product__collectionproduct__position", "product_id"]),
    **CATEGORY_ORDERS,
}


@dataclass(frozen=True)
class Shelf:
    """A category in the active language."""

    pk: int
    name: str
    text: str
    path: str
    depth: int
    count: int


def category_at(full_path: str) -> Shelf | None:
    """The visible category at an address."""
    columns = ("pk", "name", "text", "path", "depth", "count__products")
    row = Category.objects.visible().filter(full_path=full_path).order_by().values_list(*columns).first()
    if row is None:
        return None
    pk, name, text, path, depth, count = row
    return Shelf(pk, str(Translated(name)), str(Translated(text)), path, depth, count or 0)


def around(shelf: Shelf) -> tuple[list[tuple[str, str]], list[dict[str, str]]]:
    """The way to a shelf [(name, url)] and what is below it [{name, url}], in one query."""
    step = Category.steplen
    above = [shelf.path[:end] for end in range(step, len(shelf.path), step)]
    rows = Category.objects.visible().filter(
        Q(path__in=above) | Q(path__startswith=shelf.path, depth=shelf.depth + 1)
    )
    trail, children = [], []
    for name, full_path, depth in rows.order_by("path").values_list("name", "full_path", "depth"):
        text, url = str(Translated(name)), reverse("catalog:category", args=[full_path])
        if depth < shelf.depth:
            trail.append((text, url))
        else:
            children.append({"name": text, "url": url})
    return trail, children


def top_shelves() -> list[dict[str, str]]:
    rows = Category.objects.visible().filter(depth=1).order_by("path").values_list("name", "full_path")
    return [
        {"name": str(Translated(name)), "url": reverse("catalog:category", args=[path])}
        for name, path in rows
    ]


def products_in_category(category_id: int, sort: str, paging: Paging) -> list[int]:
    column = CATEGORY_ORDERS[sort].columns[1]
    return deep_pages.products(category_id, settings.CURRENCY, column, paging.start, paging.size)


def products_in_collection(collection_id: int, sort: str, paging: Paging) -> tuple[list[int], int]:
    """Collections are picked by hand, so counting one costs little. What is not on sale is left out."""
    rows = Listing.objects.filter(
        product__collectionproduct__collection=collection_id,
        category=F("product__category"),
        currency=settings.CURRENCY,
    )
    return _page_of(rows.order_by(*COLLECTION_ORDERS[sort].columns), paging), rows.count()


def newest(limit: int = 8) -> list[int]:
    """The newest that can be had, from all top shelves: what to show when nothing was found."""
    rows = Listing.objects.filter(category__depth=1, currency=settings.CURRENCY, is_sold_out=False)
    return list(rows.order_by("-published_at", "-product_id").values_list("product_id", flat=True)[:limit])


def picked(codes: Sequence[str], limit: int) -> dict[str, list[int]]:
    """{collection: the first products in it}, for all of a page's collections in one query."""
    rows = CollectionProduct.objects.filter(collection__code__in=codes, position__lt=limit)
    found: dict[str, list[int]] = {code: [] for code in codes}
    pairs = rows.order_by("position", "id").values_list("collection__code", "product_id")
    for code, product_id in pairs:
        found[code].append(product_id)
    return found


def _page_of(rows, paging: Paging) -> list[int]:
    return list(rows.values_list("product_id", flat=True)[paging.start : paging.start + paging.size])
