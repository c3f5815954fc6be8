"""{% load progress %}{% order_progress steps %}: the way of an order, with the step it is at."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from orders.progress import Step
from shop import dates
from shop.templatetags.ui import icon

register = template.Library()

# What the step an order is at looks like; those behind it have a check.
SIGNS = {"shipped": "truck", "packed": "package", "ready": "store"}


@register.simple_tag
def order_progress(steps: Iterable[Step]) -> SafeString:
    label = escape(_("Progress of the order"))
    return SafeString(f'<ol class="progress" aria-label="{label}">{"".join(map(_item, steps))}\n</ol>')


def _item(step: Step) -> str:
    state = 'current" aria-current="step' if step.state == "now" else step.state
    said = {"done": _("Done:"), "now": _("Now:")}.get(step.state) or _("Next:")
    return (
        f'\n<li class="progress__step" data-state="{state}"><span class="progress__dot">{_sign(step)}</span>'
        f'<span class="progress__name"><span class="sr">{said} </span>{escape(step.label)}</span>'
        f'<span class="progress__when">{_when(step)}</span></li>'
    )


def _sign(step: Step) -> str:
    if step.state == "next":
        return ""
    return icon(SIGNS.get(step.code, "check") if step.state == "now" else "check")


def _when(step: Step) -> str:
    if step.at:
        return f'<time datetime="{dates.stamp(step.at)}">{escape(dates.moment(step.at))}</time>'
    return escape(_("by %(day)s") % {"day": dates.day(step.due_on)}) if step.due_on else ""
