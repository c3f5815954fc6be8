"""What is asked for with a shipment: its goods, and once per order what needs no parcel and the delivery.

The amounts are fixed the first time the goods are about to leave, under the order's lock, so that the same
shipment always asks for the same money, and all shipments of an order ask for its total, to the last cent.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum

from orders.models import Order, OrderLine
from shipping.models import Shipment, ShipmentLine
from shop.money import Money, split_minor


@dataclass(frozen=True)
class Asked:
    """What a shipment asks for: each of its lines, and what comes with it."""

    lines: dict[int, int]  # by shipment line
    extra: int
    currency: str

    @property
    def total(self) -> Money:
        return Money(sum(self.lines.values()) + self.extra, self.currency)


def amount_of(shipment: Shipment) -> Money:
    """What the shipment asks for, or would if it left now."""
    return _asked(shipment).total


@transaction.atomic
def fix_amount(shipment: Shipment) -> Money:
    """Settle what the shipment asks for; from then on it never changes."""
    Order.objects.select_for_update().get(pk=shipment.order_id)
    shipment.refresh_from_db(fields=["extra_minor"])  # somebody may have settled it while we waited
    asked = _asked(shipment)
    if shipment.extra_minor is None:
        for line_id, minor in asked.lines.items():
            ShipmentLine.objects.filter(pk=line_id).update(amount_minor=minor)
        Shipment.objects.filter(pk=shipment.pk).update(extra_minor=asked.extra)
        shipment.extra_minor = asked.extra
    return asked.total


def share(line: OrderLine, quantity: int, *, fixed_quantity: int = 0, fixed_minor: int = 0) -> int:
    """What `quantity` units of the line cost, after others of its units were settled at `fixed_minor`.

    Units are cut from what is left by largest remainder, so the last parcel takes exactly the rest.
    """
    left = split_minor(line.gross_minor - fixed_minor, [1] * (line.quantity - fixed_quantity))
    return sum(left[:quantity])


def _asked(shipment: Shipment) -> Asked:
    currency = shipment.order.currency
    own = list(shipment.lines.select_related("line"))
    if shipment.extra_minor is not None:
        return Asked({line.pk: line.amount_minor or 0 for line in own}, shipment.extra_minor, currency)
    lines = {line.pk: share(line.line, line.quantity, **_fixed(line)) for line in own}
    return Asked(lines, _extra(shipment), currency)


def _fixed(own: ShipmentLine) -> dict[str, int]:
    """Units of the same order line that another parcel has settled, and for how much."""
    settled = ShipmentLine.objects.filter(line=own.line_id, amount_minor__isnull=False)
    others = settled.exclude(shipment__state=Shipment.State.CANCELLED).exclude(shipment=own.shipment_id)
    sums = others.aggregate(quantity=Sum("quantity"), minor=Sum("amount_minor"))
    return {"fixed_quantity": sums["quantity"] or 0, "fixed_minor": sums["minor"] or 0}


def _extra(shipment: Shipment) -> int:
    """Delivery and what needs no parcel, for the first shipment that is about to leave; 0 for the others."""
    order = shipment.order
    settled = order.shipments.exclude(state=Shipment.State.CANCELLED).filter(extra_minor__isnull=False)
    if settled.exists():
        return 0
    without_parcel = sum(line.gross_minor for line in order.lines.all() if not line.is_shipped_by_parcel)
    return order.delivery_net_minor + order.delivery_tax_minor + without_parcel
