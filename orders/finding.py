"""An order by the secret in its link, with its lines: what every page of a buyer begins with."""

from __future__ import annotations

from django.http import Http404

from orders.models import Order, OrderLine
from shop import sql, versions

_BY_TOKEN = sql.Select(Order, "WHERE token = %s")
LINES = sql.Select(OrderLine, "WHERE order_id = %s ORDER BY position, id")
_LINES_BY_TOKEN = sql.Select(
    OrderLine, "WHERE order_id = (SELECT id FROM orders_order WHERE token = %s) ORDER BY position, id"
)


def order_by_token(token: str) -> Order:
    """Raises Http404 for a token that names no order."""
    orders, lines = versions.together(_BY_TOKEN.query(token), _LINES_BY_TOKEN.query(token))
    if not orders:
        raise Http404
    order = _BY_TOKEN.made(orders)[0]
    attach_lines(order, _LINES_BY_TOKEN.made(lines))
    return order


def attach_lines(order: Order, lines: list[OrderLine]) -> None:
    """Give the order its lines, which know their order."""
    for line in lines:
        line.order = order
    sql.attach(order, "lines", lines)
