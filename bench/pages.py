"""What is measured: pages, each with the addresses that its visitors take turns on."""

from __future__ import annotations

import random
from dataclasses import dataclass
from urllib.parse import urlencode

from bench import words
from bench.generate import SHELVES
from catalog.facets import groups_of
from catalog.index.facets import AVAILABILITY
from catalog.models import Category, Product

EMPTY, ROWS = "empty view", "24-row view"
ADDRESSES = 400  # of a kind; many, so that nothing is measured warm that would not be


@dataclass(frozen=True)
class Page:
    """`limits`: at most so many times the CPU of a floor."""

    name: str
    paths: list[str]
    limits: dict[str, float]


def floors() -> list[Page]:
    return [
        Page(EMPTY, ["/bench/empty/"], {}),
        Page(ROWS, [f"/bench/rows/{shelf}/" for shelf in range(SHELVES)], {}),
    ]


def uncached() -> list[Page]:
    """Made anew for each request."""
    return [
        Page("home", ["/"], {ROWS: 4}),
        Page("category", categories(), {ROWS: 4}),
        Page("narrowed category", narrowed_categories(), {ROWS: 8}),
        Page("product", products(), {ROWS: 2}),
        Page("search", searches(), {ROWS: 4}),
    ]


def cached() -> list[Page]:
    """Served to anonymous visitors from the page cache; few addresses, so that each is there."""
    kept = [page for page in uncached() if page.name != "narrowed category"]
    return [Page(f"cached {page.name}", page.paths[:20], {EMPTY: 2}) for page in kept]


def categories() -> list[str]:
    return [category.get_absolute_url() for category in Category.objects.order_by("id")]


def narrowed_categories() -> list[str]:
    """Each category with the commonest value of three facets chosen."""
    paths = []
    for category in Category.objects.order_by("id"):
        groups = [group for group in groups_of(category.pk) if group.code != AVAILABILITY][:3]
        commonest = [(group.code, max(group.values, key=lambda value: value.products)) for group in groups]
        chosen = urlencode([(code, value.code) for code, value in commonest])
        paths.append(f"{category.get_absolute_url()}?{chosen}")
    return paths


def products() -> list[str]:
    """Spread over the whole catalogue, the same ones each time."""
    slugs = Product.objects.order_by("id").values_list("slug", flat=True)
    chosen = random.Random(1).sample(list(slugs), min(ADDRESSES, len(slugs)))
    return [f"/p/{slug}/" for slug in chosen]


def searches() -> list[str]:
    """Words that find thousands, words that find a few, several words together, and article numbers."""
    return [f"/search/?q={'+'.join(query)}" for query in words.queries(Product.objects.count())]
