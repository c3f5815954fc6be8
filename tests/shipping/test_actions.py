"""Packing, sending and handing over."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import NotOnTheShelf
from inventory.models import Level
from orders import actions as orders
from orders.models import Order, OrderLine
from orders.signals import goods_leaving, order_parts_wanted, shipment_sums_wanted
from shipping import actions
from shipping.amounts import amount_of, share
from shipping.models import Shipment
from shipping.parcels import Parcel
from shop import outbox
from shop.errors import IllegalTransition, Refused
from shop.models import AuditEntry, Mail
from tests.factories import LevelFactory, LocationFactory, ProductFactory, VariantFactory
from tests.shipping.ordering import BY_TRANSFER, at_the_counter, make_method, place

pytestmark = pytest.mark.django_db
State = Shipment.State
Sent = Order.FulfilmentState


def everything(shipment):
    return {line.line_id: line.quantity for line in shipment.lines.all()}


def packed(shipment, quantities=None, **who):
    return actions.pack(shipment, quantities or everything(shipment), **who)


def send(shipment, carrier="CTT", tracking_number="RR1PT", **who):
    return actions.ship(shipment, carrier=carrier, tracking_number=tracking_number, **who)


def levels_of(order):
    """{location: (on hand, allocated)} of the order's first line."""
    rows = Level.objects.filter(variant=order.lines.first().variant_id)
    return {row.location.code: (row.on_hand, row.allocated) for row in rows.select_related("location")}


def state_of(order):
    order.refresh_from_db()
    return order.fulfilment_state


@pytest.fixture
def asked(request):
    """What was asked of whoever minds the money: (key, minor units), in order."""
    seen = []

    def remember(amount, key, **kwargs):
        seen.append((key, amount.minor))

    goods_leaving.connect(remember)
    yield seen
    goods_leaving.disconnect(remember)


# --- Planning ------------------------------------------------------------------------------------
def test_an_order_that_is_ours_to_ship_has_a_parcel_to_pack():
    order = place()
    shipment = order.shipments.get()
    assert (shipment.state, shipment.location.code, shipment.number) == (State.PLANNED, "main", 1)
    assert everything(shipment) == {order.lines.get().pk: 1}
    assert state_of(order) == Sent.UNFULFILLED


def test_an_unpaid_order_has_no_parcel_yet():
    assert not place(payment=BY_TRANSFER).shipments.exists()


def test_goods_from_two_places_are_two_parcels():
    mug = VariantFactory(level=None)
    LevelFactory(variant=mug, on_hand=2)
    LevelFactory(variant=mug, on_hand=2, location=LocationFactory(code="showroom", position=1))
    first, second = place((mug, 3)).shipments.all()
    assert {first.location.code, second.location.code} == {"main", "showroom"}
    assert sum(sum(everything(shipment).values()) for shipment in (first, second)) == 3


def test_what_nobody_counts_travels_with_the_rest():
    mug, card = VariantFactory(), VariantFactory(stock_policy="untracked", level=None)
    shipment = place((mug, 1), (card, 2)).shipments.get()
    assert sorted(everything(shipment).values()) == [1, 2]
    assert shipment.location.code == "main"


def test_what_needs_no_parcel_is_in_none():
    guide = VariantFactory(
        product=ProductFactory(kind="digital", variant=None), stock_policy="untracked", level=None
    )
    order = place((VariantFactory(), 1), (guide, 1))
    assert sum(everything(order.shipments.get()).values()) == 1


def test_planning_twice_plans_nothing_more():
    order = place()
    actions.plan_shipments(order)
    assert order.shipments.count() == 1


# --- Packing -------------------------------------------------------------------------------------
def test_packing_a_part_leaves_the_rest_for_another_parcel():
    order = place((VariantFactory(), 3), (VariantFactory(), 1))
    shipment = order.shipments.get()
    three, one = order.lines.all()
    packed(shipment, {three.pk: 2})
    first, second = order.shipments.all()
    assert (first.state, everything(first)) == (State.PACKED, {three.pk: 2})
    assert (second.state, everything(second)) == (State.PLANNED, {three.pk: 1, one.pk: 1})
    assert (second.location, second.promised_to) == (first.location, first.promised_to)
    assert state_of(order) == Sent.UNFULFILLED


