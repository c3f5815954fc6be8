"""What staff do with the goods of an order: pack them, send them, hand them over.

Each of these takes the order's lock first, then the shipment's, then the stock's, as cancelling does.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from inventory import actions as inventory
from inventory.errors import NotOnTheShelf
from inventory.models import Allocation, Location
from orders.actions import refresh_states
from orders.actions.placement import publish_mail
from orders.desk import review_text
from orders.finding import LINES, attach_lines
from orders.models import Order, OrderEvent
from orders.signals import goods_leaving
from shipping.amounts import fix_amount
from shipping.carriers import tracking_url
from shipping.models import Method, Shipment, ShipmentLine, TrackingEvent
from shipping.parcels import SHIPMENTS
from shipping.quotes import method_of
from shop import audit, versions, writes
from shop.errors import IllegalTransition, Refused
from shop.sql import Query

State = Shipment.State


# --- Planning ------------------------------------------------------------------------------------
@transaction.atomic(savepoint=False)
def plan_shipments(order: Order) -> list[Shipment]:
    """One shipment to pack for each location that keeps goods of the order. Twice plans nothing more."""
    found, lines, promised = versions.together(
        SHIPMENTS.query(order.pk), LINES.query(order.pk), Query(_PROMISED, [order.pk])
    )
    shipments = SHIPMENTS.made(found)
    planned = [shipment for shipment in shipments if shipment.state != State.CANCELLED]
    if planned:
        return planned
    attach_lines(order, LINES.made(lines))
    method = method_of(order.country, order.delivery_code)
    by_location = _goods_by_location(order, method, promised)
    number = max((shipment.number for shipment in shipments), default=0)
    return [
        _plan(order, number + step, location_id, quantities, method)
        for step, (location_id, quantities) in enumerate(by_location.items(), start=1)
    ]


def _plan(
    order: Order, number: int, location_id: int | None, quantities: dict[int, int], method: Method | None
) -> Shipment:
    shipment = writes.insert(
        Shipment(
            order=order,
            number=number,
            location_id=location_id,
            method_code=order.delivery_code,
            is_pickup=bool(method and method.is_pickup),
            carrier=method.carrier if method else "",
            promised_to=order.promised_to,
        )
    )
    writes.append(
        *(
            ShipmentLine(shipment=shipment, line_id=line_id, quantity=quantity)
            for line_id, quantity in quantities.items()
        )
    )
    return shipment


_PROMISED = """
    SELECT allocation.line_id, level.location_id, allocation.quantity - allocation.shipped - allocation.released
    FROM inventory_allocation allocation
    JOIN inventory_level level ON level.id = allocation.level_id
    JOIN inventory_location location ON location.id = level.location_id
    JOIN orders_orderline line ON line.id = allocation.line_id
    WHERE line.order_id = %s ORDER BY location.position, location.id, line.position
