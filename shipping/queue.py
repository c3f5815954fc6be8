"""Which orders have a parcel to pack or to send: the parcels know, the order desk asks."""

from django.db.models import Q

from orders.desk import waits_for
from shipping.models import Shipment

State = Shipment.State


@waits_for("pack")
def to_pack() -> Q:
    return _with_parcels(State.PLANNED)


@waits_for("ship")
def to_ship() -> Q:
    return _with_parcels(State.PACKED, State.READY)


def _with_parcels(*states: str) -> Q:
    return Q(pk__in=Shipment.objects.filter(state__in=states).values("order"))
