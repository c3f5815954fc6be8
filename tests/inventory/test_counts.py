import pytest

from inventory import actions
from inventory.errors import NotOnTheShelf
from inventory.models import Level, Movement
from inventory.signals import availability_changed
from tests.factories import LocationFactory, VariantFactory
from tests.inventory.conftest import counters

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    """The sets of variants that `availability_changed` told of."""
    told = []

    def listen(variant_ids, **kwargs):
        told.append(variant_ids)

    availability_changed.connect(listen)
    yield told
    availability_changed.disconnect(listen)


def test_counting_makes_the_level_and_the_movement():
    mug, place = VariantFactory(level=None), LocationFactory()
    actions.set_on_hand(mug, place, 7, cause="count:1")
    assert counters(mug) == (7, 0, 0)
    actions.set_on_hand(mug, place, 5, cause="count:2")
    deltas = (
        Movement.objects.filter(kind=Movement.Kind.COUNTED)
        .order_by("pk")
        .values_list("on_hand_delta", flat=True)
    )
    assert list(deltas) == [7, -2]


def test_a_count_that_finds_what_is_known_moves_nothing():
    mug, place = VariantFactory(level=None), LocationFactory()
    actions.set_on_hand(mug, place, 0, cause="count:1")
    assert not Movement.objects.exists()
    assert Level.objects.get().on_hand == 0


def test_the_same_cause_twice_is_the_same_as_once():
    mug, place = VariantFactory(level=None), LocationFactory()
    actions.receive(mug, place, 7, cause="delivery:1")
    actions.receive(mug, place, 7, cause="delivery:1")
    actions.restock(mug, place, 1, cause="return:1")
    actions.restock(mug, place, 1, cause="return:1")
    actions.set_on_hand(mug, place, 6, cause="count:1")
    actions.receive(mug, place, 1, cause="delivery:2")
    actions.set_on_hand(mug, place, 6, cause="count:1")
    assert counters(mug) == (7, 0, 0)


def test_a_count_below_what_is_promised_is_refused_and_says_so():
    mug = VariantFactory()
    actions.hold("cart", {mug.pk: 4})
    place = Level.objects.get().location
    with pytest.raises(NotOnTheShelf, match="4 units are promised"):
        actions.set_on_hand(mug, place, 3, cause="count:1")
    actions.set_on_hand(mug, place, 4, cause="count:1")
    assert counters(mug) == (4, 0, 4)


def test_holds_that_ran_out_do_not_stand_in_the_way_of_a_count():
    from datetime import timedelta

    from django.utils import timezone

    mug = VariantFactory()
    actions.hold("cart", {mug.pk: 4}, now=timezone.now() - timedelta(hours=1))
    actions.set_on_hand(mug, Level.objects.get().location, 0, cause="count:1")
    assert counters(mug) == (0, 0, 0)


@pytest.mark.parametrize("units", [0, -1])
def test_nothing_cannot_come_in(units):
    mug, place = VariantFactory(), LocationFactory()
    with pytest.raises(ValueError, match="At least one"):
        actions.receive(mug, place, units, cause="delivery:1")
    with pytest.raises(ValueError, match="fewer than no"):
        actions.set_on_hand(mug, place, -1, cause="count:1")


def test_the_limit_beyond_the_shelf_cannot_fall_below_what_was_promised():
    chair = VariantFactory(stock_policy="backorder", level__on_hand=0)
    place = Level.objects.get().location
    actions.set_backorder_limit(chair, place, 5)
    actions.hold("cart", {chair.pk: 3})
    with pytest.raises(NotOnTheShelf):
        actions.set_backorder_limit(chair, place, 2)
    actions.set_backorder_limit(chair, place, 3)
    assert Level.objects.get().backorder_limit == 3


def test_those_who_show_the_stock_hear_when_it_reads_differently(heard):
    mug = VariantFactory()
    actions.hold("a", {mug.pk: 3})
    assert heard == []  # ten or seven: in stock
    actions.hold("b", {mug.pk: 3})
    assert heard == [{mug.pk}]  # four: low
    actions.hold("c", {mug.pk: 2})
    assert heard == [{mug.pk}]
    actions.hold("d", {mug.pk: 2})
    assert heard == [{mug.pk}] * 2  # none: sold out
    actions.release_holds("a")
    assert heard == [{mug.pk}] * 3  # three: low
    actions.receive(mug, Level.objects.get().location, 20, cause="delivery:1")
    assert heard == [{mug.pk}] * 4


def test_a_first_delivery_and_a_new_limit_are_heard_too(heard):
    chair, place = VariantFactory(stock_policy="backorder", level=None), LocationFactory()
    actions.set_backorder_limit(chair, place, 5)
    actions.receive(chair, place, 1, cause="delivery:1")
    assert heard == [{chair.pk}, {chair.pk}]


def test_movements_cannot_be_changed_or_deleted():
    from django.db import DatabaseError, transaction

    VariantFactory()
    for change in (lambda rows: rows.update(on_hand_delta=99), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change(Movement.objects.all())


def test_several_variants_are_counted_at_once_or_not_at_all():
    place = LocationFactory()
    mug, cup = VariantFactory(level=None), VariantFactory()
    actions.set_all_on_hand(place, {mug.pk: 3, cup.pk: 4}, cause="count:1")
    actions.set_all_on_hand(place, {mug.pk: 9, cup.pk: 9}, cause="count:1")
    assert (counters(mug), counters(cup)) == ((3, 0, 0), (4, 0, 0))

    actions.hold("cart", {cup.pk: 2})
    with pytest.raises(NotOnTheShelf):
        actions.set_all_on_hand(place, {mug.pk: 5, cup.pk: 1}, cause="count:2")
    assert counters(mug) == (3, 0, 0)
