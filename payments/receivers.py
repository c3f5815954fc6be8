"""What payments hears from orders, and answers."""

import logging
from typing import Any

from django.dispatch import receiver
from django.http import HttpRequest

from orders import signals
from orders.models import Order
from orders.signals import OrderPart, PaymentOption, PaymentSums
from payments import (
    options,
    tasks,  # noqa: F401  (registers the outbox handlers and the clock's jobs)
)
from payments.actions.attempts import open_attempt
from payments.actions.moving import capture_for, close_attempts, let_go
from payments.declines import last_decline
from payments.looking import look
from payments.models import Attempt
from payments.starting import start_payment
from payments.sums import sums
from shop import sql
from shop.errors import Refused
from shop.money import Money

logger = logging.getLogger(__name__)
_LAST = sql.Select(Attempt, "WHERE order_id = %s ORDER BY number DESC LIMIT 1")


@receiver(signals.payment_options_wanted)
def offer_ways_to_pay(basket: Any, delivery: Any, total: Money, **kwargs: Any) -> list[PaymentOption]:
    return options.options_for_basket(basket, delivery, total)


@receiver(signals.payment_sums_wanted)
def tell_the_sums(order: Order, **kwargs: Any) -> list[PaymentSums]:
    return [sums(order)]


@receiver(signals.order_placed)
def open_the_first_attempt(order: Order, payment: PaymentOption, **kwargs: Any) -> None:
    order.first_attempt = open_attempt(order, payment, number=1)


@receiver(signals.payment_start_wanted)
def start_at_once(order: Order, request: HttpRequest, **kwargs: Any) -> list[dict[str, str]]:
    """Sent after the order is there, so nothing here may fail the answer that tells of it.

    What is wrong is told by the next press of the button, which asks again.
    """
    try:
        return [start_payment(request, order)]
    except Refused:
        return []
    except Exception:
        logger.exception("could not start the payment", extra={"order": order.number})
        return []


@receiver(signals.payment_look_wanted)
def look_at_the_payment(order: Order, **kwargs: Any) -> list[Order]:
    return [look(order)]


@receiver(signals.goods_leaving)
def collect_before_goods_leave(order: Order, amount: Money, key: str, **kwargs: Any) -> None:
    capture_for(order, amount, key=key)


@receiver(signals.cancel_wanted)
def let_go_of_the_money(order: Order, reason: str, actor: Any = None, **kwargs: Any) -> None:
    let_go(order, reason=reason, actor=actor)


@receiver(signals.order_cancelled)
def start_nothing_more(order: Order, **kwargs: Any) -> None:
    close_attempts(order)


@receiver(signals.order_parts_wanted)
def show_the_payments(order: Order, for_staff: bool, **kwargs: Any) -> list[OrderPart]:
    if for_staff:
        attempts = order.attempts.prefetch_related("events", "refunds__actor", "captures")
        context = {"attempts": attempts, "sums": sums(order), "order": order}
        return [OrderPart("payment", "staff/_payment.html", context)]
    last = _LAST.first(order.pk)
    is_owed_by_transfer = order.payment_method == "bank_transfer" and order.is_payable
    context = {
        "order": order,
        "attempt": last,
        "bank": options.bank_details(order) if is_owed_by_transfer else None,
        "decline": last_decline(order),
        "refunded": _refunded(order),
    }
    return [OrderPart("payment", "payments/_order_payment.html", context)]


def _refunded(order: Order) -> Money | None:
    states = Order.PaymentState
    if order.payment_state not in (states.PART_REFUNDED, states.REFUNDED):
        return None
    return Money(sums(order).refunded, order.currency)
