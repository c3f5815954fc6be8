"""An order by the secret in its link, with its lines: what every page of a buyer begins with."""

from __future__ import annotations

from django.http import Http404

from orders.models import Order, OrderLine
from shop import sql

_BY_TOKEN = sql.Select(Order, "WHERE token = %s")
_LINES = sql.Select(OrderLine, "WHERE order_id = %s ORDER BY position, id")


def order_by_token(token: str) -> Order:
    """Raises Http404 for a token that names no order."""
    order = _BY_TOKEN.first(token)
    if order is None:
        raise Http404
    attach_lines(order)
    return order


def attach_lines(order: Order) -> None:
    """Read the lines, which know their order."""
    lines = _LINES.all(order.pk)
    for line in lines:
        line.order = order
    sql.attach(order, "lines", lines)
