"""What is offered while somebody types."""

import pytest
from django.utils import timezone

from catalog import index
from catalog.models import SearchCount
from inventory.actions import set_on_hand
from tests.factories import CategoryFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def shelf():
    return CategoryFactory(slug="mugs", name={"en": "Mugs", "ru": "Кружки"})


def suggested(client, query, prefix=""):
    return client.get(f"{prefix}/search/suggest/", {"q": query}, **HTMX).content.decode()


def test_products_shelves_searches_and_the_page_of_all(client, shelf):
    for number in range(6):
        ProductFactory(
            slug=f"mug-{number}",
            name={"en": f"Tide mug {number}", "ru": f"Кружка {number}"},
            category=shelf,
            indexed=True,
        )
    SearchCount.objects.create(query="tide", language="en", day=timezone.localdate(), results=6, times=9)

    page = suggested(client, "ti")

    assert page.count('role="option"') == 1 + 1 + 4 + 1
    assert 'href="/search/?q=tide"' in page
    assert 'href="/c/mugs/"' in page
    assert 'href="/p/mug-5/"' in page
    assert 'data-minor="2400"' in page
    assert 'href="/search/?q=ti"' in page
    assert "7 suggestions" in page


def test_they_speak_the_language_of_the_page(client, shelf):
    ProductFactory(slug="mug", name={"en": "Tide mug", "ru": "Кружка"}, category=shelf, indexed=True)

    page = suggested(client, "круж", "/ru")

    assert 'href="/ru/p/mug/"' in page
    assert "Кружка" in page
    assert "Кружки" in page


def test_a_slip_of_the_finger_is_understood(client):
    ProductFactory(slug="cushion", name={"en": "Cushion"}, indexed=True)

    assert 'href="/p/cushion/"' in suggested(client, "cushon")


@pytest.mark.parametrize("query", ["", "t", " ", "zebra"])
def test_nothing_is_offered_for_too_little_or_the_unknown(client, query):
    ProductFactory(name={"en": "Tide mug"}, indexed=True)

    assert "option" not in suggested(client, query)


def test_without_htmx_the_page_of_results_answers(client):
    answer = client.get("/search/suggest/?q=tide+mug")

    assert (answer.status_code, answer["Location"]) == (302, "/search/?q=tide+mug")


def test_the_price_follows_the_stock():
    mug = ProductFactory(variant__sku="CHEAP", indexed=True)
    VariantFactory(product=mug, sku="DEAR", price__amount_minor=9900)
    cheap = mug.variants.get(sku="CHEAP")

    set_on_hand(cheap, cheap.levels.get().location, 0, cause="test")
    index.refresh_cards([mug.pk])

    assert mug.search_row.hint["price"] == 9900


def test_the_cost_is_the_same_for_few_and_many_products(client, shelf, django_assert_max_num_queries):
    for number in range(12):
        ProductFactory(name={"en": f"Tide mug {number}"}, category=shelf, indexed=True)
    suggested(client, "tide")

    with django_assert_max_num_queries(7):
        suggested(client, "tide mu")
