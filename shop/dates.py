"""Days and times in words, as each language writes them. A date never becomes a sentence by gluing pieces."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache

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
    start = _formatted(first, f"EEE{NBSP}d", _locale())
    return _("%(first)s – %(last)s") % {"first": start, "last": day(last)}


def clock(value: datetime) -> str:
    """14:35, in the shop's time."""
    local = _local(value)
    return _time(local.hour, local.minute, _locale())


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
    locale, local = _locale(), _local(value)
    on = local.date() if isinstance(local, datetime) else local
    return _formatted(on, patterns.get(locale, otherwise), locale)


# The same few days stand on every page, and Babel reads its pattern anew for each.
@lru_cache(maxsize=2_000)
def _formatted(value: date, pattern: str, locale: str) -> str:
    return format_date(value, pattern, locale=locale)


@lru_cache(maxsize=5_000)
def _time(hour: int, minute: int, locale: str) -> str:
    return format_time(time(hour, minute), "HH:mm", locale=locale)


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) else value


def _locale() -> str:
    return (get_language() or "en").replace("-", "_")
