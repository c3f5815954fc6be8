"""Money that staff and shipping move: captures, refunds, letting go of holds, money that came by hand."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orders import actions as orders
from orders.models import Order, OrderEvent
from payments import sums as ledger
from payments.actions.sync import append, sync
from payments.errors import Declined, HoldLapsed
from payments.gateways import gateway_of
from payments.models import Attempt, Capture, Event, Refund
from shop import audit, outbox
from shop.errors import Refused
from shop.money import Money

logger = logging.getLogger(__name__)
UNASKED = {"expired", "changed"}  # cancellations that nobody pressed a button for: paying first wins


def capture_for(order: Order, amount: Money, *, key: str) -> None:
    """Take `amount` from what the bank holds, before the goods it pays for leave; the same key takes it once.

    Where the provider allows one capture only, the first takes all that is held: what is not captured then
    is let go and cannot be captured later. Raises HoldLapsed, GatewayDown or Refused: nothing may leave.
    """
    capture = _claim_capture(order, amount, key)
    if capture is None or capture.is_done:
        return
    attempt = capture.attempt
    is_final = capture.amount_minor >= ledger.held(attempt)
    try:
        gateway_of(attempt.gateway).capture(capture, is_final=is_final)
    except HoldLapsed:
        sync(attempt)
        Capture.objects.filter(pk=capture.pk, is_done=False).delete()
        raise
    Capture.objects.filter(pk=capture.pk).update(is_done=True)
    sync(attempt)


@transaction.atomic
def _claim_capture(order: Order, amount: Money, key: str) -> Capture | None:
    """The row that stands for this capture. None when the order is paid for otherwise: by hand or already."""
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if known := Capture.objects.filter(key=key).first():
        return known
    sums = ledger.sums(locked)
    if sums.is_promised or sums.captured - sums.refunded >= locked.total_minor:
        return None
    attempt = locked.attempts.filter(gateway="stripe").order_by("-number").first()
    held = ledger.held(attempt) if attempt else 0
    if attempt is None or held <= 0:
        if sums.captured:  # the one capture took it all
            return None
        raise HoldLapsed()
    wanted = amount.minor if attempt.is_multicapture else held
    return Capture.objects.create(
        key=key, attempt=attempt, amount_minor=min(wanted, held), currency=attempt.currency
    )


def let_go(order: Order, *, reason: str, actor: Any = None) -> None:
    """Before an order is cancelled: stop every payment of it, and send back what was taken.

    Raises Refused when it is being paid at this moment, or was just paid by a buyer whom the shop was about
    to expire; GatewayDown when the provider is away.
    """
    for attempt in order.attempts.filter(is_open=True):
        is_asked = attempt.gateway != "manual" and attempt.reference is not None
        if is_asked and reason in UNASKED:
            sync(attempt)
            _refuse_if_paid(order)
        gateway_of(attempt.gateway).cancel(attempt)
        if is_asked:
            sync(attempt)
    order.refresh_from_db()
    if reason in UNASKED:
        _refuse_if_paid(order)
    elif _has_money(order):
        refund_all(order, reason=reason, actor=actor)


def _refuse_if_paid(order: Order) -> None:
    if _has_money(order):
        raise Refused(_("Order %(number)s was just paid.") % {"number": order.number})


def _has_money(order: Order) -> bool:
    sums = ledger.sums(order)
    return sums.authorized + sums.captured - sums.refunded > 0


def close_attempts(order: Order) -> None:
    """In the transaction that cancels the order: nothing more can be started on it."""
    order.attempts.filter(is_open=True).update(is_open=False)


def refund_all(order: Order, *, reason: str, actor: Any = None) -> list[Refund]:
    """Send back all that was captured and is not on its way back yet, attempt by attempt."""
    refunds = []
    for attempt in order.attempts.all():
        refund = _claim_refund(
            order, attempt.pk, None, reason, actor, key=f"{order.pk}:{attempt.pk}:all:{reason}"
        )
        if refund:
            refunds.append(refund)
            _carry_out_now(refund)
    return refunds


def request_refund(order: Order, amount: Money, *, reason: str, actor: Any, key: str) -> Refund:
    """Send `amount` back to where it came from; the same key is one refund.

    Raises Refused for nothing, another currency, or more than is left to refund. The row is written first;
    the provider is asked right after, and again by the outbox if it does not answer.
    """
    if amount.minor <= 0:
        raise Refused(_("Enter an amount above zero."))
    if amount.currency != order.currency:
        raise Refused(_("This order was paid in %(currency)s.") % {"currency": order.currency})
    if known := Refund.objects.filter(key=key).first():
        return known
    attempt = _attempt_to_refund(order, amount)
    refund = _claim_refund(order, attempt.pk, amount.minor, reason, actor, key=key)
    if refund is None:
        raise Refused(_("There is nothing left to refund."))
    _carry_out_now(refund)
    refund.refresh_from_db()
    return refund


def _attempt_to_refund(order: Order, amount: Money) -> Attempt:
    for attempt in order.attempts.order_by("-number"):
        if ledger.refundable(attempt) > 0:
            return attempt
    raise Refused(_("There is nothing left to refund."))


@transaction.atomic
def _claim_refund(
    order: Order, attempt_id: int, amount_minor: int | None, reason: str, actor: Any, *, key: str
) -> Refund | None:
    """Under the order's lock: never more goes back than came. None when nothing is left and all was asked for."""
    Order.objects.select_for_update().get(pk=order.pk)
    if known := Refund.objects.filter(key=key).first():
        return known
    attempt = Attempt.objects.get(pk=attempt_id)
    left = ledger.refundable(attempt)
    if amount_minor is None:
        amount_minor = left
    if amount_minor <= 0:
        return None
    if amount_minor > left:
        raise Refused(_("Only %(left)s can still be refunded.") % {"left": Money(left, order.currency)})
    refund = Refund.objects.create(
        key=key,
        attempt=attempt,
        amount_minor=amount_minor,
        currency=order.currency,
        reason=reason,
        actor=actor,
    )
    OrderEvent.objects.create(
        order=order, kind="refund_requested", data={"amount": amount_minor}, actor=actor
    )
    outbox.publish(
        "payments.refund",
        {"refund": refund.pk},
        dedupe=f"refund:{refund.pk}",
        aggregate=f"attempt:{attempt.pk}",
    )
    if actor is not None:
        audit.record("payment.refund", f"order:{order.pk}", actor=actor, amount=amount_minor)
    return refund


