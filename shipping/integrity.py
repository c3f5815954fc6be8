"""What must hold for parcels: no more leaves than was ordered, and what left is off the shelf."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from inventory.models import Allocation
from orders.models import Order, OrderLine
from shipping.models import Shipment, ShipmentLine
from shop.integrity import check

State = Shipment.State
LEFT = [State.SHIPPED, State.DELIVERED]
ALIVE = [State.PLANNED, State.PACKED, State.READY, *LEFT]


@check("no more is in parcels than was ordered", over=["shipping.ShipmentLine"])
def nothing_is_sent_twice() -> Iterator[str]:
    lines = OrderLine.objects.annotate(in_parcels=_units(~Q(shipment__state=State.CANCELLED)))
    too_many = lines.filter(in_parcels__gt=F("quantity")).order_by("pk")
    for line in too_many.values("pk", "sku", "order__number", "quantity", "in_parcels").iterator():
        yield (
            f"order line {line['pk']} ({line['sku']} of order {line['order__number']}): "
            f"{line['quantity']} ordered, {line['in_parcels']} in parcels"
        )


@check("parcels hold lines of their own order", over=["shipping.ShipmentLine"])
def parcels_hold_their_order() -> Iterator[str]:
    foreign = ShipmentLine.objects.exclude(line__order=F("shipment__order")).order_by("pk")
    for pk, number in foreign.values_list("pk", "shipment__order__number").iterator():
        yield f"shipment line {pk} of order {number} belongs to another order"


@check("what left is off the shelf", over=["shipping.Shipment"])
def what_left_is_off_the_shelf() -> Iterator[str]:
    shipped = Allocation.objects.filter(line=OuterRef("pk")).order_by().values("line")
    off_shelf = Coalesce(Subquery(shipped.annotate(units=Sum("shipped")).values("units")), 0)
    counted = OrderLine.objects.filter(Exists(Allocation.objects.filter(line=OuterRef("pk"))))
    lines = counted.annotate(left=_units(Q(shipment__state__in=LEFT)), off_shelf=off_shelf)
    columns = ("pk", "sku", "order__number", "left", "off_shelf")
    for line in lines.exclude(left=F("off_shelf")).order_by("pk").values(*columns).iterator():
        yield (
            f"order line {line['pk']} ({line['sku']} of order {line['order__number']}): "
            f"{line['left']} units left, {line['off_shelf']} are off the shelf"
        )


@check("parcels that all left asked for their order's total", over=["shipping.Shipment"])
def parcels_ask_for_the_total() -> Iterator[str]:
    alive = Shipment.objects.filter(order=OuterRef("pk")).exclude(state=State.CANCELLED)
    on_the_way = alive.exclude(state__in=LEFT)
    goods = ShipmentLine.objects.filter(shipment__order=OuterRef("pk")).exclude(
        shipment__state=State.CANCELLED
    )
    asked = Coalesce(Subquery(_sum(goods, "shipment__order", "amount_minor")), 0) + Coalesce(
        Subquery(_sum(alive, "order", "extra_minor")), 0
    )
    orders = Order.objects.filter(Exists(alive)).exclude(Exists(on_the_way)).annotate(asked=asked)
    all_packed = orders.exclude(Exists(goods.filter(amount_minor__isnull=True)))
    wrong = all_packed.filter(fulfilment_state__in=["shipped", "delivered"]).exclude(asked=F("total_minor"))
    for pk, number, total, asked_minor in _named(wrong, "total_minor", "asked"):
        yield f"order {number} (id {pk}): its parcels asked for {asked_minor}, its total is {total}"


@check("orders are fulfilled as their parcels say", over=["orders.Order"])
def states_are_those_of_the_parcels() -> Iterator[str]:
    """`orders.actions.life.fulfilment_state` once more, in SQL, over the sums of `shipping.parcels`."""
    units = {
        f"n_{state}": Coalesce(Sum("shipments__lines__quantity", filter=Q(shipments__state=state)), 0)
        for state in ALIVE
    }
    orders = Order.objects.annotate(**units)
    orders = orders.annotate(
        n_gone=F("n_shipped") + F("n_delivered"),
        n_waiting=F("n_planned") + F("n_packed"),
        n_boxed=F("n_packed") + F("n_ready"),
        n_all=F("n_planned") + F("n_packed") + F("n_ready") + F("n_shipped") + F("n_delivered"),
        parcels_state=_state(),
    )
    with_parcels = orders.filter(n_all__gt=0).exclude(fulfilment_state=F("parcels_state"))
    for wrong in (with_parcels, _without_parcels()):
        for pk, number, state, said in _named(wrong, "fulfilment_state", "parcels_state"):
            yield f"order {number} (id {pk}) is “{state}”, its parcels say “{said}”"


def _state() -> Case:
    state, text = Order.FulfilmentState, lambda value: Value(value.value)
    return Case(
        When(n_delivered=F("n_all"), then=text(state.DELIVERED)),
        When(n_ready__gt=0, n_waiting=0, then=text(state.READY)),
        When(n_gone=F("n_all"), then=text(state.SHIPPED)),
        When(n_gone__gt=0, then=text(state.PART_SHIPPED)),
        When(n_boxed=F("n_all"), then=text(state.PACKED)),
        default=text(state.UNFULFILLED),
    )


def _without_parcels() -> QuerySet[Order]:
    """Orders that have none, and do not say so."""
    state, text = Order.FulfilmentState, lambda value: Value(value.value)
    in_parcels = ShipmentLine.objects.filter(shipment__order=OuterRef("pk"), shipment__state__in=ALIVE)
    goods = OrderLine.objects.filter(order=OuterRef("pk"), kind="physical")
    said = Case(When(Exists(goods), then=text(state.UNFULFILLED)), default=text(state.NOTHING_TO_SHIP))
    orders = Order.objects.exclude(Exists(in_parcels)).annotate(parcels_state=said)
    return orders.exclude(fulfilment_state=F("parcels_state"))


def _units(condition: Q) -> Coalesce:
    """Units of an order line in such shipments."""
    rows = ShipmentLine.objects.filter(condition, line=OuterRef("pk"))
    return Coalesce(Subquery(_sum(rows, "line", "quantity")), 0)


def _sum(rows: QuerySet, by: str, column: str) -> QuerySet:
    return rows.order_by().values(by).annotate(total=Sum(column)).values("total")


def _named(orders: QuerySet[Order], *columns: str) -> Iterator[tuple[Any, ...]]:
    return orders.order_by("pk").values_list("pk", "number", *columns).iterator()
