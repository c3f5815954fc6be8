"""The one way in for the truth about money: fetch what the provider says, append what is new."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from inventory.errors import OutOfStock
from orders import actions as orders
from orders.models import Order, OrderEvent
from orders.signals import PaymentSums
from payments import sums as ledger
from payments.gateways import Fact, Truth, gateway_of
from payments.models import Attempt, Event, Refund
from shop import outbox, sql, writes
from shop.sql import Query

logger = logging.getLogger(__name__)
GENESIS = "0" * 64
_LOCKED_ORDER = sql.Select(Order, "WHERE id = %s", lock=True)
_ATTEMPT = sql.Select(Attempt, "WHERE id = %s")
_CHAIN = "SELECT kind, provider_object, hash FROM payments_event WHERE attempt_id = %s ORDER BY id"
Chain = list[tuple[str, str, str]]  # (kind, provider object, hash) of an attempt's events, oldest first
FAILED_MAIL_AFTER = timedelta(minutes=10)  # most try again at once; who did not gets the link


def sync(attempt: Attempt) -> Attempt:
    """Bring our ledger up to what the provider says of `attempt`. Any number of times, in any order, by anyone.

    Call with no transaction open. Raises GatewayDown.
    """
    if attempt.reference is None:
        return attempt
    truth = gateway_of(attempt.gateway).fetch(attempt)
    return _append_what_is_new(attempt.order_id, attempt.pk, truth)


@transaction.atomic
def _append_what_is_new(order_id: int, attempt_id: int, truth: Truth) -> Attempt:
    orders_found, attempts, chain, amounts = sql.together(
        _LOCKED_ORDER.query(order_id),
        _ATTEMPT.query(attempt_id),
        Query(_CHAIN, [attempt_id]),
        ledger.sums_query(order_id),
    )
    [order], [attempt] = _LOCKED_ORDER.made(orders_found), _ATTEMPT.made(attempts)
    attempt.order = order
    if wrong := _mismatch(order, attempt, truth):
        _flag(order, wrong)
        return attempt
    with writes.gathered():
        new = _record(attempt, truth, [*chain])
        _note_state(attempt, truth)
        for event in new:
            _tell(order, event)
            amounts.append((event.kind, attempt.gateway, event.amount_minor))
        sums = ledger.sums_of(amounts)
        if not _settle(order, attempt, sums):  # which brings the states up to date by itself
            orders.refresh_states(order, payments=sums)
    return attempt


def _mismatch(order: Order, attempt: Attempt, truth: Truth) -> str:
    """Why this payment may not count for this order, or ""."""
    if truth.order_token != order.token:
        return "foreign"
    if truth.currency != attempt.currency:
        return "currency"
    return "amount" if truth.amount_minor != attempt.amount_minor else ""


def _flag(order: Order, wrong: str) -> None:
    logger.error("payment does not match its order", extra={"order": order.number, "wrong": wrong})
    reason = f"payment:{wrong}"
    if order.needs_review != reason:
        Order.objects.filter(pk=order.pk).update(needs_review=reason)
        OrderEvent.objects.create(order=order, kind="needs_review", data={"reason": reason})


def _record(attempt: Attempt, truth: Truth, chain: Chain) -> list[Event]:
    """Append the facts we did not have. Captures are cumulative at the provider: the difference is the event."""
    new: list[Event | None] = []
    if truth.authorized:
        new.append(_append_fact(attempt, truth.authorized, chain))
    if truth.captured:
        before = attempt.events.total(Event.Kind.CAPTURED)
        if truth.captured.amount_minor > before:
            name = f"{truth.captured.provider_object}:{truth.captured.amount_minor}"
            amount = truth.captured.amount_minor - before
            new.append(append(attempt, Event.Kind.CAPTURED, amount, name, timezone.now(), chain=chain))
    new.extend(_append_fact(attempt, fact, chain) for fact in truth.others)
    if truth.voided:
        rest = max(0, ledger.held(attempt))
        fact = truth.voided
        new.append(
            append(attempt, fact.kind, rest, fact.provider_object, fact.occurred_at, fact.data, chain=chain)
        )
    for event in new:
        if event:
            _match_refund(attempt, event)
    return [event for event in new if event]


def _append_fact(attempt: Attempt, fact: Fact, chain: Chain) -> Event | None:
    return append(
        attempt, fact.kind, fact.amount_minor, fact.provider_object, fact.occurred_at, fact.data, chain=chain
    )


def append(
    attempt: Attempt,
    kind: str,
    amount_minor: int,
    provider_object: str,
    occurred_at: datetime,
    data: dict[str, Any] | None = None,
    actor: Any = None,
    *,
    chain: Chain | None = None,
) -> Event | None:
    """Write an event at the end of its attempt's chain; None when it is there already. Under the order's lock.

    `chain` is what the attempt has, if it was read under that lock; the event is added to it.
    """
    if chain is None:
        chain = [*sql.rows(_CHAIN, [attempt.pk])]
    if any(row[:2] == (kind, provider_object) for row in chain):
        return None
    event = Event(
        attempt=attempt,
        kind=kind,
        amount_minor=amount_minor,
        currency=attempt.currency,
        provider_object=provider_object,
        data=data or {},
        occurred_at=occurred_at,
        actor=actor,
        prev=chain[-1][-1] if chain else GENESIS,
    )
    event.hash = event.seal()
    writes.append(event)
    chain.append((event.kind, event.provider_object, event.hash))
    return event


def _match_refund(attempt: Attempt, event: Event) -> None:
    """A refund of ours is known by its uuid in the provider's metadata, or by the provider's own name."""
    states = {Event.Kind.REFUNDED: Refund.State.SUCCEEDED, Event.Kind.REFUND_FAILED: Refund.State.FAILED}
    uuid = event.data.get("refund")
    if event.kind not in states or not uuid:
        return
    attempt.refunds.filter(uuid=uuid).update(
        state=states[Event.Kind(event.kind)],
        reference=event.provider_object,
        error=str(event.data.get("reason", ""))[:250],
    )


def _note_state(attempt: Attempt, truth: Truth) -> None:
    state = {
        "provider_state": truth.state,
        "is_open": truth.is_open and attempt.is_open,
        "card": truth.card or attempt.card,
        "capture_before": truth.capture_before or attempt.capture_before,
        "is_multicapture": truth.is_multicapture,
        "synced_at": timezone.now(),
    }
    writes.assign(attempt, state)


def _tell(order: Order, event: Event) -> None:
    """The order's timeline, and the mail that an event asks for."""
    data = {"amount": event.amount_minor, "attempt": event.attempt.number, **event.data}
    writes.append(OrderEvent(order=order, kind=f"payment_{event.kind}", data=data))
    if event.kind == Event.Kind.FAILED:
        outbox.publish(
            "orders.mail",
            {"order": order.pk, "kind": "payment_failed", "name": ""},
            dedupe=f"mail:payment_failed:{order.pk}",
            aggregate=f"order-mail-failed:{order.pk}",
            available_at=timezone.now() + FAILED_MAIL_AFTER,
        )
    elif event.kind == Event.Kind.REFUNDED:
        orders.publish_mail(order, "refunded", name=event.provider_object, amount_minor=event.amount_minor)