def test_packing_all_leaves_nothing_over(admin_user):
    order = place()
    packed(order.shipments.get(), actor=admin_user)
    assert order.shipments.count() == 1
    assert state_of(order) == Sent.PACKED
    event = order.events.get(kind="packed")
    assert (event.actor, event.data) == (admin_user, {"parcel": 1, "units": 1, "rest": 0})
    assert AuditEntry.objects.get(action="shipment.packed").actor == admin_user


@pytest.mark.parametrize("quantity", [0, 2, -1])
def test_a_parcel_holds_some_of_what_was_ordered_and_no_more(quantity):
    order = place()
    line = order.lines.get()
    with pytest.raises(Refused):
        actions.pack(order.shipments.get(), {line.pk: quantity})
    assert everything(order.shipments.get()) == {line.pk: 1}
    assert order.shipments.get().state == State.PLANNED


def test_a_parcel_does_not_take_the_goods_of_another_order():
    order, other = place(), place()
    with pytest.raises(Refused):
        actions.pack(order.shipments.get(), {order.lines.get().pk: 1, other.lines.get().pk: 1})


def test_a_parcel_is_packed_once():
    shipment = place().shipments.get()
    packed(shipment)
    with pytest.raises(IllegalTransition):
        packed(shipment)


def test_every_change_moves_the_version_of_the_order():
    order = place()
    before = order.version
    packed(order.shipments.get())
    order.refresh_from_db()
    assert order.version > before


# --- Sending -------------------------------------------------------------------------------------
def test_sending_takes_the_goods_from_the_shelf_and_tells_the_customer(admin_user):
    order = place((VariantFactory(), 2))
    assert levels_of(order) == {"main": (10, 2)}
    shipment = packed(order.shipments.get())
    send(shipment, actor=admin_user)
    outbox.drain()
    shipment.refresh_from_db()
    assert (shipment.state, shipment.carrier, shipment.tracking_number) == (State.SHIPPED, "CTT", "RR1PT")
    assert shipment.tracking_url.startswith("https://appserver.ctt.pt/")
    assert levels_of(order) == {"main": (8, 0)}
    assert state_of(order) == Sent.SHIPPED
    assert Mail.objects.get(kind="shipped").recipient == "mira@example.com"
    assert order.events.get(kind="shipped").actor == admin_user


def test_the_same_parcel_sent_twice_is_sent_once(asked):
    order = place((VariantFactory(), 2))
    shipment = packed(order.shipments.get())
    send(shipment)
    send(shipment)
    assert levels_of(order) == {"main": (8, 0)}
    assert order.events.filter(kind="shipped").count() == 1
    assert len(asked) == 1


def test_a_parcel_that_left_cannot_leave_by_another_carrier():
    shipment = packed(place().shipments.get())
    send(shipment)
    with pytest.raises(IllegalTransition):
        send(shipment, carrier="DHL", tracking_number="other")


def test_what_is_not_packed_does_not_leave():
    shipment = place().shipments.get()
    with pytest.raises(IllegalTransition):
        send(shipment)


def test_a_refusal_of_the_money_stops_the_goods():
    def refuse(**kwargs):
        raise Refused("The hold has lapsed.")

    goods_leaving.connect(refuse)
    order = place()
    shipment = packed(order.shipments.get())
    try:
        with pytest.raises(Refused, match="lapsed"):
            send(shipment)
    finally:
        goods_leaving.disconnect(refuse)
    shipment.refresh_from_db()
    assert shipment.state == State.PACKED
    assert levels_of(order) == {"main": (10, 1)}
    assert not order.events.filter(kind="shipped").exists()


def test_what_the_shelf_does_not_have_is_told_before_the_money_is_taken(asked):
    lamp = VariantFactory(stock_policy="backorder", lead_days=10, level=None)
    LevelFactory(variant=lamp, on_hand=0, backorder_limit=5)
    shipment = packed(place((lamp, 1)).shipments.get())
    with pytest.raises(NotOnTheShelf):
        send(shipment)
    assert not asked


def test_nothing_leaves_while_somebody_must_look(asked):
    order = place()
    shipment = packed(order.shipments.get())
    Order.objects.filter(pk=order.pk).update(needs_review="payment:amount")
    with pytest.raises(Refused, match="amount paid"):
        send(shipment)
    assert not asked


