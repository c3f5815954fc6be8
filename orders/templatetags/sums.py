"""{% load sums %}{% quote_sums quote delivery %}, {% order_sums order %}: the rows that add up to the total, the total last."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from orders import sums
from orders.models import Order
from orders.signals import DeliveryQuote
from orders.sums import Sum
from pricing.calculator import Quote
from shop.templatetags.ui import amount

register = template.Library()


@register.simple_tag
def quote_sums(quote: Quote, delivery: DeliveryQuote | None = None) -> SafeString:
    return _list(sums.quote_sums(quote, delivery))


@register.simple_tag
def order_sums(order: Order) -> SafeString:
    return _list(sums.order_sums(order))


def _list(rows: Iterable[Sum]) -> SafeString:
    return SafeString(f'<dl class="sums">{"".join(map(_row, rows))}\n</dl>')


def _row(row: Sum) -> str:
    note = f" <small>{escape(row.note)}</small>" if row.note else ""
    label, figure = escape(row.label), _figure(row)
    if row.is_total:
        return f'\n<div class="sums__total"><dt>{label}{note}</dt><dd data-total>{figure}</dd></div>'
    return f"\n<div><dt>{label}{note}</dt><dd>{figure}</dd></div>"


def _figure(row: Sum) -> str:
    if row.amount or row.is_total:
        return amount(row.amount)
    return f'<span data-minor="0" data-currency="{row.amount.currency}">{pgettext("delivery", "free")}</span>'
