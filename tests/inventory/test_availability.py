from datetime import date

import pytest
from django.utils import translation

from catalog.models import Product
from inventory import actions
from inventory.actions import State, availability
from tests.factories import LevelFactory, LocationFactory, VariantFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def of(variant, **options):
    return availability([variant], today=TODAY, **options)[variant.pk]


def test_plenty_is_in_stock():
    stock = of(VariantFactory())
    assert (stock.state, stock.free, stock.text) == (State.IN_STOCK, 10, "In stock")
    assert stock.leaves_on(TODAY) == TODAY


@pytest.mark.parametrize(("on_hand", "text"), [(5, "Only 5 left"), (1, "Only 1 left")])
def test_the_number_is_told_when_few_are_left(on_hand, text):
    stock = of(VariantFactory(level__on_hand=on_hand))
    assert (stock.state, stock.text, stock.can_buy) == (State.LOW, text, True)


def test_none_is_sold_out():
    stock = of(VariantFactory(level__on_hand=0))
    assert (stock.state, stock.free, stock.text, stock.can_buy) == (State.OUT, 0, "Sold out", False)
    assert stock.leaves_on(TODAY) is None


def test_counted_but_never_stocked_is_sold_out_and_uncounted_is_not():
    assert of(VariantFactory(level=None)).state == State.OUT
    stock = of(VariantFactory(level=None, stock_policy="untracked"))
    assert (stock.state, stock.free, stock.can_buy) == (State.UNTRACKED, None, True)


def test_what_is_free_anywhere_counts_and_is_told_by_location():
    mug, showroom = VariantFactory(level__on_hand=2), LocationFactory(code="showroom")
    LevelFactory(variant=mug, location=showroom, on_hand=4)
    stock = of(mug)
    assert (stock.free, stock.by_location[showroom.pk]) == (6, 4)


def test_back_order_says_how_long_it_takes():
    chair = VariantFactory(
        stock_policy="backorder", lead_days=21, level__on_hand=0, level__backorder_limit=12
    )
    stock = of(chair)
    assert (stock.state, stock.free, stock.on_shelf) == (State.BACKORDER, 12, 0)
    assert stock.text == "Back-order, ships in about 21 days"
    assert stock.leaves_on(TODAY) == date(2026, 12, 15)


def test_back_order_without_a_known_time_promises_none():
    assert (
        of(VariantFactory(stock_policy="backorder", level__on_hand=0, level__backorder_limit=1)).text
        == "Back-order"
    )


def test_a_back_ordered_chair_that_is_on_the_shelf_is_in_stock():
    stock = of(
        VariantFactory(stock_policy="backorder", lead_days=21, level__on_hand=1, level__backorder_limit=6)
    )
    assert (stock.state, stock.free, stock.text) == (State.LOW, 7, "Only 1 left")


def test_pre_order_names_its_day_until_that_day():
    table = VariantFactory(
        stock_policy="preorder", preorder_at=date(2027, 1, 8), level__on_hand=0, level__backorder_limit=20
    )
    stock = of(table)
    assert (stock.state, stock.text) == (State.PREORDER, "Pre-order, ships 8 January")
    assert stock.leaves_on(TODAY) == date(2027, 1, 8)
    assert availability([table], today=date(2027, 1, 8))[table.pk].state == State.BACKORDER


def test_a_pre_order_that_is_all_taken_is_sold_out():
    table = VariantFactory(stock_policy="preorder", preorder_at=date(2027, 1, 8), level__on_hand=0)
    assert of(table).state == State.OUT


def test_the_day_is_written_in_the_readers_language():
    table = VariantFactory(
        stock_policy="preorder", preorder_at=date(2027, 1, 8), level__on_hand=0, level__backorder_limit=20
    )
    with translation.override("ru"):
        assert "8 января" in of(table).text


def test_many_variants_take_one_query(django_assert_num_queries):
    mugs = [VariantFactory() for _ in range(5)]
    with django_assert_num_queries(1):
        assert len(availability(mugs)) == 5
    with django_assert_num_queries(0):
        assert availability([]) == {}


def test_prefetched_levels_are_enough(django_assert_num_queries):
    mug = VariantFactory(level__on_hand=4)
    bare = VariantFactory(product=mug.product, level=None, options={"size": "l"})
    product = Product.objects.prefetch_related("variants__levels").get(pk=mug.product_id)
    with django_assert_num_queries(0):
        stock = availability(product.variants.all())
    assert (stock[mug.pk].text, stock[bare.pk].text) == ("Only 4 left", "Sold out")
    assert stock == availability([mug.pk, bare.pk])


def test_more_promised_than_is_there_reads_as_none_free():
    chair = VariantFactory(stock_policy="backorder", level__on_hand=1, level__backorder_limit=5)
    actions.hold("cart", {chair.pk: 4})
    stock = of(chair)
    assert (stock.state, stock.free, stock.on_shelf) == (State.BACKORDER, 2, 0)
    chair.stock_policy = "deny"
    chair.save()
    assert (of(chair).state, of(chair).free) == (State.OUT, 0)
