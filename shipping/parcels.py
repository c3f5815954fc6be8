"""The shipments of an order as pages show them, and the sums that its state is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.models import Allocation, Location
from orders.models import Order
from orders.signals import OrderPart, ShipmentSums
from shipping.amounts import amount_of
from shipping.models import Shipment, ShipmentLine, TrackingEvent
from shop import sql
from shop.money import Money

State = Shipment.State
# Shape and colour of the state, for css/staff/state.css and the shop's badges.
LOOKS = {
    State.PLANNED: "pack",
    State.PACKED: "ship",
    State.READY: "ship",
    State.SHIPPED: "done",
    State.DELIVERED: "done",
    State.CANCELLED: "gone",
}
SHAPES = {"pack": "half", "ship": "most", "done": "full", "gone": "gone"}
TONES = {State.SHIPPED: "info", State.READY: "success", State.DELIVERED: "success"}


_UNITS = """
    SELECT shipment.state, shipment.is_pickup, SUM(line.quantity)
    FROM shipping_shipmentline line JOIN shipping_shipment shipment ON shipment.id = line.shipment_id
    WHERE shipment.order_id = %s AND shipment.state <> %s GROUP BY shipment.state, shipment.is_pickup
"""


def sums_of(order: Order) -> ShipmentSums:
    """Units by state; each unit counts once."""
    rows = sql.rows(_UNITS, [order.pk, State.CANCELLED.value])
    units: dict[str, int] = {}
    for state, _is_pickup, count in rows:
        units[state] = units.get(state, 0) + int(count)
    waiting = units.get(State.PLANNED, 0) + units.get(State.PACKED, 0)
    return ShipmentSums(
        to_ship=units.get(State.PLANNED, 0),
        packed=units.get(State.PACKED, 0) + units.get(State.READY, 0),
        shipped=units.get(State.SHIPPED, 0),
        delivered=units.get(State.DELIVERED, 0),
        is_pickup=any(is_pickup for _state, is_pickup, _count in rows),
        is_ready=bool(units.get(State.READY)) and not waiting,
    )


@dataclass(frozen=True)
class Parcel:
    """One shipment, ready for a template."""

    shipment: Shipment

    @property
    def number(self) -> int:
        return self.shipment.number

    @property
    def state(self) -> str:
        return self.shipment.state

    @property
    def state_label(self) -> str:
        if self.shipment.is_pickup and self.state == State.DELIVERED:
            return _("Collected")
        return self.shipment.get_state_display()

    @property
    def look(self) -> str:
        return LOOKS[State(self.state)]

    @property
    def shape(self) -> str:
        return SHAPES[self.look]

    @property
    def tone(self) -> str:
        return TONES.get(State(self.state), "neutral")

    @cached_property
    def lines(self) -> list[ShipmentLine]:
        return list(self.shipment.lines.all())

    @cached_property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def weight_g(self) -> int:
        return sum(line.line.weight_g * line.quantity for line in self.lines)

    @property
    def weight(self) -> str:
        kilograms = number_format(self.weight_g / 1000, 1)
        return _("%(weight)s kg") % {"weight": kilograms} if self.weight_g else ""

    @cached_property
    def to_bring(self) -> list[Allocation]:
        """Of a pick-up, what other locations have to bring to its counter."""
        if not self.shipment.is_pickup:
            return []
        elsewhere = Allocation.objects.of_lines(line.line_id for line in self.lines).exclude(
            level__location=self.shipment.location_id
        )
        return [promise for promise in elsewhere.select_related("line", "level__location") if promise.open]

    @cached_property
    def amount(self) -> Money:
        return amount_of(self.shipment)

    @property
    def tracking(self) -> list[TrackingEvent]:
        return list(self.shipment.tracking.all())

    @property
    def can_deliver(self) -> bool:
        return self.state == State.SHIPPED

    def url(self, page: str) -> str:
        return reverse(f"shipping:{page}", args=[self.shipment.order.number, self.number])

    @property
    def pack_url(self) -> str:
        return self.url("pack_parcel")

    @property
    def ship_url(self) -> str:
        return self.url("ship")

    @property
    def ready_url(self) -> str:
        return self.url("ready")

    @property
    def hand_over_url(self) -> str:
        return self.url("hand_over")

    @property
    def delivered_url(self) -> str:
        return self.url("delivered")

    @property
    def slip_url(self) -> str:
        return self.url("slip")


def parcels_of(order: Order, *, with_cancelled: bool = False) -> list[Parcel]:
    """All parcels of the order, in one exchange with the database."""
    selects = (SHIPMENTS, _LINES, _TRACKING, _PLACES)
    answers = sql.together(*(select.query(order.pk) for select in selects))
    shipments, lines, tracking, places = (
        select.made(rows) for select, rows in zip(selects, answers, strict=True)
    )
    if not with_cancelled:
        shipments = [shipment for shipment in shipments if shipment.state != State.CANCELLED]
    bought = {line.pk: line for line in order.lines.all()}
    lines, tracking = _by_shipment(lines), _by_shipment(tracking)
    places = {place.pk: place for place in places}
    for shipment in shipments:
        shipment.order, shipment.location = order, places.get(shipment.location_id)
        held = lines.get(shipment.pk, [])
        for line in held:
            line.line = bought[line.line_id]
        sql.attach(shipment, "lines", sorted(held, key=lambda line: (line.line.position, line.pk)))
        sql.attach(shipment, "tracking", tracking.get(shipment.pk, []))
    return [Parcel(shipment) for shipment in shipments]


def _by_shipment(rows: list[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.shipment_id, []).append(row)
    return found


SHIPMENTS = sql.Select(Shipment, "WHERE order_id = %s ORDER BY number")
_OF_ORDER = "(SELECT id FROM shipping_shipment WHERE order_id = %s)"
_LINES = sql.Select(ShipmentLine, f"WHERE shipment_id IN {_OF_ORDER}")
_TRACKING = sql.Select(TrackingEvent, f"WHERE shipment_id IN {_OF_ORDER} ORDER BY at, id")
_PLACES = sql.Select(Location, "WHERE id IN (SELECT location_id FROM shipping_shipment WHERE order_id = %s)")


def shopper_parts(order: Order) -> list[OrderPart]:
    parcels = parcels_of(order)
    context = {"parcels": parcels, "order": order, "is_one": len(parcels) == 1}
    return [OrderPart("parcels", "shipping/_parcels.html", context)] if parcels else []


# --- For staff -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class NextStep:
    """The one thing to do next, for the only primary button of the order's page."""

    code: str
    title: str
    reason: str
    label: str
    icon: str
    url: str
    is_post: bool = False  # done at once; else the address is a page that asks


