"""What the provider says of an order that a shopper waits for, at once: the page need not wait for a webhook."""

from __future__ import annotations

import logging

import stripe

from orders.finding import attach_lines
from orders.models import Order
from payments.actions.sync import sync
from payments.errors import GatewayDown
from payments.models import Attempt
from shop import sql

logger = logging.getLogger(__name__)
_NEWEST = sql.Select(
    Attempt,
    "WHERE order_id = %s AND gateway = 'stripe' AND reference IS NOT NULL ORDER BY number DESC LIMIT 1",
)


def look(order: Order) -> Order:
    """Sync the newest attempt that the provider knows; the order, read with its lines, as it is then.

    A provider that is away, or does not know the payment, leaves it as it was. Call with no transaction open.
    """
    attempt = _NEWEST.first(order.pk)
    if attempt is None:
        return order
    try:
        now = sync(attempt).order
    except GatewayDown:
        logger.warning("could not look at the payment", extra={"order": order.number})
        return order
    except stripe.StripeError:  # a key of another account, say: the shopper's page is no place to say so
        logger.exception("the provider refuses to tell of the payment", extra={"order": order.number})
        return order
    attach_lines(now, [*order.lines.all()])
    return now
