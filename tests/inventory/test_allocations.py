import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory import actions
from inventory.errors import NotOnTheShelf, OutOfStock
from inventory.models import Allocation, Hold, Level, Movement
from tests.factories import LevelFactory, LocationFactory, VariantFactory
from tests.inventory.conftest import counters

pytestmark = pytest.mark.django_db


def allocate(*lines, owner=None, cause="order:1", **options):
    with transaction.atomic():
        actions.allocate(
            [(line.pk, line.variant_id, line.quantity) for line in lines], owner=owner, cause=cause, **options
        )


def test_placing_promises_the_stock(make_line):
    mug = VariantFactory()
    line = make_line(mug, 3)
    allocate(line)
    assert counters(mug) == (10, 3, 0)
    assert Allocation.objects.get(line=line).open == 3


def test_placing_uses_up_what_the_owner_holds(make_line):
    mug = VariantFactory(level__on_hand=3)
    actions.hold("cart", {mug.pk: 3})
    allocate(make_line(mug, 3), owner="cart")
    assert counters(mug) == (3, 3, 0)
    assert not Hold.objects.exists()


def test_placing_takes_the_rest_when_the_hold_was_too_small(make_line):
    mug = VariantFactory()
    actions.hold("cart", {mug.pk: 1})
    actions.hold("other", {mug.pk: 5})
    allocate(make_line(mug, 4), owner="cart")
    assert counters(mug) == (10, 4, 5)


def test_what_others_hold_cannot_be_placed(make_line):
    mug = VariantFactory(level__on_hand=1)
    actions.hold("other", {mug.pk: 1})
    with pytest.raises(OutOfStock):
        allocate(make_line(mug, 1), owner="cart")
    assert counters(mug) == (1, 0, 1)


def test_placing_is_all_or_nothing_and_leaves_the_hold(make_line):
    mug, bowl = VariantFactory(), VariantFactory(level__on_hand=0)
    actions.hold("cart", {mug.pk: 2})
    with pytest.raises(OutOfStock) as refusal:
        allocate(make_line(mug, 2), make_line(bowl, 1), owner="cart")
    assert refusal.value.variant_id == bowl.pk
    assert (counters(mug), counters(bowl)) == ((10, 0, 2), (0, 0, 0))
    assert Hold.objects.get().quantity == 2


def test_a_refusal_that_is_caught_in_the_transaction_has_changed_nothing(make_line):
    mug = VariantFactory(level__on_hand=1)
    actions.hold("cart", {mug.pk: 1})
    line = make_line(mug, 2)
    with transaction.atomic(), pytest.raises(OutOfStock):
        actions.allocate([(line.pk, mug.pk, 2)], owner="cart", cause="order:1")
    assert counters(mug) == (1, 0, 1)
    assert Hold.objects.get().quantity == 1


def test_allocating_twice_is_allocating_once(make_line):
    mug = VariantFactory()
    line = make_line(mug, 3)
    allocate(line)
    allocate(line)
    assert counters(mug) == (10, 3, 0)


def test_a_released_order_can_be_promised_anew_and_released_again(make_line):
    mug = VariantFactory()
    line = make_line(mug, 3)
    allocate(line)
    for _time in range(3):
        actions.release_allocations([line.pk], cause="order:1:cancelled")
        actions.release_allocations([line.pk], cause="order:1:cancelled")
        assert counters(mug) == (10, 0, 0)
        allocate(line, cause="order:1:reinstated")
        assert counters(mug) == (10, 3, 0)
    assert Allocation.objects.get().open == 3


def test_two_lines_of_one_variant_get_what_each_wants(make_line):
    mug = VariantFactory(level__on_hand=3)
    LevelFactory(variant=mug, location=LocationFactory(code="showroom", position=1), on_hand=3)
    first, second = make_line(mug, 2), make_line(mug, 4)
    allocate(first, second)
    assert counters(mug) == (6, 6, 0)
    assert sum(a.open for a in Allocation.objects.filter(line=first)) == 2
    assert sum(a.open for a in Allocation.objects.filter(line=second)) == 4


def test_the_wanted_location_goes_first_when_it_has_the_goods(make_line):
    mug, showroom = VariantFactory(), LocationFactory(code="showroom", position=1)
    LevelFactory(variant=mug, location=showroom, on_hand=2)
    allocate(make_line(mug, 2), location_id=showroom.pk)
    assert Allocation.objects.get().level.location == showroom
    allocate(make_line(mug, 2), location_id=showroom.pk, cause="order:2")
    assert Allocation.objects.latest("pk").level.location.code == "main"


def test_what_was_let_go_is_promised_anew_where_it_was(make_line):
    mug, showroom = VariantFactory(), LocationFactory(code="showroom", position=1)
    LevelFactory(variant=mug, location=showroom, on_hand=2)
    line = make_line(mug, 2)
    allocate(line, location_id=showroom.pk)
    actions.release_allocations([line.pk], cause="order:1:cancelled")
    allocate(line, cause="order:1:reinstated")
    allocation = Allocation.objects.get()
    assert (allocation.level.location, allocation.open) == (showroom, 2)


