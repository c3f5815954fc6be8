"""Real connections, released together: exactly the stock is sold, nobody waits for ever."""

import random

import pytest
from django.db import DatabaseError, transaction

from inventory import actions
from inventory.errors import OutOfStock
from inventory.models import Allocation, Hold, Level, Movement
from tests.factories import LevelFactory, LocationFactory, VariantFactory
from tests.inventory.conftest import counters

pytestmark = pytest.mark.django_db(transaction=True)


def buy(lines, *, owner=None):
    """Place an order for these lines; True, or what was refused."""
    with transaction.atomic():
        actions.allocate(
            [(line.pk, line.variant_id, line.quantity) for line in lines],
            owner=owner,
            cause=f"line:{lines[0].pk}",
        )
    return True


def refused(outcomes):
    """How many were told that it is sold out. Anything else that was raised fails the test."""
    others = [o for o in outcomes if isinstance(o, Exception) and not isinstance(o, OutOfStock)]
    assert others == []
    return sum(isinstance(outcome, OutOfStock) for outcome in outcomes)


def test_fifty_buyers_at_once_for_one_unit(run_together, make_line):
    mug = VariantFactory(level__on_hand=1)
    lines = [make_line(mug, 1) for _ in range(50)]
    outcomes = run_together(lambda number: buy([lines[number]]), 50)
    assert (outcomes.count(True), refused(outcomes)) == (1, 49)
    assert counters(mug) == (1, 1, 0)
    assert Allocation.objects.count() == 1


def test_fifty_shoppers_at_once_hold_one_unit(run_together):
    mug = VariantFactory(level__on_hand=1)
    outcomes = run_together(lambda number: actions.hold(f"cart-{number}", {mug.pk: 1}), 50)
    assert refused(outcomes) == 49
    assert counters(mug) == (1, 0, 1)
    assert Hold.objects.count() == 1


def test_five_hundred_buyers_fifty_at_a_time_for_fifty_units(run_together, make_line):
    mug = VariantFactory(level__on_hand=50)
    lines = [make_line(mug, 1) for _ in range(500)]

    def check_out(number):
        actions.hold(f"cart-{number}", {mug.pk: 1})
        return buy([lines[number]], owner=f"cart-{number}")

    outcomes = run_together(check_out, 500, at_a_time=50)
    assert (outcomes.count(True), refused(outcomes)) == (50, 450)
    assert counters(mug) == (50, 50, 0)


def test_carts_of_four_lines_in_any_order_never_deadlock(run_together, make_line):
    mugs = [VariantFactory(level__on_hand=60) for _ in range(6)]
    for mug in mugs:
        LevelFactory(variant=mug, location=LocationFactory(code="showroom", position=1), on_hand=60)
    chance = random.Random(7)
    carts = [[make_line(mug, 1) for mug in chance.sample(mugs, 4)] for _ in range(240)]
    outcomes = run_together(lambda number: buy(carts[number]), 240, at_a_time=24)
    assert [outcome for outcome in outcomes if isinstance(outcome, DatabaseError)] == []
    sold = outcomes.count(True)
    assert sold + refused(outcomes) == 240
    assert sum(counters(mug)[1] for mug in mugs) == 4 * sold
    assert all(counters(mug)[1] <= 120 for mug in mugs)
    # Who was refused was refused rightly: of the cart's goods something had run out.
    gone = {mug.pk for mug in mugs if counters(mug)[1] == 120}
    for cart, outcome in zip(carts, outcomes, strict=True):
        assert outcome is True or gone & {line.variant_id for line in cart}


def test_holding_placing_cancelling_and_sweeping_at_once(run_together, make_line):
    mugs = [VariantFactory(level__on_hand=5) for _ in range(3)]
    chance = random.Random(11)
    plans = [[(mug, chance.randint(1, 2)) for mug in chance.sample(mugs, 2)] for _ in range(60)]
    carts = [[make_line(mug, quantity) for mug, quantity in plan] for plan in plans]

    def act(number):
        owner, lines = f"cart-{number % 20}", carts[number]
        if number % 7 == 0:
            return actions.expire_holds()
        actions.hold(owner, {line.variant_id: line.quantity for line in lines})
        if number % 3 == 0:
            return actions.release_holds(owner)
        buy(lines, owner=owner)
        if number % 2:
            actions.release_allocations([line.pk for line in lines], cause=f"order:{number}:cancelled")
        return True

    refused(run_together(act, 60, at_a_time=12))
    for mug in mugs:
        on_hand, allocated, held = counters(mug)
        assert on_hand == 5 >= allocated + held
        assert held == sum(hold.quantity for hold in Hold.objects.filter(level__variant=mug))
        assert allocated == sum(each.open for each in Allocation.objects.filter(level__variant=mug))


def test_one_shipment_sent_by_ten_hands_leaves_once(run_together, make_line):
    mug = VariantFactory()
    line = make_line(mug, 3)
    buy([line])
    place = Level.objects.get().location_id
    outcomes = run_together(
        lambda number: actions.ship_allocations([(line.pk, place, 1)], cause="shipment:1"), 10
    )
    assert refused(outcomes) == 0
    assert counters(mug) == (9, 2, 0)
    assert Movement.objects.filter(kind=Movement.Kind.SHIPPED).count() == 1


def test_one_owner_in_two_tabs_holds_once(run_together):
    mug = VariantFactory()
    outcomes = run_together(lambda number: actions.hold("cart", {mug.pk: 1 + number % 2}), 10)
    assert refused(outcomes) == 0
    assert Hold.objects.count() == 1
    assert counters(mug)[2] == Hold.objects.get().quantity


def test_one_order_cancelled_by_ten_hands_is_released_once(run_together, make_line):
    mug = VariantFactory()
    line = make_line(mug, 3)
    buy([line])
    run_together(lambda number: actions.release_allocations([line.pk], cause="order:1:cancelled"), 10)
    assert counters(mug) == (10, 0, 0)
