"""Days and times in words, as each language writes them. A date never becomes a sentence by gluing pieces."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date, format_datetime, format_time
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

NBSP = "\u00a0"  # a number stays with its month, and a short weekday with its number
# Abbreviated months read badly in Russian ("26 нояб."), so a short day has the whole word there.
SHORT_DAY = {"en": f"EEE{NBSP}d{NBSP}MMM", "ru": f"EEE{NBSP}d{NBSP}MMMM"}
LONG_DAY = {"en": f"EEEE d{NBSP}MMMM", "ru": f"EEEE, d{NBSP}MMMM"}


def day(value: date | datetime) -> str:
    """Thu 26 Nov; чт 26 ноября."""
    return _date(value, SHORT_DAY, f"EEE{NBSP}d{NBSP}MMM")


def long_day(value: date | datetime) -> str:
    """Thursday 26 November; четверг, 26 ноября."""
    return _date(value, LONG_DAY, f"EEEE d{NBSP}MMMM")


def full_date(value: date | datetime) -> str:
    """With the year, for what may be read much later: 22 November 2026."""
    return format_date(_local(value), "d MMMM y", locale=_locale())


def days(first: date | None, last: date | None) -> str:
    """A span: Thu 26 – Fri 27 Nov. One day when both are the same or one is missing; "" for neither."""
    if first is None or last is None or first == last:
        only = last or first
        return day(only) if only else ""
    if (first.year, first.month) != (last.year, last.month):
        return _("%(first)s – %(last)s") % {"first": day(first), "last": day(last)}
    start = format_date(first, f"EEE{NBSP}d", locale=_locale())
    return _("%(first)s – %(last)s") % {"first": start, "last": day(last)}


def clock(value: datetime) -> str:
    """14:35, in the shop's time."""
    return format_time(_local(value), "HH:mm", locale=_locale())


def moment(value: datetime) -> str:
    """Sun 22 Nov, 10:42."""
    return _("%(day)s, %(time)s") % {"day": day(value), "time": clock(value)}


def full_moment(value: datetime) -> str:
    """22 November 2026, 10:42."""
    return format_datetime(_local(value), "d MMMM y, HH:mm", locale=_locale())


def stamp(value: datetime) -> str:
    """For machines, in a <time datetime>: 2026-11-22T10:42:07+00:00."""
    return _local(value).isoformat(timespec="seconds")


def _date(value: date | datetime, patterns: dict[str, str], otherwise: str) -> str:
    return format_date(_local(value), patterns.get(_locale(), otherwise), locale=_locale())


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) else value


def _locale() -> str:
    return (get_language() or "en").replace("-", "_")
