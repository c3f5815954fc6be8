"""What the payment ledger adds up to."""

from __future__ import annotations

from django.db.models import Sum

from orders.models import Order
from orders.signals import PaymentSums
from payments.models import Attempt, Event, Refund


def sums(order: Order) -> PaymentSums:
    """The sums of an order's ledger, in one query."""
    rows = Event.objects.filter(attempt__order=order).values_list("kind").annotate(total=Sum("amount_minor"))
    total = dict(rows)
    kind = Event.Kind
    captured = total.get(kind.CAPTURED, 0)
    return PaymentSums(
        authorized=max(
            0,
            total.get(kind.AUTHORIZED, 0)
            - captured_of_holds(order, captured, total)
            - total.get(kind.VOIDED, 0),
        ),
        captured=captured,
        refunded=total.get(kind.REFUNDED, 0),
        voided=total.get(kind.VOIDED, 0),
        is_promised=kind.PROMISED in total,
    )


def captured_of_holds(order: Order, captured: int, total: dict[str, int]) -> int:
    """Of what was captured, the part that came out of a hold; money by hand does not."""
    if not captured or Event.Kind.AUTHORIZED not in total:
        return 0
    return Event.objects.filter(attempt__order=order, attempt__gateway="stripe").total(Event.Kind.CAPTURED)


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
