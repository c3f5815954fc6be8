"""Beginning to be paid: one open attempt per order, one payment at the provider per attempt."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from orders import actions as orders
from orders.models import Order, OrderEvent
from orders.signals import PaymentOption
from payments.actions.sync import append, sync
from payments.errors import GatewayDown, StoredFailure
from payments.gateways import Started, gateway_of
from payments.models import Attempt, Event
from payments.options import GATEWAY_OF_METHOD
from shop import sql, writes
from shop.errors import Refused

logger = logging.getLogger(__name__)
_LOCKED = sql.Select(Order, "WHERE id = %s", lock=True)
_REMEMBER = """
    UPDATE payments_attempt SET reference = %s, provider_state = 'started'
    WHERE id = %s AND is_open AND reference IS NULL
"""
_OPEN = sql.Select(Attempt, "WHERE order_id = %s AND is_open")


def open_attempt(order: Order, payment: PaymentOption, *, number: int = 0) -> Attempt:
    """Make an attempt for the whole order, in the order's own transaction; a promise is confirmed at once."""
    if not number:
        number = sql.rows("SELECT COUNT(*) FROM payments_attempt WHERE order_id = %s", [order.pk])[0][0] + 1
    gateway = GATEWAY_OF_METHOD[payment.code]
    attempt = Attempt(
        order=order,
        number=number,
        method=payment.code,
        gateway=gateway,
        amount_minor=order.total_minor,
        currency=order.currency,
        idempotency_key=f"order:{order.token}:attempt:{number}",
    )
    if gateway == "manual":
        attempt.reference = gateway_of(gateway).start(attempt).reference
    writes.insert(attempt)
    if payment.is_promised:
        append(attempt, Event.Kind.PROMISED, attempt.amount_minor, f"promise:{attempt.pk}", order.placed_at)
        orders.confirm_order(order)
    return attempt


def start_attempt(order: Order) -> tuple[Attempt, Started]:
    """The order's open attempt, known to the provider: asked twice, or by two at once, it is one payment.

    Raises Refused when the order is not to be paid any more, GatewayDown when the provider is away.
    """
    attempt = _payable_attempt(order)
    gateway = gateway_of(attempt.gateway)
    try:
        started = gateway.start(attempt)
    except StoredFailure:
        _replace(attempt)
        return start_attempt(order)
    except GatewayDown:
        Attempt.objects.filter(pk=attempt.pk, reference__isnull=True).update(provider_state="lost")
        raise
    if attempt.reference is None and not _remember(attempt, started.reference):
        # The order was cancelled, or the attempt given up, while the provider was making it.
        gateway.cancel(attempt)
        raise Refused(_("This order is no longer waiting for a payment."))
    return attempt, started


def _payable_attempt(order: Order) -> Attempt:
    """The open attempt; a new one, made under the order's lock, when the last came to nothing.

    One that is open is not locked: should the order be cancelled just now, `_remember` finds it closed.
    """
    attempt = getattr(order, "first_attempt", None) or _OPEN.first(order.pk) if order.is_payable else None
    if attempt is not None and attempt.is_open:
        attempt.order = order
        return attempt
    with transaction.atomic():
        locked = _LOCKED.all(order.pk)[0]
        if not locked.is_payable:
            raise Refused(_("This order is no longer waiting for a payment."))
        attempt = _OPEN.first(locked.pk)
        if attempt is None:
            usual = PaymentOption(locked.payment_method, "", is_online=locked.pays_online)
            attempt = open_attempt(locked, usual)
        attempt.order = locked
        return attempt


def _remember(attempt: Attempt, reference: str) -> bool:
    """Store the provider's name for the attempt, once. False when the attempt is not open any more."""
    attempt.reference = reference
    if sql.change(_REMEMBER, [reference, attempt.pk]):
        return True
    # Another request was quicker, with the same answer.
    return Attempt.objects.filter(pk=attempt.pk, is_open=True, reference=reference).exists()


def _replace(attempt: Attempt) -> None:
    logger.warning("stored failure, another attempt", extra={"attempt": attempt.pk})
    Attempt.objects.filter(pk=attempt.pk).update(is_open=False, provider_state="stored_failure")


def change_method(order: Order, payment: PaymentOption) -> Order:
    """The buyer wants to pay in another way: what was begun is given up at the provider first.

    Raises Refused when it was paid meanwhile, or is no longer to be paid.
    """
    attempt = order.attempts.filter(is_open=True).first()
    if attempt and attempt.method == payment.code:
        return order
    if attempt and attempt.reference:
        gateway_of(attempt.gateway).cancel(attempt)
        sync(attempt)
    return _switch(order, payment)


@transaction.atomic
def _switch(order: Order, payment: PaymentOption) -> Order:
    from payments.options import due_at

    locked = Order.objects.select_for_update().get(pk=order.pk)
    if not locked.is_payable:
        raise Refused(_("This order is no longer waiting for a payment."))
    locked.attempts.filter(is_open=True).update(is_open=False)
    changes: dict[str, Any] = {
        "payment_method": payment.code,
        "pays_online": payment.is_online,
        "payment_due_at": due_at(payment),
    }
    Order.objects.filter(pk=locked.pk).update(**changes)
    locked.refresh_from_db()
    OrderEvent.objects.create(order=locked, kind="payment_method", data={"method": payment.code})
    open_attempt(locked, payment)
    return locked