"""


def _goods_by_location(
    order: Order, method: Method | None, promised: list[tuple[int, int, int]]
) -> dict[int | None, dict[int, int]]:
    """{location: {order line: units}}. What is collected waits at one counter, wherever its goods come from;
    what is not counted leaves from where most things do."""
    lines = [line for line in order.lines.all() if line.is_shipped_by_parcel]
    if method and method.is_pickup and lines:
        return {method.location_id: {line.pk: line.quantity for line in lines}}
    goods: dict[int | None, dict[int, int]] = {}
    left = {line.pk: line.quantity for line in lines}
    for line_id, location_id, units in promised:
        if units and line_id in left:
            goods.setdefault(location_id, {})[line_id] = units
            left[line_id] -= units
    for line_id, quantity in left.items():
        if quantity > 0:
            goods.setdefault(_house(goods), {})[line_id] = quantity
    return goods


def _house(goods: dict[int | None, dict[int, int]]) -> int | None:
    if goods:
        return next(iter(goods))
    return Location.objects.values_list("pk", flat=True).first()


# --- Packing -------------------------------------------------------------------------------------
@transaction.atomic
def pack(shipment: Shipment, quantities: dict[int, int], *, actor: Any = None) -> Shipment:
    """Put units into the box: {order line: how many}. What stays out becomes another planned shipment.

    Raises Refused for nothing or too much, IllegalTransition when it was packed or cancelled meanwhile.
    """
    order, shipment = _lock(shipment)
    _check_open(order)
    if shipment.state != State.PLANNED:
        raise IllegalTransition(_not_any_more(shipment))
    rest = _take_out(shipment, quantities)
    if rest:
        _plan_rest(shipment, rest)
    _move(shipment, {State.PLANNED}, State.PACKED, packed_at=timezone.now())
    units = sum(line.quantity for line in shipment.lines.all())
    _note(shipment, "packed", "packed", actor, units=units, rest=sum(rest.values()))
    return shipment


def _take_out(shipment: Shipment, quantities: dict[int, int]) -> dict[int, int]:
    """Leave in the shipment what goes into the box; {order line: units} of the rest."""
    rest = {}
    lines = list(shipment.lines.all())
    for line in lines:
        wanted = quantities.get(line.line_id, 0)
        if not 0 <= wanted <= line.quantity:
            raise Refused(_("A parcel cannot hold more than was ordered."))
        if wanted < line.quantity:
            rest[line.line_id] = line.quantity - wanted
    if set(quantities) - {line.line_id for line in lines}:
        raise Refused(_("This parcel does not hold that article."))
    if not any(quantities.values()):
        raise Refused(_("Choose at least one item to pack."))
    for line in lines:
        kept = quantities.get(line.line_id, 0)
        if not kept:
            line.delete()
        elif kept < line.quantity:
            ShipmentLine.objects.filter(pk=line.pk).update(quantity=kept)
    return rest


def _plan_rest(shipment: Shipment, rest: dict[int, int]) -> Shipment:
    later = Shipment.objects.create(
        order=shipment.order,
        number=_last_number(shipment.order) + 1,
        location=shipment.location,
        method_code=shipment.method_code,
        is_pickup=shipment.is_pickup,
        carrier=shipment.carrier,
        promised_to=shipment.promised_to,
    )
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=later, line_id=line_id, quantity=quantity) for line_id, quantity in rest.items()
    )
    return later


# --- Leaving -------------------------------------------------------------------------------------
def ship(shipment: Shipment, *, carrier: str, tracking_number: str, actor: Any = None) -> Shipment:
    """Give the parcel to the carrier. The money is collected first; a refusal there leaves all as it was.

    Call with no transaction open: the payment provider is asked. The same twice is once; of two people who
    ship it differently one gets IllegalTransition.
    """
    carrier, tracking_number = carrier.strip(), tracking_number.strip()
    shipment.refresh_from_db()
    if shipment.state == State.SHIPPED and shipment.tracking_number == tracking_number:
        return shipment
    if shipment.is_pickup:
        raise Refused(_("This order is collected by the customer."))
    _collect(shipment, {State.PACKED}, actor)
    with transaction.atomic():
        return _leave(
            shipment, {State.PACKED}, State.SHIPPED, "shipped", "handed_over", actor,
            carrier=carrier, tracking_number=tracking_number,
            tracking_url=tracking_url(carrier, tracking_number),
        )  # fmt: skip


@transaction.atomic
def ready(shipment: Shipment, *, actor: Any = None) -> Shipment:
    """It waits on the counter: tell the customer. Raises IllegalTransition unless it is packed."""
    order, shipment = _lock(shipment)
    if shipment.state == State.READY:
        return shipment
    _check_open(order)
    if not shipment.is_pickup:
        raise Refused(_("This order is sent, not collected."))
    _move(shipment, {State.PACKED}, State.READY)
    publish_mail(order, "ready", name=str(shipment.pk), shipment=shipment.pk)
    _note(shipment, "ready", "ready", actor)
    return shipment


def hand_over(shipment: Shipment, *, actor: Any = None) -> Shipment:
    """The customer takes it away; the money is collected first. As `ship`, with no transaction open."""
    shipment.refresh_from_db()
    if shipment.state == State.DELIVERED:
        return shipment
    if not shipment.is_pickup:
        raise Refused(_("This order is sent, not collected."))
    _collect(shipment, {State.READY}, actor)
    with transaction.atomic():
        now = timezone.now()
        return _leave(
            shipment, {State.READY}, State.DELIVERED, "delivered", "collected", actor, delivered_at=now
        )


@transaction.atomic
def mark_delivered(shipment: Shipment, *, actor: Any = None) -> Shipment:
    """The carrier, or the customer, says that it arrived. Twice is once."""
    _order, shipment = _lock(shipment)
    if shipment.state == State.DELIVERED:
        return shipment
    _move(shipment, {State.SHIPPED}, State.DELIVERED, delivered_at=timezone.now())
    _note(shipment, "delivered", "delivered", actor)
    return shipment


@transaction.atomic
def cancel_shipments(order: Order) -> None:
    """What has not left stays here. Called by the transaction that cancels the order, under its lock."""
    order.shipments.filter(state__in=[State.PLANNED, State.PACKED, State.READY]).update(state=State.CANCELLED)


def _collect(shipment: Shipment, states: set[str], actor: Any) -> None:
    """Have the money of the shipment collected, before its goods are given away. Raises Refused."""
    order = Order.objects.get(pk=shipment.order_id)
    _check_open(order)
    if order.needs_review:
        why = {"why": review_text(order.needs_review)}
        raise Refused(_("Before anything leaves, somebody must look: %(why)s") % why)
    if shipment.state not in states:
        raise IllegalTransition(_not_any_more(shipment))
    _check_on_hand(shipment)
    amount = fix_amount(shipment)
    goods_leaving.send(sender=None, order=order, amount=amount, key=f"shipment:{shipment.pk}", actor=actor)


def _check_on_hand(shipment: Shipment) -> None:
    """What the shelf does not have cannot leave; better told before the money is taken than after."""
    for allocation, units in _promised(shipment):
        if units > allocation.level.on_hand:
            text = _("%(sku)s: by the books only %(count)s on the shelf. Count or receive the stock first.")
            raise NotOnTheShelf(text % {"sku": allocation.line.sku, "count": allocation.level.on_hand})


def _promised(shipment: Shipment) -> list[tuple[Allocation, int]]:
    """From which promises the units of the shipment are met. A parcel takes from its own location only."""
    left = {line.line_id: line.quantity for line in shipment.lines.all()}
    promises = Allocation.objects.filter(line__in=left).select_related("level", "line")
    if not shipment.is_pickup:
        promises = promises.filter(level__location=shipment.location_id)
    met = []
    for promise in promises.order_by("level__location__position", "pk"):
        if units := min(promise.open, left[promise.line_id]):
            left[promise.line_id] -= units
            met.append((promise, units))
    return met


def _leave(
    shipment: Shipment, states: set[str], state: str, kind: str, code: str, actor: Any, **facts: Any
) -> Shipment:
    """Goods, stock, timeline and mail, all or nothing, in the caller's transaction."""
    order, shipment = _lock(shipment)
    _move(shipment, states, state, shipped_at=timezone.now(), **facts)
    lines = list(shipment.lines.all())
    goods = [(promise.line_id, promise.level.location_id, units) for promise, units in _promised(shipment)]
    inventory.ship_allocations(goods, cause=f"shipment:{shipment.pk}", user=actor)
    if kind == "shipped":
        publish_mail(order, kind, name=str(shipment.pk), shipment=shipment.pk)
    units = sum(line.quantity for line in lines)
    amount = sum(line.amount_minor or 0 for line in lines) + (shipment.extra_minor or 0)
    _note(shipment, kind, code, actor, units=units, amount=amount, carrier=shipment.carrier)
    return shipment


