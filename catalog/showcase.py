"""What the catalogue lends to other pages: cards, shelves, pictures, menus, its part of the sitemap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from catalog import shelves
from catalog.index import cards_for
from catalog.media import picture_for
from catalog.models import Category, Collection, Picture, Product
from catalog.promise import promised_days
from shop.shell import provides
from shop.showcase import shows
from shop.sitemap import Row, Section, add_section
from shop.translation import Translated

RAIL = 8  # cards in a row that scrolls
MENU_COLLECTIONS = 3


def shown_cards(product_ids: Sequence[int]) -> list[SafeString]:
    """The cards of these products, in this order, with the promised day put in."""
    cards = cards_by_product(product_ids)
    return [cards[pk] for pk in product_ids if pk in cards]


def cards_by_product(product_ids: Iterable[int]) -> dict[int, SafeString]:
    cards = cards_for(product_ids, get_language(), settings.CURRENCY)
    when = promised_days()
    return {pk: SafeString(html.replace("{delivery}", when)) for pk, html in cards.items()}


# --- On pages of text ----------------------------------------------------------------------------
@shows("collection")
def collections(codes: list[str]) -> dict[str, Any]:
    rows = Collection.objects.filter(code__in=codes).values_list("code", "name")
    return {code: {"name": str(Translated(name)), "url": _collection_url(code)} for code, name in rows}


@shows("category")
def categories(paths: list[str]) -> dict[str, Any]:
    """With a picture and a count, as tiles show them."""
    rows = Category.objects.visible().filter(full_path__in=paths).select_related("picture", "count")
    return {
        row.full_path: {
            "name": str(row.name),
            "url": row.get_absolute_url(),
            "count": row.count.products if hasattr(row, "count") else 0,
            "picture": picture_for(row.picture),
        }
        for row in rows.prefetch_related("picture__renditions")
    }


@shows("cards", lasting=False)
def rails(sources: list[str]) -> dict[str, Any]:
    """ "cards:collection:new-in": the first cards of a collection, as many as a row holds."""
    codes = {source: source.removeprefix("collection:") for source in sources}
    picked = shelves.picked(list(codes.values()), RAIL)
    cards = cards_by_product({pk for ids in picked.values() for pk in ids})
    return {source: [cards[pk] for pk in picked[code] if pk in cards] for source, code in codes.items()}


@shows("picture")
def pictures(numbers: list[str]) -> dict[str, Any]:
    rows = Picture.objects.filter(pk__in=[number for number in numbers if number.isdigit()])
    return {str(row.pk): picture_for(row) for row in rows.prefetch_related("renditions")}


def _collection_url(code: str) -> str:
    return reverse("catalog:collection", args=[code])


# --- In the menus --------------------------------------------------------------------------------
@provides("navigation")
def navigation() -> list[dict[str, Any]]:
    """The top shelves with what is directly below them."""
    rows = Category.objects.visible().filter(depth__lte=2).select_related("picture").order_by("path")
    tops: dict[str, dict[str, Any]] = {}
    for row in rows.prefetch_related("picture__renditions"):
        entry = {"name": str(row.name), "url": row.get_absolute_url(), "children": []}
        if row.depth == 1:
            tops[row.path] = entry | {"picture": picture_for(row.picture, up_to=640)}
        elif parent := tops.get(row.path[: Category.steplen]):
            parent["children"].append(entry)
    return list(tops.values())


@provides("featured")
def featured() -> list[dict[str, Any]]:
    rows = Collection.objects.order_by("pk").values_list("code", "name")[:MENU_COLLECTIONS]
    return [{"name": str(Translated(name)), "url": _collection_url(code)} for code, name in rows]


# --- In the sitemap ------------------------------------------------------------------------------
def _shelf_rows(start: int, end: int) -> list[Row]:
    rows = Category.objects.visible().order_by("path").values_list("full_path", flat=True)[start:end]
    return [(reverse("catalog:category", args=[path]), None) for path in rows]


def _product_rows(start: int, end: int) -> list[Row]:
    rows = _listed_products().order_by("pk").values_list("slug", "updated_at")[start:end]
    return [(reverse("catalog:product", args=[slug]), updated_at) for slug, updated_at in rows]


def _collection_rows(start: int, end: int) -> list[Row]:
    rows = Collection.objects.order_by("pk").values_list("code", flat=True)[start:end]
    return [(_collection_url(code), None) for code in rows]


def _listed_products():
    return Product.objects.published().filter(cards__language=settings.LANGUAGE_CODE).distinct()


add_section("categories", Section(lambda: Category.objects.visible().count(), _shelf_rows))
add_section("collections", Section(Collection.objects.count, _collection_rows))
add_section("products", Section(lambda: _listed_products().count(), _product_rows))
