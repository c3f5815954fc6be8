"""{% load dates %}: {{ order.placed_at|moment }}, {{ order.promised_from|days:order.promised_to }}."""

from django import template

from shop import dates

register = template.Library()


def _unless_empty(write):
    """A day that is not known is written as nothing."""

    def written(value):
        return write(value) if value else ""

    return written


register.filter("days", dates.days)
for _name in ("day", "long_day", "full_date", "clock", "moment", "full_moment", "stamp"):
    register.filter(_name, _unless_empty(getattr(dates, _name)))