def test_part_and_rest_are_shown_to_the_customer_and_counted():
    order = place((VariantFactory(), 2))
    line = order.lines.get()
    first = packed(order.shipments.get(), {line.pk: 1})
    send(first)
    assert state_of(order) == Sent.PART_SHIPPED
    ((_receiver, (sums,)),) = shipment_sums_wanted.send(sender=None, order=order)
    assert (sums.to_ship, sums.packed, sums.shipped) == (1, 0, 1)
    second = order.shipments.get(state=State.PLANNED)
    send(packed(second), tracking_number="RR2PT")
    assert state_of(order) == Sent.SHIPPED
    parts = [
        answer for _receiver, answer in order_parts_wanted.send(sender=None, order=order, for_staff=False)
    ]
    (part,) = [part for answer in parts for part in answer if part.place == "parcels"]
    assert [parcel.shipment.tracking_number for parcel in part.context["parcels"]] == ["RR1PT", "RR2PT"]


def test_a_parcel_arrives_once(admin_user):
    order = place()
    shipment = packed(order.shipments.get())
    with pytest.raises(IllegalTransition):
        actions.mark_delivered(shipment)
    send(shipment)
    actions.mark_delivered(shipment, actor=admin_user)
    actions.mark_delivered(shipment, actor=admin_user)
    assert state_of(order) == Sent.DELIVERED
    assert order.events.filter(kind="delivered").count() == 1


def test_cancelling_the_order_cancels_what_has_not_left():
    order = place()
    packed(order.shipments.get())
    orders.cancel_order(order, reason="staff")
    assert order.shipments.get().state == State.CANCELLED
    assert levels_of(order) == {"main": (10, 0)}
    with pytest.raises(Refused):
        send(order.shipments.get())


# --- Picking up ----------------------------------------------------------------------------------
def test_a_pick_up_waits_at_the_counter_and_is_paid_when_it_is_handed_over(asked):
    order = place(delivery=at_the_counter())
    shipment = packed(order.shipments.get())
    with pytest.raises(Refused):
        send(shipment)
    actions.ready(shipment)
    outbox.drain()
    assert state_of(order) == Sent.READY
    assert Mail.objects.filter(kind="ready").count() == 1
    assert not asked
    actions.hand_over(shipment)
    actions.hand_over(shipment)
    assert asked == [(f"shipment:{shipment.pk}", order.total_minor)]
    assert state_of(order) == Sent.DELIVERED
    assert levels_of(order) == {"main": (9, 0)}


def test_a_pick_up_waits_at_one_counter_wherever_its_goods_come_from():
    mug = VariantFactory(level=None)
    LevelFactory(variant=mug, on_hand=2)
    delivery = at_the_counter()
    LevelFactory(variant=mug, on_hand=2, location=LocationFactory(code="showroom"))
    order = place((mug, 3), delivery=delivery)
    shipment = packed(order.shipments.get())
    assert shipment.location.code == "showroom"
    actions.ready(shipment)
    actions.hand_over(shipment)
    on_hand = [on_hand for on_hand, _allocated in levels_of(order).values()]
    assert sum(on_hand) == 1
    assert all(allocated == 0 for _on_hand, allocated in levels_of(order).values())


def test_a_pick_up_takes_what_its_counter_has_and_has_the_rest_brought(asked):
    mug, bowl = VariantFactory(), VariantFactory()
    delivery = at_the_counter()
    LevelFactory(variant=mug, on_hand=1, location=LocationFactory(code="showroom"))
    order = place((mug, 1), (bowl, 2), delivery=delivery)
    assert levels_of(order) == {"main": (10, 0), "showroom": (1, 1)}
    (brought,) = Parcel(order.shipments.get()).to_bring
    assert (brought.line.variant_id, brought.open, brought.level.location.code) == (bowl.pk, 2, "main")
    shipment = packed(order.shipments.get())
    actions.ready(shipment)
    actions.hand_over(shipment)
    assert levels_of(order) == {"main": (10, 0), "showroom": (0, 0)}


def test_a_parcel_is_not_handed_over_at_a_counter():
    shipment = packed(place().shipments.get())
    for act in (actions.ready, actions.hand_over):
        with pytest.raises(Refused):
            act(shipment)


# --- Money ---------------------------------------------------------------------------------------
def test_all_parcels_of_an_order_ask_for_its_total(asked):
    """3 × 24.99 and one of 10.01, sent in three parcels; the delivery goes with the first to leave."""
    mug = VariantFactory(price__amount_minor=2499)
    bowl = VariantFactory(price__amount_minor=1001)
    order = place((mug, 3), (bowl, 1))
    mugs, bowls = order.lines.all()
    packed(order.shipments.get(), {mugs.pk: 1})
    second = packed(order.shipments.get(state=State.PLANNED), {mugs.pk: 1, bowls.pk: 1})
    send(second, tracking_number="2")
    third = packed(order.shipments.get(state=State.PLANNED))
    send(third, tracking_number="3")
    send(order.shipments.get(number=1), tracking_number="1")
    amounts = [minor for _key, minor in asked]
    assert amounts[0] == 2499 + 1001 + order.delivery_minor
    assert sum(amounts) == order.total_minor


