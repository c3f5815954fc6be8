"""Pages far down a list are those that counting them off would give, on both engines."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import deep_pages
from catalog.models import Listing
from tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db
COLUMNS = ("-published_at", "price_minor", "-price_minor")


@pytest.fixture
def shelf(monkeypatch):
    """Forty products, many alike, some sold out; a mark at every seventh."""
    monkeypatch.setattr(deep_pages, "STEP", 7)
    category, chance, now = CategoryFactory(), random.Random(3), timezone.now()
    Listing.objects.bulk_create(
        Listing(
            category=category,
            product=ProductFactory(category=category, variant=None),
            currency="EUR",
            is_sold_out=chance.random() < 0.3,
            price_minor=chance.choice([900, 1900, 2900]),
            published_at=now - timedelta(days=chance.randint(0, 4)),
        )
        for _number in range(40)
    )
    return category


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("size", [1, 3, 24])
def test_every_page_is_the_one_that_counting_off_gives(shelf, column, size):
    ordered = Listing.objects.order_by("is_sold_out", column, "-product_id").values_list(
        "product_id", flat=True
    )
    expected = list(ordered)
    for start in range(45):
        found = deep_pages.products(shelf.pk, "EUR", column, start, size)
        assert found == expected[start : start + size], start


def test_all_sold_out_and_none_sold_out_are_lists_too(shelf):
    for is_sold_out in (True, False):
        Listing.objects.update(is_sold_out=is_sold_out)
        deep_pages.versions.forget()
        found = deep_pages.products(shelf.pk, "EUR", "price_minor", 35, 24)
        assert len(found) == 5


def test_a_deep_page_counts_off_no_more_than_a_step(shelf):
    deep_pages.products(shelf.pk, "EUR", "price_minor", 10, 3)  # the marks are set
    with CaptureQueriesContext(connection) as captured:
        deep_pages.products(shelf.pk, "EUR", "price_minor", 27, 1)
    [page] = [query["sql"] for query in captured if "catalog_listing" in query["sql"]]
    assert int(page.rpartition("OFFSET ")[2].split()[0] if "OFFSET" in page else 0) < 7
