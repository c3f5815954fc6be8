"""What people do at the shelf: receive, count, put back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from inventory.actions.shelf import Shelf
from inventory.errors import NotOnTheShelf
from inventory.models import Level, Location, Movement

Kind = Movement.Kind


def receive(variant: Any, location: Location, quantity: int, cause: str, user: Any = None) -> None:
    """Goods came in. The same `cause` twice is the same as once."""
    _add(variant, location, quantity, Kind.RECEIVED, cause, user)


def restock(variant: Any, location: Location, quantity: int, cause: str, user: Any = None) -> None:
    """Goods came back and can be sold again. The same `cause` twice is the same as once."""
    _add(variant, location, quantity, Kind.RETURNED, cause, user)


def set_on_hand(variant: Any, location: Location, quantity: int, cause: str, user: Any = None) -> None:
    """Somebody counted: there are `quantity` units. The same `cause` twice is the same as once.

    Raises NotOnTheShelf when more than that is promised to shoppers and orders: release those first.
    """
    set_all_on_hand(location, {variant.pk: quantity}, cause, user)


@transaction.atomic
def set_all_on_hand(location: Location, counted: Mapping[int, int], cause: str, user: Any = None) -> None:
    """The same for several variants at once, {variant id: units}: all of them, or nothing."""
    if any(quantity < 0 for quantity in counted.values()):
        raise ValueError("There cannot be fewer than no units.")
    Level.objects.bulk_create(
        (Level(variant_id=pk, location=location) for pk in sorted(counted)), ignore_conflicts=True
    )
    shelf = Shelf(counted)
    done = set(
        Movement.objects.filter(level__in=shelf.levels, kind=Kind.COUNTED, cause=cause).values_list(
            "level_id", flat=True
        )
    )
    for level in shelf.levels.values():
        if level.location_id == location.pk and level.pk not in done:
            _count(shelf, level, counted[level.variant_id], cause, user)
    shelf.write()


def _count(shelf: Shelf, level: Level, quantity: int, cause: str, user: Any) -> None:
    if level.allocated + level.held > quantity + level.backorder_limit:
        shelf.let_go(shelf.holds().filter(level=level).expired(), cause="expired")
    promised = level.allocated + level.held
    if promised > quantity + level.backorder_limit:
        raise NotOnTheShelf(_("%(units)s units are promised to orders and shoppers.") % {"units": promised})
    shelf.move(level.pk, Kind.COUNTED, cause, on_hand=quantity - level.on_hand, user=user)


@transaction.atomic
def set_backorder_limit(variant: Any, location: Location, limit: int) -> None:
    """How many units may be promised beyond the shelf. Raises NotOnTheShelf when more are promised already."""
    shelf, level = _shelf(variant, location)
    if level.backorder_limit == limit:
        return
    promised = level.allocated + level.held
    if promised > level.on_hand + limit:
        raise NotOnTheShelf(_("%(units)s units are promised to orders and shoppers.") % {"units": promised})
    Level.objects.filter(pk=level.pk).update(backorder_limit=limit)
    level.backorder_limit = limit
    shelf.tell()


@transaction.atomic
def _add(variant: Any, location: Location, quantity: int, kind: str, cause: str, user: Any) -> None:
    if quantity < 1:
        raise ValueError("At least one unit comes in.")
    shelf, level = _shelf(variant, location)
    if not shelf.is_done(kind, cause):
        shelf.move(level.pk, kind, cause, on_hand=quantity, user=user)
        shelf.write()


def _shelf(variant: Any, location: Location) -> tuple[Shelf, Level]:
    """All levels of the variant, locked, and the one at `location`, made if there was none."""
    Level.objects.get_or_create(variant=variant, location=location)
    shelf = Shelf([variant.pk])
    return shelf, next(level for level in shelf.levels.values() if level.location_id == location.pk)