def test_the_order_of_locations_decides_else(make_line):
    mug = VariantFactory()
    nearer = LevelFactory(variant=mug, location=LocationFactory(code="nearer", position=0), on_hand=5)
    Level.objects.exclude(pk=nearer.pk).get().location.__class__.objects.filter(code="main").update(
        position=1
    )
    allocate(make_line(mug, 5))
    assert Allocation.objects.get().level == nearer


def test_lines_that_nobody_counts_are_passed_over(make_line):
    voucher, mug = VariantFactory(stock_policy="untracked", level=None), VariantFactory()
    allocate(make_line(voucher, 100), make_line(mug, 1))
    assert Allocation.objects.get().level.variant == mug


def test_a_line_whose_variant_is_gone_is_passed_over(make_line):
    line = make_line(VariantFactory(), 1)
    with transaction.atomic():
        actions.allocate([(line.pk, None, 1)], cause="order:1")
    assert not Allocation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_allocating_outside_a_transaction_is_refused(make_line):
    line = make_line(VariantFactory(), 1)
    with pytest.raises(transaction.TransactionManagementError):
        actions.allocate([(line.pk, line.variant_id, 1)], cause="order:1")


def test_shipping_takes_the_goods_off_the_shelf_once_per_cause(make_line):
    mug = VariantFactory()
    line = make_line(mug, 3)
    allocate(line)
    place = Level.objects.get().location_id
    actions.ship_allocations([(line.pk, place, 2)], cause="shipment:1")
    actions.ship_allocations([(line.pk, place, 2)], cause="shipment:1")
    assert counters(mug) == (8, 1, 0)
    actions.ship_allocations([(line.pk, place, 1)], cause="shipment:2")
    assert counters(mug) == (7, 0, 0)


def test_more_than_was_promised_cannot_leave(make_line):
    mug = VariantFactory()
    line = make_line(mug, 3)
    allocate(line)
    with pytest.raises(NotOnTheShelf):
        actions.ship_allocations([(line.pk, Level.objects.get().location_id, 4)], cause="shipment:1")
    with pytest.raises(NotOnTheShelf):
        actions.ship_allocations([(line.pk, LocationFactory(code="showroom").pk, 1)], cause="shipment:1")
    assert counters(mug) == (10, 3, 0)


def test_what_is_not_there_yet_cannot_leave_and_says_where(make_line):
    chair = VariantFactory(sku="CHAIR", stock_policy="backorder", level__on_hand=1, level__backorder_limit=5)
    line = make_line(chair, 3)
    allocate(line)
    place = Level.objects.get().location
    with pytest.raises(NotOnTheShelf, match="CHAIR: Main warehouse does not have 3 on its shelf yet"):
        actions.ship_allocations([(line.pk, place.pk, 3)], cause="shipment:1")
    actions.receive(chair, place, 2, cause="delivery:1")
    actions.ship_allocations([(line.pk, place.pk, 3)], cause="shipment:1")
    assert counters(chair) == (0, 0, 0)


def test_a_shipment_leaves_whole_or_not_at_all(make_line):
    mug, bowl = VariantFactory(), VariantFactory()
    first, second = make_line(mug, 1), make_line(bowl, 1)
    allocate(first, second)
    place = Level.objects.first().location_id
    with pytest.raises(NotOnTheShelf):
        actions.ship_allocations([(first.pk, place, 1), (second.pk, place, 2)], cause="shipment:1")
    assert (counters(mug), counters(bowl)) == ((10, 1, 0), (10, 1, 0))


def test_uncounted_lines_ship_without_a_movement(make_line):
    line = make_line(VariantFactory(stock_policy="untracked", level=None), 1)
    actions.ship_allocations([(line.pk, None, 1)], cause="shipment:1")
    assert not Movement.objects.filter(kind=Movement.Kind.SHIPPED).exists()


def test_what_was_shipped_is_not_released(make_line):
    mug = VariantFactory()
    line = make_line(mug, 3)
    allocate(line)
    actions.ship_allocations([(line.pk, Level.objects.get().location_id, 2)], cause="shipment:1")
    actions.release_allocations([line.pk], cause="order:1:cancelled")
    assert counters(mug) == (8, 0, 0)
    allocation = Allocation.objects.get()
    assert (allocation.shipped, allocation.released, allocation.open) == (2, 1, 0)


def test_movements_name_who_did_it(make_line, django_user_model):
    staff = django_user_model.objects.create_user("staff@example.com", "a long password")
    line = make_line(VariantFactory(), 1)
    allocate(line)
    actions.release_allocations([line.pk], cause="order:1:cancelled", user=staff)
    assert Movement.objects.get(kind=Movement.Kind.RELEASED).user == staff


def test_placing_costs_as_many_queries_for_ten_lines_as_for_one(make_line):
    def queries(number):
        lines = [make_line(VariantFactory(), 1) for _ in range(number)]
        actions.hold(f"cart-{number}", {line.variant_id: 1 for line in lines})
        with CaptureQueriesContext(connection) as captured:
            actions.allocate(
                [(line.pk, line.variant_id, 1) for line in lines],
                owner=f"cart-{number}",
                cause=f"order:{number}",
            )
        return len(captured)

    expected = 2 if connection.vendor == "postgresql" else 7  # there, several in one exchange
    assert queries(1) == queries(10) == expected
