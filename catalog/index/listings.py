"""What stands on which shelf, with all that lists sort by, and how much it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db.models import Count

from catalog.index.offers import Offered
from catalog.index.shelves import Shelves
from catalog.models import CategoryCount, Listing
from shop import sql
from shop.sql import Query

Key = tuple[int, int, str]  # category, product, currency


def write(offered: Sequence[Offered], shelves: Shelves) -> None:
    """Make the listings of these products anew, and move the counts of their shelves by the difference."""
    products = [product.product.pk for product in offered]
    old = set(
        Listing.objects.filter(product__in=products).values_list("category_id", "product_id", "currency")
    )
    rows = {
        (row.category_id, row.product_id, row.currency): row
        for product in offered
        if product.is_shown
        for row in _rows(product, shelves)
    }
    gone = old - rows.keys()
    if gone:
        stale = Listing.objects.filter(product__in={key[1] for key in gone})
        Listing.objects.filter(
            pk__in=[row.pk for row in stale if (row.category_id, row.product_id, row.currency) in gone]
        ).delete()
    Listing.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["category", "product", "currency"],
        update_fields=["is_sold_out", "price_minor", "published_at"],
    )
    _move_counts(old, set(rows))


def recount() -> int:
    """Count every shelf from its listings; the number of counts that were wrong."""
    found = dict(
        Listing.objects.order_by().values_list("category_id").annotate(n=Count("product", distinct=True))
    )
    known = dict(CategoryCount.objects.values_list("category_id", "products"))
    wrong = {
        key: found.get(key, 0) for key in found.keys() | known.keys() if known.get(key) != found.get(key)
    }
    CategoryCount.objects.bulk_create(
        [CategoryCount(category_id=key, products=count) for key, count in wrong.items()],
        update_conflicts=True,
        unique_fields=["category"],
        update_fields=["products"],
    )
    return len(wrong)


def _rows(offered: Offered, shelves: Shelves) -> list[Listing]:
    category = offered.product.category
    if category is None:
        return []
    return [
        Listing(
            category=shelf,
            product=offered.product,
            currency=offered.currency,
            is_sold_out=offered.is_sold_out,
            price_minor=offered.leading.price.minor,
            published_at=offered.product.published_at,
        )
        for shelf in shelves.above(category)
    ]


def _move_counts(old: set[Key], new: set[Key]) -> None:
    """A product counts once on a shelf, in however many currencies it is priced."""
    steps = Counter(category for category, _product in {key[:2] for key in new})
    steps.subtract(category for category, _product in {key[:2] for key in old})
    moved = {category: step for category, step in sorted(steps.items()) if step}
    CategoryCount.objects.bulk_create(
        [CategoryCount(category_id=category) for category in moved], ignore_conflicts=True
    )
    if moved:
        sql.changes(*(Query(_STEP, [step, category]) for category, step in moved.items()))


_STEP = "UPDATE catalog_categorycount SET products = products + %s WHERE category_id = %s"