def staff_parts(order: Order) -> list[OrderPart]:
    parcels = parcels_of(order, with_cancelled=True)
    parts = []
    if parcels:
        parts.append(OrderPart("parcels", "staff/_parcels.html", {"parcels": parcels, "order": order}))
    if step := next_step(order, parcels):
        parts.append(OrderPart("next", "staff/_next.html", {"step": step, "order": order}))
    return parts


def next_step(order: Order, parcels: list[Parcel]) -> NextStep | None:
    """What is packed leaves before more is packed; None when nothing is left to do, or nothing may be."""
    if order.lifecycle != Order.Lifecycle.PLACED or not order.is_confirmed:
        return None
    for state, step in ((State.READY, _hand_over), (State.PACKED, _ship), (State.PLANNED, _pack)):
        if parcel := next((parcel for parcel in parcels if parcel.state == state), None):
            return step(parcel)
    return None


def _pack(parcel: Parcel) -> NextStep:
    label = ngettext("Pack %(count)s item", "Pack %(count)s items", parcel.units) % {"count": parcel.units}
    where = parcel.shipment.location
    reason = _("From %(place)s.") % {"place": where} if where else ""
    return NextStep("pack", _("Ready to be packed"), reason, label, "package", parcel.pack_url)


def _ship(parcel: Parcel) -> NextStep:
    count = {"number": parcel.number, "count": parcel.units}
    if parcel.shipment.is_pickup:
        title = _("Parcel %(number)s is packed") % count
        reason = _("The customer gets a mail that it can be collected.")
        label = _("Ready for pick-up")
        return NextStep("ready", title, reason, label, "store", parcel.ready_url, is_post=True)
    label = ngettext("Ship %(count)s item", "Ship %(count)s items", parcel.units) % count
    reason = _("%(amount)s is charged when it leaves.") % {"amount": parcel.amount}
    return NextStep("ship", _("Parcel %(number)s is packed") % count, reason, label, "truck", parcel.ship_url)


def _hand_over(parcel: Parcel) -> NextStep:
    title = _("Parcel %(number)s waits at the counter") % {"number": parcel.number}
    label = ngettext("Hand over %(count)s item", "Hand over %(count)s items", parcel.units)
    label %= {"count": parcel.units}
    return NextStep("hand_over", title, "", label, "hand-heart", parcel.hand_over_url, is_post=True)
