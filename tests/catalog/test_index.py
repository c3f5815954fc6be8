"""The rows that pages are built from, and that they follow stock, time and releases."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from catalog import index
from catalog.index.specs import fact_text
from catalog.models import Attribute, Card, CategoryCount, Fact, Listing, Page, SearchRow
from inventory.actions import hold, release_holds, set_on_hand
from shop import outbox
from tests.factories import CategoryFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db(transaction=True)


def card_of(product):
    return Card.objects.get(product=product, language="en").html


def test_the_last_unit_taken_marks_card_list_and_search_as_sold_out(client):
    mug = ProductFactory(slug="mug", category=CategoryFactory(slug="mugs"), indexed=True)
    other = ProductFactory(
        category=mug.category, published_at=timezone.now() - timedelta(days=1), indexed=True
    )
    variant = mug.variants.get()
    assert 'data-state="in_stock"' in card_of(mug)
    assert "In stock" in client.get("/p/mug/").content.decode()

    hold("a-shopper", {variant.pk: 10})

    assert 'data-state="out"' in card_of(mug)
    assert Listing.objects.get(product=mug).is_sold_out
    assert SearchRow.objects.get(product=mug).is_sold_out
    html = client.get("/c/mugs/").content.decode()
    assert html.index(other.get_absolute_url()) < html.index("/p/mug/")
    assert "Sold out" in client.get("/p/mug/").content.decode()

    release_holds("a-shopper")

    assert 'data-state="in_stock"' in card_of(mug)
    assert not Listing.objects.get(product=mug).is_sold_out


def test_a_card_names_no_number_that_the_next_order_makes_untrue():
    mug = ProductFactory(variant__level__on_hand=3, indexed=True)

    assert "Few left" in card_of(mug)
    assert "3 left" not in card_of(mug)


def test_a_product_is_in_stock_while_any_variant_is():
    mug = ProductFactory(variant__level__on_hand=0)
    VariantFactory(product=mug, level__on_hand=9)
    index.refresh([mug.pk])

    assert 'data-state="in_stock"' in card_of(mug)
    assert not Listing.objects.get(product=mug).is_sold_out


def test_a_card_shows_the_cheapest_that_can_be_had():
    mug = ProductFactory(variant__price__amount_minor=900, variant__level__on_hand=0)
    VariantFactory(product=mug, price__amount_minor=1500)
    VariantFactory(product=mug, price__amount_minor=1900)
    index.refresh([mug.pk])

    assert 'data-minor="1500"' in card_of(mug)
    assert Listing.objects.get(product=mug).price_minor == 1500


def test_a_list_sorts_by_the_price_that_can_be_had():
    mug = ProductFactory(variant__price__amount_minor=900)
    VariantFactory(product=mug, price__amount_minor=1500)
    index.refresh([mug.pk])
    assert Listing.objects.get(product=mug).price_minor == 900

    hold("a-shopper", {mug.variants.first().pk: 10})

    assert Listing.objects.get(product=mug).price_minor == 1500


def test_products_renewed_by_many_at_once_are_counted_once(run_together):
    shelf = CategoryFactory()
    mugs = [ProductFactory(category=shelf).pk for _ in range(3)]

    outcomes = run_together(lambda number: index.refresh(mugs), 6)

    assert outcomes == [None] * 6
    assert CategoryCount.objects.get(category=shelf).products == 3
    assert Listing.objects.filter(category=shelf).count() == 3


def test_one_variant_is_added_from_the_card_several_are_chosen_on_the_page():
    one = ProductFactory(variant__sku="ONE", indexed=True)
    two = ProductFactory()
    VariantFactory(product=two)
    index.refresh([two.pk])

    assert 'value="ONE"' in card_of(one)
    assert "<form" not in card_of(two)


def test_a_product_without_a_price_in_the_shown_currency_is_nowhere():
    mug = ProductFactory(variant__price=None, indexed=True)

    assert not Card.objects.filter(product=mug).exists()
    assert not Listing.objects.filter(product=mug).exists()
    assert not SearchRow.objects.filter(product=mug).exists()
    assert not Page.objects.filter(product=mug).exists()


def test_a_product_appears_at_its_time(client):
    appears_at = timezone.now() + timedelta(days=1)
    mug = ProductFactory(slug="mug", published_at=appears_at, indexed=True)
    assert not Card.objects.filter(product=mug).exists()
    assert client.get("/p/mug/").status_code == 404

    later = appears_at + timedelta(seconds=1)
    with time_machine.travel(later):
        outbox.drain(now=later)
        assert client.get("/p/mug/").status_code == 200

    assert Listing.objects.filter(product=mug).exists()


def test_reindex_mends_whatever_went_wrong(capsys):
    mug = ProductFactory(indexed=True)
    Card.objects.all().delete()
    Listing.objects.all().delete()
    CategoryCount.objects.update(products=99)

    call_command("reindex", "--json")

    assert json.loads(capsys.readouterr().out) == {"products": 1, "dry_run": False}
    assert card_of(mug)
    assert CategoryCount.objects.get().products == 1


def test_a_dry_run_of_reindex_changes_nothing(capsys):
    ProductFactory(indexed=True)
    Card.objects.update(build="older")

    call_command("reindex", "--stale", "--dry-run")

    assert "1 products would be made anew" in capsys.readouterr().out
    assert set(Card.objects.values_list("build", flat=True)) == {"older"}


def test_only_what_is_stale_is_made_anew(capsys):
    fresh, stale = ProductFactory(indexed=True), ProductFactory(indexed=True)
    Card.objects.filter(product=stale).update(build="older")
    Card.objects.filter(product=fresh).update(html="still the same")

    call_command("reindex", "--stale")

    assert card_of(fresh) == "still the same"
    assert Card.objects.filter(product=stale, build="older").count() == 0


def test_a_product_without_a_price_is_not_stale_for_ever():
    unpriced, priced = ProductFactory(), ProductFactory()
    unpriced.variants.get().prices.all().delete()

    assert index.stale_products() == [priced.pk]
    index.reindex(index.stale_products())
    assert index.stale_products() == []


def test_a_product_that_lost_its_price_loses_what_older_templates_made():
    product = ProductFactory(indexed=True)
    product.variants.get().prices.all().delete()
    Card.objects.update(build="older")

    index.reindex(index.stale_products())

    assert not Card.objects.exists()
    assert index.stale_products() == []


def test_counted_stock_reaches_the_card():
    mug = ProductFactory(variant__level__on_hand=0, indexed=True)
    level = mug.variants.get().levels.get()
    assert 'data-state="out"' in card_of(mug)

    set_on_hand(level.variant, level.location, 50, cause="counted today")

    assert 'data-state="in_stock"' in card_of(mug)


@pytest.mark.parametrize(
    ("grams", "said"),
    [(340, "340\u00a0g"), (1000, "1\u00a0kg"), (4250, "4.25\u00a0kg"), (10_000, "10\u00a0kg")],
)
def test_a_thousand_grams_are_a_kilogram(grams, said):
    weight = Attribute(kind=Attribute.Kind.NUMBER, unit="g")
    assert fact_text(Fact(attribute=weight, number=grams)) == said