# --- What they share -----------------------------------------------------------------------------
def _lock(shipment: Shipment) -> tuple[Order, Shipment]:
    order = Order.objects.select_for_update().get(pk=shipment.order_id)
    fresh = Shipment.objects.select_for_update().get(pk=shipment.pk)
    fresh.order = order
    return order, fresh


def _move(shipment: Shipment, states: set[str], state: str, **stamp: Any) -> None:
    """Compare and set in one UPDATE: of two racing callers, one gets IllegalTransition."""
    movable = Shipment.objects.filter(pk=shipment.pk, state__in=states)
    if not movable.update(state=state, **stamp):
        shipment.refresh_from_db(fields=["state"])
        raise IllegalTransition(_not_any_more(shipment))
    shipment.refresh_from_db(fields=["state", *stamp])


def _note(shipment: Shipment, kind: str, code: str, actor: Any, **facts: Any) -> None:
    """Write down what happened. The audit trail comes last: its lock is everyone's."""
    order = shipment.order
    TrackingEvent.objects.create(shipment=shipment, code=code, user=actor)
    OrderEvent.objects.create(order=order, kind=kind, data={"parcel": shipment.number, **facts}, actor=actor)
    Order.objects.filter(pk=order.pk).update(version=F("version") + 1)
    refresh_states(order)
    audit.record(f"shipment.{kind}", f"order:{order.pk}", actor=actor, shipment=shipment.pk, **facts)


def _check_open(order: Order) -> None:
    if order.lifecycle != Order.Lifecycle.PLACED or not order.is_confirmed:
        raise Refused(_("Order %(number)s is not confirmed, or was cancelled.") % {"number": order.number})


def _not_any_more(shipment: Shipment) -> str:
    return _("Parcel %(number)s: “%(state)s”. Somebody was quicker.") % {
        "number": shipment.number,
        "state": shipment.get_state_display(),
    }


def _last_number(order: Order) -> int:
    return order.shipments.aggregate(last=Max("number"))["last"] or 0
