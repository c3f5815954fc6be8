"""When will it be there? Pure: the clock, the calendar and the goods are given.

An order leaves on a working day: today if it is confirmed before the cut-off, else on the next one, and
never before its goods are there (back-order, pre-order). Travel is counted in working days after that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings

SATURDAY = 5
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The working days of a country: Monday to Friday without its public holidays."""

    country: str

    def is_working(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in _public_holidays(self.country, day.year)

    def first_working(self, day: date) -> date:
        """`day`, or the next working day after it."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def after(self, day: date, days: int) -> date:
        """The working day that is `days` working days after `day`; 0 is `day` or the first one after it."""
        day = self.first_working(day)
        for _step in range(days):
            day = self.first_working(day + ONE_DAY)
        return day


@dataclass(frozen=True)
class Promise:
    """From when until when the shopper may expect the goods, and the day they leave the house."""

    leaves_on: date
    earliest: date
    latest: date


def house_calendar() -> Calendar:
    """Goods leave from here, so the working days here count."""
    return Calendar(settings.COUNTRY)


def leaves_on(
    now: datetime, *, cutoff: time | None, calendar: Calendar, zone: ZoneInfo, ready_on: date | None = None
) -> date:
    """The working day on which an order confirmed at `now` leaves. Without a cut-off it is never today."""
    local = now.astimezone(zone)
    day = local.date()
    if not (cutoff and local.time() < cutoff and calendar.is_working(day)):
        day = calendar.first_working(day + ONE_DAY)
    if ready_on and ready_on > day:
        day = calendar.first_working(ready_on)
    return day


def promise(
    now: datetime,
    *,
    cutoff: time | None,
    min_days: int,
    max_days: int,
    calendar: Calendar,
    zone: ZoneInfo,
    ready_on: date | None = None,
) -> Promise:
    """When an order confirmed at `now` arrives, `min_days` to `max_days` working days after it left."""
    leaving = leaves_on(now, cutoff=cutoff, calendar=calendar, zone=zone, ready_on=ready_on)
    return Promise(leaving, calendar.after(leaving, min_days), calendar.after(leaving, max_days))


def collect_on(
    now: datetime,
    *,
    ready_hours: int,
    cutoff: time | None,
    calendar: Calendar,
    zone: ZoneInfo,
    ready_on: date | None = None,
) -> date:
    """The working day on which it waits on the counter: today if it is ready before the counter closes."""
    finished = now + timedelta(hours=ready_hours)
    if finished.astimezone(zone).date() > now.astimezone(zone).date():
        cutoff = None
    return leaves_on(now, cutoff=cutoff, calendar=calendar, zone=zone, ready_on=ready_on)


@lru_cache(maxsize=64)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    """None for a country that the calendar does not know: then only weekends are free."""
    try:
        return frozenset(holidays.country_holidays(country, years=year, expand=False))
    except NotImplementedError:
        return frozenset()
