"""What becomes of an order after it was placed."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from inventory import actions as inventory
from orders import signals
from orders.actions.placement import publish_mail
from orders.models import Cart, Order, OrderEvent
from orders.signals import PaymentSums, ShipmentSums, ask
from shop import audit, writes
from shop.errors import Refused

logger = logging.getLogger(__name__)


@transaction.atomic(savepoint=False)
def confirm_order(order: Order, *, payments: PaymentSums | None = None) -> bool:
    """The money is safe, or agreed to come with the goods: the order is ours to ship. True the first time.

    `payments` are the sums of its ledger, where they are known. Raises IllegalTransition if it was cancelled.
    """
    if not order.confirm():
        return False
    with writes.gathered():
        writes.append(OrderEvent(order=order, kind="confirmed"))
        signals.order_confirmed.send(sender=None, order=order)
        refresh_states(order, payments=payments)
        publish_mail(order, "payment_confirmed")
    return True


def cancel_order(order: Order, *, reason: str, actor: Any = None) -> None:
    """Let go of the money first, then of the stock; the cart may be bought again.

    Call with no transaction open: the payment provider is asked. Raises Refused when the money cannot be
    let go (it was just paid, say) or goods have left; then nothing has changed.
    """
    order.refresh_from_db()
    if order.lifecycle == Order.Lifecycle.CANCELLED:
        return
    if _shipments(order).shipped:
        raise Refused(_("Part of order %(number)s has left already.") % {"number": order.number})
    signals.cancel_wanted.send(sender=None, order=order, reason=reason, actor=actor)
    _cancel(order, reason, actor)


@transaction.atomic
def _cancel(order: Order, reason: str, actor: Any) -> None:
    # Before the order and its levels, as everywhere.
    cart = Cart.objects.filter(pk=order.cart_id or 0).select_for_update().first()
    order = Order.objects.select_for_update().get(pk=order.pk)
    order.cancel(reason)
    inventory.release_allocations(
        list(order.lines.values_list("pk", flat=True)), cause=f"order:{order.pk}:cancelled", user=actor
    )
    OrderEvent.objects.create(order=order, kind="cancelled", data={"reason": reason}, actor=actor)
    signals.order_cancelled.send(sender=None, order=order, reason=reason, actor=actor)
    if cart:
        _reopen(cart)
    refresh_states(order)
    if reason != "changed":
        publish_mail(order, "expired" if reason == "expired" else "cancelled")
    if actor is not None:
        audit.record("order.cancel", f"order:{order.pk}", actor=actor, reason=reason)


def _reopen(cart: Cart) -> None:
    """The goods are back in the shopper's cart, unless a newer cart took its place."""
    with suppress(IntegrityError), transaction.atomic():
        writes.assign(cart, {"is_open": True, "updated_at": timezone.now()})


@transaction.atomic
def reinstate_order(order: Order) -> None:
    """The money came although the order was cancelled: take the stock again and go on.

    Raises OutOfStock when it is gone, IllegalTransition when the order is not cancelled any more.
    """
    order = Order.objects.select_for_update().get(pk=order.pk)
    order.reinstate()
    lines = [(line.pk, line.variant_id, line.quantity) for line in order.lines.all()]
    inventory.allocate(lines, owner=None, cause=f"order:{order.pk}:reinstated")
    OrderEvent.objects.create(order=order, kind="reinstated")


def expire_orders(*, now: datetime | None = None, dry_run: bool = False) -> list[str]:
    """Cancel what was not paid in time; the numbers of the orders. One that is just being paid is left alone."""
    now = now or timezone.now()
    due = Order.objects.unpaid().filter(payment_due_at__lte=now).order_by("payment_due_at")
    expired = []
    for order in due[:500]:
        if not dry_run:
            try:
                cancel_order(order, reason="expired")
            except Refused as refusal:
                logger.info("order not expired", extra={"order": order.number, "why": str(refusal)})
                continue
        expired.append(order.number)
    return expired


def take_back(cart: Cart) -> Cart | None:
    """The shopper goes on with a cart whose order waits for an online payment: the order is cancelled.

    The cart, open again; None when its order is not the shopper's to take back, so a new cart is needed.
    Raises Refused when the provider cannot be reached.
    """
    order = Order.objects.filter(cart=cart).first()
    if order is None or not (order.is_payable and order.pays_online):
        return None
    cancel_order(order, reason="changed")
    cart.refresh_from_db()
    return cart if cart.is_open else None


def refresh_states(order: Order, *, payments: PaymentSums | None = None) -> None:
    """Compute the order's cached states from their ledgers: the only code that writes them."""
    payment = payment_state(order, payments or _payments(order))
    fulfilment = fulfilment_state(order, _shipments(order))
    if (payment, fulfilment) != (order.payment_state, order.fulfilment_state):
        writes.assign(order, {"payment_state": payment, "fulfilment_state": fulfilment})


def payment_state(order: Order, sums: PaymentSums) -> str:
    """Which word the sums of the payment ledger amount to."""
    state = Order.PaymentState
    if sums.refunded:
        return state.REFUNDED if sums.refunded >= sums.captured else state.PART_REFUNDED
    if sums.captured:
        return state.PAID if sums.captured >= order.total_minor else state.PART_PAID
    if sums.authorized:
        return state.AUTHORIZED
    if order.lifecycle == Order.Lifecycle.CANCELLED:
        return state.VOIDED
    return state.PROMISED if sums.is_promised else state.AWAITING


def fulfilment_state(order: Order, sums: ShipmentSums) -> str:
    """Which word the units of the shipments amount to."""
    state = Order.FulfilmentState
    total = sums.to_ship + sums.packed + sums.shipped + sums.delivered
    if not total:
        has_parcel = any(line.is_shipped_by_parcel for line in order.lines.all())
        return state.UNFULFILLED if has_parcel else state.NOTHING_TO_SHIP
    if sums.delivered == total:
        return state.DELIVERED
    if sums.is_ready:
        return state.READY
    if sums.shipped + sums.delivered == total:
        return state.SHIPPED
    if sums.shipped + sums.delivered:
        return state.PART_SHIPPED
    return state.PACKED if sums.packed == total else state.UNFULFILLED


def _payments(order: Order) -> PaymentSums:
    answers = ask(signals.payment_sums_wanted, order=order)
    return answers[0] if answers else PaymentSums()


def _shipments(order: Order) -> ShipmentSums:
    answers = ask(signals.shipment_sums_wanted, order=order)
    return answers[0] if answers else ShipmentSums()
