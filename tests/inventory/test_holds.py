from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory import actions
from inventory.errors import OutOfStock
from inventory.models import Hold, Level, Movement
from tests.factories import LevelFactory, LocationFactory, VariantFactory
from tests.inventory.conftest import counters

pytestmark = pytest.mark.django_db


def later(**duration):
    return timezone.now() + timedelta(**duration)


def test_a_hold_keeps_units_for_its_owner_for_fifteen_minutes():
    mug = VariantFactory()
    expires_at = actions.hold("cart", {mug.pk: 3})
    assert counters(mug) == (10, 0, 3)
    assert timedelta(minutes=14) < expires_at - timezone.now() < timedelta(minutes=16)
    assert Hold.objects.get().expires_at == expires_at


def test_held_units_are_not_free_for_anybody_else_and_free_for_the_owner():
    mug = VariantFactory()
    actions.hold("cart", {mug.pk: 8})
    assert actions.availability([mug])[mug.pk].free == 2
    assert actions.availability([mug.pk], owner="cart")[mug.pk].free == 10
    with pytest.raises(OutOfStock) as refusal:
        actions.hold("other", {mug.pk: 3})
    assert (refusal.value.variant_id, refusal.value.free) == (mug.pk, 2)
    assert str(refusal.value) == "Only 2 are left."


def test_a_hold_is_all_or_nothing_and_leaves_the_earlier_one():
    mug, bowl = VariantFactory(), VariantFactory(level__on_hand=1)
    actions.hold("cart", {mug.pk: 1})
    with pytest.raises(OutOfStock) as refusal:
        actions.hold("cart", {mug.pk: 2, bowl.pk: 2})
    assert refusal.value.shortages == {bowl.pk: 1}
    assert (counters(mug), counters(bowl)) == ((10, 0, 1), (1, 0, 0))


def test_a_new_hold_takes_the_place_of_the_owners_earlier_one():
    mug, bowl = VariantFactory(), VariantFactory()
    actions.hold("cart", {mug.pk: 10})
    actions.hold("cart", {mug.pk: 9, bowl.pk: 1})
    assert (counters(mug), counters(bowl)) == ((10, 0, 9), (10, 0, 1))
    actions.hold("cart", {bowl.pk: 2})
    assert (counters(mug), counters(bowl)) == ((10, 0, 0), (10, 0, 2))
    actions.hold("cart", {})
    assert counters(bowl) == (10, 0, 0)


def test_the_same_hold_again_only_starts_its_time_anew():
    mug = VariantFactory()
    actions.hold("cart", {mug.pk: 3})
    movements = Movement.objects.count()
    with CaptureQueriesContext(connection) as captured:
        expires_at = actions.hold("cart", {mug.pk: 3}, now=later(minutes=10))
    assert len(captured) == 2
    assert Hold.objects.get().expires_at == expires_at > later(minutes=24)
    assert Movement.objects.count() == movements


def test_activity_extends_a_hold_that_is_alive():
    mug = VariantFactory()
    assert actions.extend_holds("cart") is None
    actions.hold("cart", {mug.pk: 3})
    assert actions.extend_holds("cart", now=later(minutes=10)) > later(minutes=24)
    assert actions.extend_holds("cart", now=later(minutes=60)) is None


def test_a_hold_that_ran_out_is_made_anew():
    mug = VariantFactory()
    actions.hold("cart", {mug.pk: 3})
    expires_at = actions.hold("cart", {mug.pk: 3}, now=later(minutes=60))
    assert Hold.objects.get().expires_at == expires_at > later(minutes=74)
    assert counters(mug) == (10, 0, 3)


def test_released_holds_are_free_again():
    mug = VariantFactory()
    actions.hold("cart", {mug.pk: 3})
    actions.release_holds("cart", cause="removed")
    actions.release_holds("cart", cause="removed")
    assert counters(mug) == (10, 0, 0)
    assert Movement.objects.get(kind=Movement.Kind.HOLD_RELEASED).cause.endswith(":removed")


def test_a_hold_that_ran_out_is_freed_when_the_stock_is_wanted():
    mug = VariantFactory(level__on_hand=1)
    actions.hold("gone", {mug.pk: 1})
    Hold.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert actions.availability([mug])[mug.pk].free == 1
    actions.hold("cart", {mug.pk: 1})
    assert Hold.objects.get().owner == "cart"
    assert counters(mug) == (1, 0, 1)


def test_the_sweeper_frees_what_ran_out_and_nothing_else():
    mug, bowl = VariantFactory(), VariantFactory()
    actions.hold("gone", {mug.pk: 1, bowl.pk: 2})
    actions.hold("here", {mug.pk: 3}, now=later(minutes=10))
    assert actions.expire_holds() == 0
    assert actions.expire_holds(now=later(minutes=16)) == 2
    assert actions.expire_holds(now=later(minutes=16)) == 0
    assert (counters(mug), counters(bowl)) == ((10, 0, 3), (10, 0, 0))


def test_the_sweeper_gets_through_more_holds_than_one_batch(monkeypatch):
    monkeypatch.setattr("inventory.actions.holds.BATCH", 2)
    mugs = [VariantFactory() for _ in range(5)]
    for mug in mugs:
        actions.hold(f"cart-{mug.pk}", {mug.pk: 1})
    assert actions.expire_holds(now=later(minutes=16)) == 5
    assert not Hold.objects.exists()


def test_what_nobody_counts_is_passed_over():
    voucher = VariantFactory(stock_policy="untracked", level=None)
    counted_once = VariantFactory(stock_policy="untracked")
    actions.hold("cart", {voucher.pk: 5, counted_once.pk: 50})
    assert not Hold.objects.exists()


def test_a_counted_variant_that_never_had_a_level_is_sold_out():
    mug = VariantFactory(level=None)
    with pytest.raises(OutOfStock) as refusal:
        actions.hold("cart", {mug.pk: 1})
    assert refusal.value.free == 0
    assert str(refusal.value) == "Sold out."


def test_a_hold_spreads_over_locations_when_one_is_not_enough():
    mug = VariantFactory(level__on_hand=2)
    LevelFactory(variant=mug, location=LocationFactory(code="showroom", position=1), on_hand=2)
    actions.hold("cart", {mug.pk: 3})
    assert list(Level.objects.order_by("location__position").values_list("held", flat=True)) == [2, 1]


def test_what_sells_beyond_the_shelf_can_be_held_up_to_its_limit():
    chair = VariantFactory(stock_policy="backorder", level__on_hand=1, level__backorder_limit=3)
    actions.hold("cart", {chair.pk: 4})
    with pytest.raises(OutOfStock):
        actions.hold("other", {chair.pk: 1})


def test_the_limit_counts_for_nothing_when_the_policy_is_to_stop_at_zero():
    chair = VariantFactory(stock_policy="deny", level__on_hand=1, level__backorder_limit=3)
    with pytest.raises(OutOfStock) as refusal:
        actions.hold("cart", {chair.pk: 2})
    assert refusal.value.free == 1


def test_a_hold_costs_as_many_queries_for_ten_things_as_for_one():
    def queries(number):
        wanted = {VariantFactory().pk: 1 for _ in range(number)}
        with CaptureQueriesContext(connection) as captured:
            actions.hold(f"cart-{number}", wanted)
        return len(captured)

    assert queries(1) == queries(10) <= 8