def test_what_needs_no_parcel_is_charged_with_the_first_one(asked):
    guide = VariantFactory(
        product=ProductFactory(kind="digital", variant=None), stock_policy="untracked", level=None,
        price__amount_minor=900,
    )  # fmt: skip
    order = place((VariantFactory(), 1), (guide, 1))
    send(packed(order.shipments.get()))
    assert asked[0][1] == order.total_minor


def test_an_amount_once_asked_for_never_changes():
    def refuse(**kwargs):
        raise Refused("Not now.")

    order = place((VariantFactory(), 2))
    line = order.lines.get()
    first = packed(order.shipments.get(), {line.pk: 1})
    goods_leaving.connect(refuse)
    with pytest.raises(Refused):
        send(first)
    goods_leaving.disconnect(refuse)
    wanted = amount_of(first)
    second = packed(order.shipments.get(state=State.PLANNED))
    send(second)
    first.refresh_from_db()
    assert amount_of(first) == wanted
    assert amount_of(first).minor + amount_of(second).minor == order.total_minor


@given(st.integers(0, 10**7), st.lists(st.integers(1, 40), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_a_line_is_parted_its_parts_add_up(gross, parts):
    line = OrderLine(quantity=sum(parts), net_minor=gross, tax_minor=0)
    taken = minor = 0
    for quantity in parts:
        part = share(line, quantity, fixed_quantity=taken, fixed_minor=minor)
        assert abs(part * line.quantity - gross * quantity) <= quantity * line.quantity
        taken, minor = taken + quantity, minor + part
    assert minor == gross


# --- Races ---------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_two_who_ship_one_parcel_one_wins(run_together, asked):
    order = place((VariantFactory(), 2))
    shipment = packed(order.shipments.get())

    def press(number):
        return send(Shipment.objects.get(pk=shipment.pk), carrier="CTT", tracking_number=f"RR{number}PT")

    outcomes = run_together(press, 4)
    assert sum(isinstance(outcome, Shipment) for outcome in outcomes) == 1
    assert all(isinstance(outcome, Shipment | IllegalTransition) for outcome in outcomes), outcomes
    assert levels_of(order) == {"main": (8, 0)}
    assert order.events.filter(kind="shipped").count() == 1
    assert {key for key, _minor in asked} == {f"shipment:{shipment.pk}"}
    assert {minor for _key, minor in asked} == {order.total_minor}


@pytest.mark.django_db(transaction=True)
def test_two_parcels_sent_at_once_ask_for_the_delivery_once(run_together, asked):
    order = place((VariantFactory(), 2))
    line = order.lines.get()
    first = packed(order.shipments.get(), {line.pk: 1})
    second = packed(order.shipments.get(state=State.PLANNED))
    parcels = [first, second]
    outcomes = run_together(lambda number: send(parcels[number], tracking_number=str(number)), 2)
    assert all(isinstance(outcome, Shipment) for outcome in outcomes), outcomes
    assert sum(minor for _key, minor in asked) == order.total_minor


@pytest.mark.django_db(transaction=True)
def test_an_order_is_shipped_or_cancelled_never_both(run_together):
    order = place((VariantFactory(), 2))
    shipment = packed(order.shipments.get())

    def press(number):
        if number == 0:
            return send(Shipment.objects.get(pk=shipment.pk))
        return orders.cancel_order(Order.objects.get(pk=order.pk), reason="staff")

    outcomes = run_together(press, 2)
    assert all(not isinstance(outcome, Exception) or isinstance(outcome, Refused) for outcome in outcomes), (
        outcomes
    )
    order.refresh_from_db()
    shipment.refresh_from_db()
    on_hand, allocated = levels_of(order)["main"]
    if order.lifecycle == Order.Lifecycle.CANCELLED and shipment.state == State.CANCELLED:
        assert (on_hand, allocated) == (10, 0)
    else:
        assert (shipment.state, on_hand, allocated) == (State.SHIPPED, 8, 0)


def test_a_method_for_another_country_is_not_the_orders(django_assert_num_queries):
    make_method("standard", countries=("ES",))
    assert place().shipments.get().carrier == ""