def _carry_out_now(refund: Refund) -> None:
    """Do not let staff wait for the outbox when the provider answers at once."""
    outbox.relay(only=f"refund:{refund.pk}")


def carry_out_refund(refund: Refund) -> None:
    """Ask the provider. Twice is once: the refund's uuid is the key. Raises GatewayDown to be tried again."""
    if refund.state != Refund.State.PENDING:
        return
    attempt = refund.attempt
    try:
        reference = gateway_of(attempt.gateway).refund(refund)
    except Declined as refusal:
        _refund_failed(refund, str(refusal))
        return
    Refund.objects.filter(pk=refund.pk, reference__isnull=True).update(reference=reference)
    if attempt.gateway == "manual":
        _paid_back_by_hand(refund, reference)
    else:
        sync(attempt)


@transaction.atomic
def _refund_failed(refund: Refund, why: str) -> None:
    order = Order.objects.select_for_update().get(pk=refund.attempt.order_id)
    Refund.objects.filter(pk=refund.pk).update(state=Refund.State.FAILED, error=why[:250])
    append(
        refund.attempt, Event.Kind.REFUND_FAILED, refund.amount_minor, f"refund:{refund.uuid}", timezone.now(),
        {"refund": str(refund.uuid)},
    )  # fmt: skip
    OrderEvent.objects.create(order=order, kind="payment_refund_failed", data={"amount": refund.amount_minor})
    Order.objects.filter(pk=order.pk).update(needs_review="refund:failed")


@transaction.atomic
def _paid_back_by_hand(refund: Refund, reference: str) -> None:
    order = Order.objects.select_for_update().get(pk=refund.attempt.order_id)
    data = {"refund": str(refund.uuid)}
    event = append(
        refund.attempt,
        Event.Kind.REFUNDED,
        refund.amount_minor,
        reference,
        timezone.now(),
        data,
        refund.actor,
    )
    Refund.objects.filter(pk=refund.pk).update(state=Refund.State.SUCCEEDED)
    if event:
        OrderEvent.objects.create(
            order=order, kind="payment_refunded", data={"amount": refund.amount_minor}, actor=refund.actor
        )
        orders.publish_mail(order, "refunded", name=reference, amount_minor=refund.amount_minor)
    orders.refresh_states(order)


@transaction.atomic
def record_manual_payment(order: Order, amount: Money, *, actor: Any, key: str) -> None:
    """Money came by hand: a transfer on the statement, cash at the door. The same key is the same money.

    Raises Refused for nothing, another currency, or an order that cannot take it.
    """
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if amount.minor <= 0 or amount.currency != locked.currency:
        raise Refused(_("Enter an amount in %(currency)s above zero.") % {"currency": locked.currency})
    attempt = locked.attempts.filter(gateway="manual").order_by("-number").first()
    if attempt is None:
        raise Refused(_("This order is not paid by hand."))
    if locked.lifecycle == Order.Lifecycle.CANCELLED:
        raise Refused(_("Order %(number)s was cancelled.") % {"number": locked.number})
    event = append(attempt, Event.Kind.CAPTURED, amount.minor, f"manual:{key}", timezone.now(), {}, actor)
    if event is None:
        return
    OrderEvent.objects.create(
        order=locked, kind="payment_captured", data={"amount": amount.minor}, actor=actor
    )
    if ledger.sums(locked).captured >= locked.total_minor:
        Attempt.objects.filter(pk=attempt.pk).update(is_open=False)
        if not locked.is_confirmed:
            orders.confirm_order(locked)
    orders.refresh_states(locked)
    audit.record("payment.record", f"order:{locked.pk}", actor=actor, amount=amount.minor)
