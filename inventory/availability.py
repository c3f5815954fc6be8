"""What a shopper may be told of the stock: can I have it, how many, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from inventory.models import Policy, StockRow, free_units, stock_query, stock_rows
from shop import sql


class State(StrEnum):
    IN_STOCK = "in_stock"
    LOW = "low"
    BACKORDER = "backorder"
    PREORDER = "preorder"
    OUT = "out"
    UNTRACKED = "untracked"


@dataclass(frozen=True, slots=True)
class Availability:
    """The stock of one variant. `free` counts what can be promised, `None` where nobody counts."""

    state: State
    free: int | None = None
    on_shelf: int = 0  # of the free units, those that can leave today
    by_location: dict[int, int] = field(default_factory=dict)  # {location id: free units on its shelf}
    lead_days: int | None = None
    preorder_at: date | None = None

    @property
    def can_buy(self) -> bool:
        return self.state != State.OUT

    @property
    def text(self) -> str:
        """In the active language, as pages show it."""
        return _TEXTS[self.state](self)

    def leaves_on(self, day: date) -> date | None:
        """The first day on which goods ordered on `day` can leave; None when they cannot be had."""
        if self.state == State.OUT:
            return None
        if self.state == State.PREORDER:
            return max(day, self.preorder_at) if self.preorder_at else day
        return day + timedelta(days=self.lead_days or 0) if self.state == State.BACKORDER else day


_TEXTS = {
    State.IN_STOCK: lambda stock: gettext("In stock"),
    State.LOW: lambda stock: (
        ngettext("Only %(count)d left", "Only %(count)d left", stock.on_shelf) % {"count": stock.on_shelf}
    ),
    State.BACKORDER: lambda stock: _backorder_text(stock.lead_days),
    State.PREORDER: lambda stock: (
        gettext("Pre-order, ships %(day)s") % {"day": date_format(stock.preorder_at, "j E")}
    ),
    State.OUT: lambda stock: gettext("Sold out"),
    State.UNTRACKED: lambda stock: gettext("In stock"),
}


def _backorder_text(lead_days: int | None) -> str:
    if not lead_days:
        return gettext("Back-order")
    text = ngettext(
        "Back-order, ships in about %(days)d day", "Back-order, ships in about %(days)d days", lead_days
    )
    return text % {"days": lead_days}


def availability(
    variants: Iterable[Any], *, owner: str = "", today: date | None = None
) -> dict[int, Availability]:
    """{variant id: Availability} of variants or their ids, in one query; in none where `levels` are prefetched.

    What `owner` holds at the checkout counts as free for it. So does a hold that has run out, for everybody.
    """
    variants = list(variants)
    if variants and all(
        "levels" in getattr(variant, "_prefetched_objects_cache", ()) for variant in variants
    ):
        rows = (row for variant in variants for row in _prefetched(variant))
    else:
        ids = [getattr(variant, "pk", variant) for variant in variants]
        rows = stock_rows(sql.rows(*stock_query(sql.these(ids), owner))) if ids else iter(())
    return availability_of(rows, today)


def availability_of(rows: Iterable[StockRow], today: date | None = None) -> dict[int, Availability]:
    """The same from rows that were read."""
    today = today or timezone.localdate()
    stock: dict[int, list[StockRow]] = {}
    for row in rows:
        stock.setdefault(row.variant_id, []).append(row)
    return {variant_id: _summed_up(rows, today) for variant_id, rows in stock.items()}


def _prefetched(variant: Any) -> list[StockRow]:
    facts = (variant.pk, variant.stock_policy, variant.lead_days, variant.preorder_at)
    levels = variant.levels.all()
    if not levels:
        return [StockRow(*facts, None, 0, 0)]
    return [
        StockRow(
            *facts, level.location_id, level.on_hand - level.allocated - level.held, level.backorder_limit
        )
        for level in levels
    ]


def _summed_up(rows: list[StockRow], today: date) -> Availability:
    first = rows[0]
    if first.policy == Policy.UNTRACKED:
        return Availability(State.UNTRACKED)
    by_location = {row.location_id: max(0, row.shelf) for row in rows if row.location_id is not None}
    on_shelf = sum(by_location.values())
    free = sum(max(0, free_units(row.policy, row.shelf, row.limit)) for row in rows)
    is_preorder = first.policy == Policy.PREORDER and first.preorder_at and first.preorder_at > today
    state = State.PREORDER if is_preorder and free else kind_of(on_shelf, free)
    return Availability(state, free, on_shelf, by_location, first.lead_days, first.preorder_at)


def kind_of(on_shelf: int, free: int) -> State:
    """What a shopper reads of these sums, calendar aside."""
    if free <= 0:
        return State.OUT
    if on_shelf <= 0:
        return State.BACKORDER
    return State.LOW if on_shelf <= settings.LOW_STOCK_SHOWN else State.IN_STOCK
