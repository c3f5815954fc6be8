"""What is offered while somebody types: searches of others, categories and products. A few indexed reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import get_language

from catalog.models import Category, SearchRow
from catalog.search.finding import search
from catalog.search.log import popular
from shop.money import Money
from shop.translation import Translated

SHORTEST = 2
QUERIES, CATEGORIES, PRODUCTS = 5, 3, 4
LOOKED_AT = 24  # results whose categories are counted


@dataclass(frozen=True)
class Suggestions:
    query: str
    queries: list[str]
    categories: list[dict[str, str]]  # name, url
    products: list[dict[str, Any]]  # name, url, thumb, price, before, is_from
    count: int = 0  # products that were found
    is_capped: bool = False

    def __len__(self) -> int:
        """Options to choose from, the page of all results among them."""
        return len(self.queries) + len(self.categories) + len(self.products) + bool(self.count)


def suggestions(query: str) -> Suggestions:
    found = search(query, limit=LOOKED_AT)
    return Suggestions(
        query=query,
        queries=popular(query, get_language(), QUERIES),
        categories=_categories(found.product_ids),
        products=_products(found.product_ids[:PRODUCTS]),
        count=found.count,
        is_capped=found.is_capped,
    )


def _categories(product_ids: list[int]) -> list[dict[str, str]]:
    """Those that most of the best results stand in."""
    rows = Category.objects.visible().filter(products__in=product_ids)
    rows = rows.annotate(found=Count("products")).order_by("-found", "path")
    return [
        {"name": str(Translated(name)), "url": reverse("catalog:category", args=[path])}
        for name, path in rows.values_list("name", "full_path")[:CATEGORIES]
    ]


def _products(product_ids: list[int]) -> list[dict[str, Any]]:
    hints = dict(SearchRow.objects.filter(product__in=product_ids).values_list("product_id", "hint"))
    return [_product(hints[pk]) for pk in product_ids if pk in hints]


def _product(hint: dict[str, Any]) -> dict[str, Any]:
    before = hint["before"]
    return {
        "name": str(Translated(hint["name"])),
        "url": reverse("catalog:product", args=[hint["slug"]]),
        "thumb": hint["thumb"],
        "price": Money(hint["price"], settings.CURRENCY),
        "before": Money(before, settings.CURRENCY) if before else None,
        "is_from": hint["from"],
    }