def _settle(order: Order, attempt: Attempt, sums: PaymentSums) -> bool:
    """Money that is safe makes the order ours to ship; money for a cancelled order buys it again or goes back.

    True when this confirmed the order.
    """
    has_money = sums.authorized + sums.captured - sums.refunded
    if order.lifecycle == Order.Lifecycle.PLACED:
        is_enough = has_money >= order.total_minor
        return is_enough and not order.is_confirmed and orders.confirm_order(order, payments=sums)
    if order.lifecycle == Order.Lifecycle.CANCELLED and has_money > 0:
        _late_money(order, attempt)
    return False


def _late_money(order: Order, attempt: Attempt) -> None:
    """The buyer paid although the order was cancelled: reinstated if the goods are there, else given back."""
    if order.cancel_reason == "expired" and not order.is_confirmed:
        try:
            with transaction.atomic():
                orders.reinstate_order(order)
            order.refresh_from_db()
            orders.confirm_order(order)
            return
        except OutOfStock:
            logger.info("too late, sold out meanwhile", extra={"order": order.number})
    OrderEvent.objects.create(order=order, kind="late_payment", data={"attempt": attempt.number})
    outbox.publish(
        "payments.give_back",
        {"attempt": attempt.pk},
        dedupe=f"give-back:{attempt.pk}",
        aggregate=f"attempt:{attempt.pk}",
    )
