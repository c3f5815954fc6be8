"""What the payment ledger adds up to."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Sum

from orders.models import Order
from orders.signals import PaymentSums
from payments.models import Attempt, Event, Refund
from shop import sql
from shop.sql import Query

Kind = Event.Kind
_BY_KIND = """
    SELECT event.kind, attempt.gateway, SUM(event.amount_minor)
    FROM payments_event event JOIN payments_attempt attempt ON attempt.id = event.attempt_id
    WHERE attempt.order_id = %s GROUP BY event.kind, attempt.gateway
"""


def sums(order: Order) -> PaymentSums:
    """The sums of an order's ledger, in one query."""
    return sums_of(sql.rows(*sums_query(order.pk)))


def sums_query(order_id: int) -> Query:
    return Query(_BY_KIND, [order_id])


def sums_of(amounts: Iterable[tuple[str, str, int]]) -> PaymentSums:
    """Adds up (kind of event, gateway, amount in minor units), as `sums_query` finds them."""
    total: dict[str, int] = {}
    captured_of_holds = 0  # money by hand comes out of no hold
    for kind, gateway, amount in amounts:
        total[kind] = total.get(kind, 0) + int(amount)
        if kind == Kind.CAPTURED and gateway == "stripe":
            captured_of_holds += int(amount)
    held = total.get(Kind.AUTHORIZED, 0) - captured_of_holds - total.get(Kind.VOIDED, 0)
    return PaymentSums(
        authorized=max(0, held),
        captured=total.get(Kind.CAPTURED, 0),
        refunded=total.get(Kind.REFUNDED, 0),
        voided=total.get(Kind.VOIDED, 0),
        is_promised=Kind.PROMISED in total,
    )


def held(attempt: Attempt) -> int:
    """What the bank still holds for this attempt."""
    totals = attempt.events
    return (
        totals.total(Event.Kind.AUTHORIZED)
        - totals.total(Event.Kind.CAPTURED)
        - totals.total(Event.Kind.VOIDED)
    )


def refundable(attempt: Attempt) -> int:
    """What was captured and is neither back nor on its way back. Call under the order's lock."""
    captured = attempt.events.total(Event.Kind.CAPTURED)
    going = (
        attempt.refunds.exclude(state=Refund.State.FAILED).aggregate(total=Sum("amount_minor"))["total"] or 0
    )
    # Refunds made at the provider's own dashboard have events but no row of ours.
    foreign = attempt.events.filter(kind=Event.Kind.REFUNDED, data__refund="").total(Event.Kind.REFUNDED)
    return captured - going - foreign
