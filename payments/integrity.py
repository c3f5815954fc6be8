"""What must hold for the money: the ledger's chains are whole, its sums possible, and orders say what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from orders.models import Order
from payments.actions.sync import GENESIS
from payments.models import Attempt, Capture, Event, Refund
from shop.integrity import CHAIN, check

Kind = Event.Kind
SUMMED = (Kind.AUTHORIZED, Kind.CAPTURED, Kind.VOIDED, Kind.REFUNDED)


@check("the chains of payment events are whole", kind=CHAIN, over=["payments.Event"])
def chains_are_whole() -> Iterator[str]:
    attempt_id, last = None, GENESIS
    for event in Event.objects.order_by("attempt_id", "id").iterator():
        if event.attempt_id != attempt_id:
            attempt_id, last = event.attempt_id, GENESIS
        if event.prev != last:
            yield f"{_name(event)}: the event before it is missing or was changed"
        elif event.hash != event.seal():
            yield f"{_name(event)} was changed: its hash does not fit"
        last = event.hash


def _name(event: Event) -> str:
    return f"payment event {event.pk} ({event.kind} {event.amount_minor} {event.currency}, attempt {event.attempt_id})"


@check("no attempt captured more than it may, and no more went back than came", over=["payments.Attempt"])
def attempts_add_up() -> Iterator[str]:
    attempts = Attempt.objects.annotate(**{kind: _sum("events", kind) for kind in SUMMED})
    by_card = ~Q(gateway="manual")  # by hand a buyer may pay too much
    wrong = (
        (by_card & Q(captured__gt=F("authorized")))
        | (by_card & Q(captured__gt=F("amount_minor")))
        | (by_card & Q(authorized__gt=F("amount_minor")))
        | (by_card & Q(voided__gt=F("authorized") - F("captured")))
        | Q(refunded__gt=F("captured"))
        | ~Q(amount_minor=F("order__total_minor"))
        | ~Q(currency=F("order__currency"))
    )
    for attempt in _of_orders(attempts.filter(wrong), "order__number", "amount_minor", "method", *SUMMED):
        sums = ", ".join(f"{kind.value} {attempt[kind]}" for kind in SUMMED)
        yield (
            f"payment attempt {attempt['pk']} ({attempt['method']} of order {attempt['order__number']}): "
            f"for {attempt['amount_minor']}: {sums}"
        )


@check("no more is on its way back than came", over=["payments.Refund"])
def refunds_add_up() -> Iterator[str]:
    captured = Event.objects.filter(attempt=OuterRef("pk"), kind=Kind.CAPTURED).order_by().values("attempt")
    came = Subquery(captured.annotate(total=Sum("amount_minor")).values("total"))
    going = Sum("refunds__amount_minor", filter=~Q(refunds__state=Refund.State.FAILED))
    attempts = Attempt.objects.filter(refunds__isnull=False).annotate(going=Coalesce(going, 0))
    wrong = attempts.annotate(came=Coalesce(came, 0, output_field=BigIntegerField())).filter(
        going__gt=F("came")
    )
    for attempt in _of_orders(wrong, "order__number", "going", "came"):
        yield (
            f"payment attempt {attempt['pk']} of order {attempt['order__number']}: "
            f"{attempt['going']} refunded or on its way, {attempt['came']} captured"
        )


@check("payment events are in their order's currency", over=["payments.Event"])
def currencies_agree() -> Iterator[str]:
    foreign = Event.objects.exclude(currency=F("attempt__currency")).order_by("pk")
    for pk, number, currency in foreign.values_list("pk", "attempt__order__number", "currency").iterator():
        yield f"payment event {pk} of order {number} is in {currency}"


@check("refunds that succeeded are in the ledger", over=["payments.Refund"])
def refunds_are_in_the_ledger() -> Iterator[str]:
    event = Event.objects.filter(
        attempt=OuterRef("attempt"),
        kind=Kind.REFUNDED,
        provider_object=OuterRef("reference"),
        amount_minor=OuterRef("amount_minor"),
    )
    lost = Refund.objects.filter(state=Refund.State.SUCCEEDED).exclude(Exists(event)).order_by("pk")
    for pk, number, minor in lost.values_list("pk", "attempt__order__number", "amount_minor").iterator():
        yield f"refund {pk} of order {number}: {minor} counts as refunded, the ledger does not know it"


@check("captures that were made are in the ledger", over=["payments.Capture"])
def captures_are_in_the_ledger() -> Iterator[str]:
    made = Capture.objects.filter(attempt=OuterRef("pk"), is_done=True).order_by().values("attempt")
    made_minor = Subquery(made.annotate(total=Sum("amount_minor")).values("total"))
    attempts = Attempt.objects.filter(Exists(made)).annotate(
        captured=_sum("events", Kind.CAPTURED), made=made_minor
    )
    for attempt in _of_orders(attempts.filter(made__gt=F("captured")), "order__number", "made", "captured"):
        yield (
            f"payment attempt {attempt['pk']} of order {attempt['order__number']}: "
            f"{attempt['made']} was captured, the ledger says {attempt['captured']}"
        )


@check("orders are paid as the ledger says", over=["orders.Order"])
def states_are_those_of_the_ledger() -> Iterator[str]:
    """`orders.actions.life.payment_state` once more, in SQL, over the sums of `payments.sums`."""
    by_card = Q(attempts__gateway="stripe")
    orders = Order.objects.annotate(
        **{f"sum_{kind}": _sum("attempts__events", kind) for kind in (*SUMMED, Kind.PROMISED)},
        from_holds=_sum("attempts__events", Kind.CAPTURED, by_card),
    )
    held = Greatest(0, F("sum_authorized") - F("from_holds") - F("sum_voided"))
    orders = orders.annotate(
        sum_held=Case(When(sum_authorized__gt=0, then=held), default=0, output_field=BigIntegerField()),
        ledger_state=_state(),
    )
    columns = ("pk", "number", "payment_state", "ledger_state", "sum_captured", "sum_refunded", "total_minor")
    for order in orders.exclude(payment_state=F("ledger_state")).order_by("pk").values(*columns).iterator():
        yield (
            f"order {order['number']} (id {order['pk']}) is “{order['payment_state']}”, its ledger says "
            f"“{order['ledger_state']}”: of {order['total_minor']} captured {order['sum_captured']}, "
            f"refunded {order['sum_refunded']}"
        )


def _state() -> Case:
    state, text = Order.PaymentState, lambda value: Value(value.value)
    return Case(
        When(sum_refunded__gt=0, sum_refunded__gte=F("sum_captured"), then=text(state.REFUNDED)),
        When(sum_refunded__gt=0, then=text(state.PART_REFUNDED)),
        When(sum_captured__gt=0, sum_captured__gte=F("total_minor"), then=text(state.PAID)),
        When(sum_captured__gt=0, then=text(state.PART_PAID)),
        When(sum_held__gt=0, then=text(state.AUTHORIZED)),
        When(lifecycle=Order.Lifecycle.CANCELLED, then=text(state.VOIDED)),
        When(sum_promised__gt=0, then=text(state.PROMISED)),
        default=text(state.AWAITING),
    )


def _sum(events: str, kind: str, condition: Q | None = None) -> Coalesce:
    """What the events of a kind add up to, along one join however many kinds are asked for."""
    of_kind = Q(**{f"{events}__kind": kind}) & (condition or Q())
    return Coalesce(Sum(f"{events}__amount_minor", filter=of_kind), 0)


def _of_orders(attempts: QuerySet[Attempt], *columns: str) -> Iterator[dict[str, Any]]:
    return attempts.order_by("pk").values("pk", *columns).iterator()
