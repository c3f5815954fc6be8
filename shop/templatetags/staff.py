"""What the templates of the staff shell are made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from shop import dates, staff
from shop.money import Money, format_money
from shop.shell import FONT_CUT

register = template.Library()
STYLES = re.compile(r"<link\b[^>]*\bstylesheet\b[^>]*>|<style\b.*?</style>", re.DOTALL)


@dataclass(frozen=True)
class StaffShell:
    name: str
    font: str
    places: list[staff.Place]
    foot: list[staff.Place]
    languages: list[tuple[str, str]]
    search_url: str

    @property
    def short_cuts(self) -> list[staff.Place]:
        return [place for place in self.places if place.is_short_cut]


@register.simple_tag(takes_context=True)
def staff_shell(context: template.Context) -> StaffShell | None:
    """What is around every staff page; None for who is not signed in as staff."""
    request: HttpRequest = context["request"]
    is_staff = request.user.is_active and request.user.is_staff
    return StaffShell(
        name=settings.SHOP_NAME,
        font=f"fonts/onest-{FONT_CUT.get(get_language() or '', 'latin')}.woff2",
        places=staff.places(request) if is_staff else [],
        foot=staff.foot(request) if is_staff else [],
        languages=settings.LANGUAGES,
        search_url=reverse("orders:desk"),
    )


@register.simple_tag
def moment_now() -> str:
    """Tuesday 24 November, 14:12."""
    now = timezone.now()
    return gettext("%(day)s, %(time)s") % {"day": dates.long_day(now), "time": dates.clock(now)}


@register.simple_tag(takes_context=True)
def staff_todos(context: template.Context) -> list[staff.Todo]:
    return staff.todos(context["request"])


@register.simple_tag(takes_context=True)
def staff_home(context: template.Context) -> SafeString:
    """The parts of the home page that apps bring."""
    request = context["request"]
    parts = [render_to_string(name, facts, request) for name, facts in staff.home_parts(request)]
    return mark_safe("".join(parts))  # our own templates


@register.filter(is_safe=True)
def without_styles(html: str) -> str:
    """The admin's own pages link style sheets that staff.css replaces; their scripts are kept."""
    return mark_safe(STYLES.sub("", html))


@register.simple_tag
def shape(name: str) -> SafeString:
    """The circle that fills as an order advances: ring, half, most, full."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("staff/shapes.svg"), name
    )


@register.filter
def initials(name: str) -> str:
    """ "Ines Ferreira" is IF, "ines@forma.example" is I."""
    words = name.split("@")[0].split()
    return "".join(word[0] for word in words[:2]).upper()


@register.simple_tag
def thumb(line: Any, size: str = "") -> SafeString:
    """The picture of an order line, a small square: recognised quicker than the name beside it."""
    if not line.picture:
        return mark_safe(f'<span class="thumb" data-size="{size}"></span>')
    width, height = {"m": (40, 40), "l": (52, 65)}.get(size, (28, 28))
    return format_html(
        '<img class="thumb" data-size="{}" src="{}" alt="" width="{}" height="{}" loading="lazy" decoding="async">',
        size,
        default_storage.url(line.picture),
        width,
        height,
    )


@register.filter
def when(moment: datetime) -> str:
    """Sun 22 Nov, 18:41."""
    return dates.moment(moment)


@register.filter
def on_day(day: date) -> str:
    return dates.day(day)


@register.filter
def exact(money: Money) -> SafeString:
    """An amount in a column of amounts: with all its decimals, so that they stand under one another."""
    text = format_money(money.minor, money.currency, get_language() or settings.LANGUAGE_CODE, is_exact=True)
    return format_html(
        '<span data-minor="{}" data-currency="{}">{}</span>', money.minor, money.currency, text
    )


@register.simple_tag
def money_of(minor: int, currency: str) -> SafeString:
    return exact(Money(minor, currency))


register.filter(dates.full_date)
