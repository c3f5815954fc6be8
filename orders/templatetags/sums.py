"""{% load sums %}{% quote_sums quote delivery %}, {% order_sums order %}: the rows that add up to the total."""

from django import template

from orders import sums

register = template.Library()


@register.inclusion_tag("orders/_sums.html")
def quote_sums(quote, delivery=None):
    return {"sums": sums.quote_sums(quote, delivery)}


@register.inclusion_tag("orders/_sums.html")
def order_sums(order):
    return {"sums": sums.order_sums(order)}
