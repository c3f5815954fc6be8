"""Units promised to order lines: promised at placement, shipped or released later."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from inventory.actions.shelf import Shelf
from inventory.errors import NotOnTheShelf
from inventory.models import Allocation, Movement
from shop import writes

Kind = Movement.Kind
Lines = list[tuple[int, int, int]]  # order line id, variant id, units


def allocate(
    lines: Iterable[tuple[int, int | None, int]],
    *,
    owner: str | None = None,
    cause: str,
    location_id: int | None = None,
    user: Any = None,
) -> None:
    """Promise stock to (order line id, variant id, units): all of them, or none with OutOfStock.

    Call it inside the transaction that the order is made in. What `owner` holds is used up first;
    `location_id` is where the goods are wanted: whatever it has is taken from there. A line is brought up to its
    units: twice is the same as once, and after a release it is promised anew, where it was promised before if
    that can be. Lines that nobody counts are passed over.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("allocate() belongs into the order's transaction.")
    counted: Lines = [(line, variant, units) for line, variant, units in lines if variant is not None]
    shelf = Shelf(
        (variant_id for _line, variant_id, _units in counted),
        owner=owner or "",
        line_ids=[line_id for line_id, _variant, _units in counted],
    )
    before = shelf.promised
    missing = _missing(counted, before)
    if not missing:
        return
    shelf.let_go(shelf.held, cause=cause)
    chosen = shelf.pick(_by_variant(missing), location_id=location_id or _place_of(before, shelf))
    name = _once(cause, sum(allocation.quantity for allocation in before))
    for level_id, units in chosen.items():
        shelf.move(level_id, Kind.ALLOCATED, name, allocated=units, user=user)
    with writes.gathered():
        _record(_dealt(shelf, missing, chosen), before)
        shelf.write()


@transaction.atomic
def release_allocations(line_ids: Collection[int], cause: str, user: Any = None) -> None:
    """Let go of all that these order lines still have a promise for."""
    shelf = _shelf_of(line_ids)
    allocations = list(Allocation.objects.of_lines(line_ids))
    name = _once(cause, sum(allocation.released for allocation in allocations))
    opened = [allocation for allocation in allocations if allocation.open]
    for allocation in opened:
        shelf.move(allocation.level_id, Kind.RELEASED, name, allocated=-allocation.open, user=user)
        allocation.released += allocation.open
    Allocation.objects.bulk_update(opened, ["released"])
    shelf.write()


@transaction.atomic
def ship_allocations(parts: Iterable[tuple[int, int | None, int]], cause: str, user: Any = None) -> None:
    """These units leave: (order line id, location id, units). The same `cause` twice is the same as once.

    Lines that nobody counts are passed over. Raises NotOnTheShelf when the location has not promised them
    or does not have them yet; then nothing has left.
    """
    parts = list(parts)
    line_ids = {line_id for line_id, _location, _units in parts}
    shelf = _shelf_of(line_ids)
    if shelf.is_done(Kind.SHIPPED, cause):
        return
    allocations = list(Allocation.objects.of_lines(line_ids).select_related("line", "level__location"))
    counted = {allocation.line_id for allocation in allocations}
    by_place = {(allocation.line_id, allocation.level.location_id): allocation for allocation in allocations}
    for line_id, location_id, units in parts:
        if line_id in counted:
            _ship(shelf, by_place.get((line_id, location_id)), units, cause, user)
    Allocation.objects.bulk_update(allocations, ["shipped"])
    shelf.write()


def _ship(shelf: Shelf, allocation: Allocation | None, units: int, cause: str, user: Any) -> None:
    if allocation is None or allocation.open < units:
        raise NotOnTheShelf(_("This location has not promised as many units to the order."))
    if shelf.levels[allocation.level_id].on_hand < units:
        text = _("%(sku)s: %(location)s does not have %(units)s on its shelf yet.")
        place = allocation.level.location
        raise NotOnTheShelf(text % {"sku": allocation.line.sku, "location": place, "units": units})
    shelf.move(allocation.level_id, Kind.SHIPPED, cause, on_hand=-units, allocated=-units, user=user)
    allocation.shipped += units


def _shelf_of(line_ids: Collection[int]) -> Shelf:
    """The levels that serve these lines, locked. Allocations change only under these locks."""
    of_lines = Allocation.objects.of_lines(line_ids)
    return Shelf(of_lines.values_list("level__variant_id", flat=True))


def _missing(lines: Lines, before: list[Allocation]) -> Lines:
    """What is not promised yet; the usual answer is: all of it."""
    promised: dict[int, int] = {}
    for allocation in before:
        promised[allocation.line_id] = (
            promised.get(allocation.line_id, 0) + allocation.quantity - allocation.released
        )
    missing = [
        (line_id, variant_id, units - promised.get(line_id, 0)) for line_id, variant_id, units in lines
    ]
    return [line for line in missing if line[2] > 0]


def _place_of(before: list[Allocation], shelf: Shelf) -> int | None:
    """The one location that these lines were promised at, if it was one."""
    places = {shelf.levels[allocation.level_id].location_id for allocation in before}
    return places.pop() if len(places) == 1 else None


def _by_variant(lines: Lines) -> dict[int, int]:
    wanted: dict[int, int] = {}
    for _line_id, variant_id, units in lines:
        wanted[variant_id] = wanted.get(variant_id, 0) + units
    return wanted


def _dealt(shelf: Shelf, lines: Lines, chosen: dict[int, int]) -> dict[tuple[int, int], int]:
    """{(line id, level id): units}: the chosen units dealt out to the lines of their variant."""
    left, dealt = dict(chosen), {}
    for line_id, variant_id, units in lines:
        for level_id in chosen:
            taken = min(units, left[level_id]) if shelf.levels[level_id].variant_id == variant_id else 0
            if taken:
                dealt[line_id, level_id] = taken
                left[level_id] -= taken
                units -= taken
    return dealt


def _record(dealt: dict[tuple[int, int], int], before: list[Allocation]) -> None:
    known = {(allocation.line_id, allocation.level_id): allocation for allocation in before}
    for key in known.keys() & dealt.keys():
        known[key].quantity += dealt.pop(key)
    if known:
        Allocation.objects.bulk_update(known.values(), ["quantity"])
    writes.append(
        *(
            Allocation(line_id=line_id, level_id=level_id, quantity=units)
            for (line_id, level_id), units in dealt.items()
        )
    )


def _once(cause: str, happened: int) -> str:
    """A movement's cause is used once: what happens to the same lines again says after how many units."""
    return f"{cause}:after:{happened}" if happened else cause
