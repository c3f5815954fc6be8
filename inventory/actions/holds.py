"""Units kept for shoppers at the checkout, for a while."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from inventory.actions.shelf import Shelf
from inventory.models import Hold
from shop import sql

BATCH = 200  # holds swept in one transaction


def hold(owner: str, wanted: Mapping[int, int], *, now: datetime | None = None) -> datetime:
    """Keep {variant id: units} for `owner`, in place of what was kept before; until when.

    All or nothing. Variants that nobody counts are passed over. Raises OutOfStock: then the owner still
    has what it had before. `now` stands in for the database's time.
    """
    wanted = {variant_id: quantity for variant_id, quantity in wanted.items() if quantity > 0}
    mine = _of(owner)
    return _renew(owner, wanted, mine, now) or _replace(owner, wanted, mine, now)


def extend_holds(owner: str, *, now: datetime | None = None) -> datetime | None:
    """The owner is still there: its holds start anew. None when it has none that is alive."""
    mine = _of(owner)
    return _renew(owner, _units(mine), mine, now)


@transaction.atomic
def release_holds(owner: str, *, cause: str = "released") -> None:
    """The owner does not want them any more."""
    mine = _of(owner)
    if mine:
        shelf = Shelf(_units(mine), owner=owner)
        shelf.let_go(shelf.held, cause=cause)
        shelf.write()


def expire_holds(now: datetime | None = None) -> int:
    """Free what shoppers left behind; how many holds that were."""
    expired = 0
    while done := _expire_some(now):
        expired += done
    return expired


@transaction.atomic
def _expire_some(now: datetime | None) -> int:
    due = Hold.objects.expired(now).order_by("expires_at", "pk")[:BATCH]
    variants = set(due.values_list("level__variant_id", flat=True))
    if not variants:
        return 0
    shelf = Shelf(variants)
    done = shelf.let_go(shelf.holds().expired(now), cause="expired")
    shelf.write()
    return done


class Held(NamedTuple):
    """A hold, with the database's time when it was read."""

    pk: int
    variant_id: int
    quantity: int
    expires_at: datetime
    read_at: datetime


_OF = """
    SELECT hold.id, level.variant_id, hold.quantity, hold.expires_at, {now}
    FROM inventory_hold hold JOIN inventory_level level ON level.id = hold.level_id WHERE hold.owner = %s
"""


def _of(owner: str) -> list[Held]:
    rows = sql.rows(_OF.format(now=sql.now()), [owner])
    return [
        Held(pk, variant_id, quantity, sql.when(expires_at), sql.when(now))
        for pk, variant_id, quantity, expires_at, now in rows
    ]


def _units(holds: list[Held]) -> dict[int, int]:
    units: dict[int, int] = {}
    for held in holds:
        units[held.variant_id] = units.get(held.variant_id, 0) + held.quantity
    return units


def _renew(owner: str, wanted: Mapping[int, int], mine: list[Held], now: datetime | None) -> datetime | None:
    """The usual case: the same things are still held. No level changes, so none is locked."""
    if not mine or _units(mine) != wanted:
        return None
    now = now or mine[0].read_at
    if any(held.expires_at <= now for held in mine):
        return None  # before any is written: holds are locked after levels, never before
    expires_at = now + timedelta(minutes=settings.HOLD_MINUTES)
    alive = Hold.objects.filter(pk__in=[held.pk for held in mine], expires_at__gt=now)
    return expires_at if alive.update(expires_at=expires_at) == len(mine) else None


def _replace(owner: str, wanted: Mapping[int, int], mine: list[Held], now: datetime | None) -> datetime:
    # A refusal comes before anything is written, so in a transaction no savepoint is needed.
    with nullcontext() if connection.in_atomic_block else transaction.atomic():
        return _replace_under_lock(owner, wanted, mine, now)


def _replace_under_lock(
    owner: str, wanted: Mapping[int, int], mine: list[Held], now: datetime | None
) -> datetime:
    shelf = Shelf({*wanted, *_units(mine)}, owner=owner)
    shelf.let_go(shelf.held, cause="replaced")
    chosen = shelf.pick(wanted, now=now)
    expires_at = (now or shelf.now or timezone.now()) + timedelta(minutes=settings.HOLD_MINUTES)
    shelf.keep(owner, chosen, expires_at)
    shelf.write()
    return expires_at
