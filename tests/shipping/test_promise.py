"""When goods leave and arrive. Days are those of Portugal: 1, 8 and 25 December 2026 are free there."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipping.promise import Calendar, collect_on, leaves_on, promise

LISBON = ZoneInfo("Europe/Lisbon")
PORTUGAL = Calendar("PT")
TWO = time(14, 0)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=LISBON)


def leaving(now: datetime, cutoff: time | None = TWO, **more) -> date:
    return leaves_on(now, cutoff=cutoff, calendar=PORTUGAL, zone=LISBON, **more)


def arriving(now: datetime, *, min_days: int = 1, max_days: int = 3, **more) -> tuple[date, date]:
    made = promise(
        now, cutoff=TWO, min_days=min_days, max_days=max_days, calendar=PORTUGAL, zone=LISBON, **more
    )
    return made.earliest, made.latest


def test_an_order_before_the_cut_off_leaves_today():
    assert leaving(at(24, 13, 59)) == date(2026, 11, 24)


def test_an_order_at_the_cut_off_leaves_tomorrow():
    assert leaving(at(24, 14, 0)) == date(2026, 11, 25)


def test_without_a_cut_off_nothing_leaves_the_same_day():
    assert leaving(at(24, 8), cutoff=None) == date(2026, 11, 25)


def test_an_order_on_friday_afternoon_leaves_on_monday():
    assert leaving(at(27, 15)) == date(2026, 11, 30)


def test_an_order_on_saturday_morning_leaves_on_monday():
    assert leaving(at(28, 9)) == date(2026, 11, 30)


def test_nothing_leaves_on_a_public_holiday():
    assert leaving(at(1, 9, month=12)) == date(2026, 12, 2)
    assert leaving(at(30, 15)) == date(2026, 12, 2)  # Monday afternoon; Tuesday 1 December is free


def test_the_cut_off_is_read_on_the_clock_of_the_house():
    noon_in_vladivostok = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Asia/Vladivostok"))  # 2:00 in Lisbon
    assert leaving(noon_in_vladivostok) == date(2026, 11, 24)
    late_in_new_york = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("America/New_York"))  # 15:00 in Lisbon
    assert leaving(late_in_new_york) == date(2026, 11, 25)


def test_back_ordered_goods_leave_when_they_are_there():
    assert leaving(at(24, 9), ready_on=date(2026, 12, 15)) == date(2026, 12, 15)


def test_goods_that_come_in_on_a_holiday_leave_on_the_working_day_after_it():
    assert leaving(at(24, 9), ready_on=date(2026, 12, 8)) == date(2026, 12, 9)


def test_a_pre_order_that_is_out_already_moves_nothing():
    assert leaving(at(24, 9), ready_on=date(2026, 11, 20)) == date(2026, 11, 24)


def test_travel_is_counted_in_working_days():
    assert arriving(at(26, 9)) == (date(2026, 11, 27), date(2026, 12, 2))  # over a weekend and 1 December


def test_a_country_without_known_holidays_has_weekends():
    nowhere = Calendar("XX")
    assert nowhere.is_working(date(2026, 12, 25))
    assert not nowhere.is_working(date(2026, 12, 26))


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (at(24, 10), date(2026, 11, 24)),
        (at(24, 17), date(2026, 11, 25)),  # the counter closes
        (at(24, 23), date(2026, 11, 25)),
        (at(27, 18), date(2026, 11, 30)),
    ],
)
def test_a_pick_up_waits_on_the_counter_from_the_day_it_is_ready(now, day):
    assert collect_on(now, ready_hours=2, cutoff=time(17, 0), calendar=PORTUGAL, zone=LISBON) == day


moments = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))
cutoffs = st.none() | st.times()
countries = st.sampled_from(["PT", "RU", "DE", "US", "XX"])
zones = st.sampled_from(["Europe/Lisbon", "Europe/Moscow", "America/Los_Angeles"])
days_ahead = st.none() | st.integers(0, 400)


@given(moments, cutoffs, countries, zones, days_ahead, st.integers(0, 10), st.integers(0, 10))
def test_whatever_the_moment_a_promise_is_made_of_working_days_in_order(
    now, cutoff, country, zone, ahead, min_days, more
):
    calendar, house = Calendar(country), ZoneInfo(zone)
    today = now.astimezone(house).date()
    ready_on = None if ahead is None else today + timedelta(days=ahead)
    made = promise(
        now, cutoff=cutoff, min_days=min_days, max_days=min_days + more, calendar=calendar, zone=house,
        ready_on=ready_on,
    )  # fmt: skip
    assert today <= made.leaves_on <= made.earliest <= made.latest
    assert all(calendar.is_working(day) for day in (made.leaves_on, made.earliest, made.latest))
    assert ready_on is None or made.leaves_on >= ready_on
    if ready_on is None:
        # It never waits longer than the days off between: all days skipped after tomorrow are free.
        skipped = (today + timedelta(days=n) for n in range(1, (made.leaves_on - today).days))
        assert not any(calendar.is_working(day) for day in skipped)


@given(moments, st.times(), days_ahead, st.integers(0, 5))
def test_later_orders_never_arrive_earlier(now, cutoff, ahead, min_days):
    def day(moment):
        return promise(
            moment, cutoff=cutoff, min_days=min_days, max_days=min_days, calendar=PORTUGAL, zone=LISBON,
            ready_on=None if ahead is None else date(2027, 1, 1) + timedelta(days=ahead),
        ).latest  # fmt: skip

    assert day(now) <= day(now + timedelta(hours=1)) <= day(now + timedelta(days=1))
