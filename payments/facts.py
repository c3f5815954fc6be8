"""What orders and their money state about themselves. Amounts are in minor units."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from orders.models import Order
from payments.models import Attempt, Event, InboxEvent, Refund
from shop.facts import CHUNK, states

Kind = Event.Kind


@states("order")
def orders() -> Iterator[dict[str, Any]]:
    money = Event.objects.filter(attempt__order=OuterRef("pk"), kind__in=[Kind.AUTHORIZED, Kind.CAPTURED])
    rows = Order.objects.order_by("id").annotate(ever_paid=Exists(money)).prefetch_related("lines")
    for order in rows.iterator(CHUNK):
        yield {
            "id": order.pk,
            "number": order.number,
            "state": order.lifecycle,
            "payment_state": order.payment_state,
            "fulfilment_state": order.fulfilment_state,
            "currency": order.currency,
            "total": order.total_minor,
            "lines": [
                {"sku": line.sku, "qty": line.quantity, "unit": line.unit_minor} for line in order.lines.all()
            ],
            "discount": 0,
            "shipping": order.delivery_minor,
            "tax_added": 0 if order.tax_included else order.tax_minor,
            "coupon": None,
            "ever_paid": order.ever_paid,
        }


@states("payment")
def payments() -> Iterator[dict[str, Any]]:
    kinds = (Kind.AUTHORIZED, Kind.CAPTURED, Kind.VOIDED, Kind.REFUNDED, Kind.PROMISED)
    sums = {
        f"sum_{kind}": Coalesce(Sum("events__amount_minor", filter=Q(events__kind=kind)), 0) for kind in kinds
    }
    for attempt in Attempt.objects.order_by("id").annotate(**sums).iterator(CHUNK):
        yield {
            "id": attempt.pk,
            "order": attempt.order_id,
            "method": attempt.method,
            "pi": attempt.reference,
            "amount": attempt.amount_minor,
            "currency": attempt.currency,
            "state": _state(attempt),
            "captured": attempt.sum_captured,
            "refunded": attempt.sum_refunded,
        }


def _state(attempt: Any) -> str:
    if attempt.sum_captured:
        return "refunded" if attempt.sum_refunded >= attempt.sum_captured else "captured"
    if attempt.sum_authorized > attempt.sum_voided:
        return "authorized"
    if attempt.sum_authorized:
        return "voided"
    if attempt.sum_promised:
        return "promised"
    return "open" if attempt.is_open else "closed"


@states("refund")
def refunds() -> Iterator[dict[str, Any]]:
    rows = Refund.objects.order_by("id").values(
        "id", "state", pi=F("attempt__reference"), amount=F("amount_minor")
    )
    yield from rows.iterator(CHUNK)


@states("ledger")
def ledger() -> Iterator[dict[str, Any]]:
    """Money that moved, as entries in two accounts: of each order they sum to nothing."""
    signs = {Kind.CAPTURED: 1, Kind.REFUNDED: -1}
    events = Event.objects.filter(kind__in=signs).order_by("id").select_related("attempt")
    for event in events.iterator(CHUNK):
        amount = signs[Kind(event.kind)] * event.amount_minor
        entry = {"order": event.attempt.order_id, "currency": event.currency, "event": event.pk}
        yield {**entry, "account": event.attempt.gateway, "amount": amount}
        yield {**entry, "account": "customer", "amount": -amount}


@states("webhook")
def webhooks() -> Iterator[dict[str, Any]]:
    yield from InboxEvent.objects.order_by("id").values("state", event=F("event_id")).iterator(CHUNK)
