"""From which shelves a cart is served. Pure: no database, so that every rule is easy to try."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """What one level can still promise."""

    level_id: int
    variant_id: int
    location_id: int
    rank: tuple[int, int, int]  # lower serves first
    shelf: int  # units that are there
    beyond: int = 0  # units that may be promised before they are there


def choose(
    wanted: Mapping[int, int], rooms: Iterable[Room], *, one_parcel: bool = True
) -> dict[int, int] | None:
    """{level id: units}, or None when something is short.

    What is on the shelf goes before what is yet to come; one location that has everything goes before
    several (one parcel instead of two), unless the goods meet at one place anyway; lower rank goes before higher.
    """
    rooms = sorted(rooms, key=lambda room: room.rank)
    if shortages(wanted, rooms):
        return None
    return (one_parcel and _from_one_place(wanted, rooms)) or _from_several(wanted, rooms)


def shortages(wanted: Mapping[int, int], rooms: Iterable[Room]) -> dict[int, int]:
    """{variant_id: units that are free} of every variant that is short."""
    free = dict.fromkeys(wanted, 0)
    for room in rooms:
        if room.variant_id in free:
            free[room.variant_id] += room.shelf + room.beyond
    return {variant_id: free[variant_id] for variant_id, want in wanted.items() if free[variant_id] < want}


def _from_one_place(wanted: Mapping[int, int], rooms: list[Room]) -> dict[int, int] | None:
    """All from the shelves of one location, where one has it all."""
    places: dict[int, dict[int, int]] = {}
    for room in rooms:
        quantity = wanted.get(room.variant_id)
        if quantity and room.shelf >= quantity:
            places.setdefault(room.location_id, {})[room.level_id] = quantity
    return next((levels for levels in places.values() if len(levels) == len(wanted)), None)


def _from_several(wanted: Mapping[int, int], rooms: list[Room]) -> dict[int, int]:
    chosen: dict[int, int] = {}
    for variant_id, quantity in wanted.items():
        chosen |= _of_one(quantity, [room for room in rooms if room.variant_id == variant_id])
    return chosen


def _of_one(quantity: int, rooms: list[Room]) -> dict[int, int]:
    """One variant: from one level if it can be, else spread over all shelves, then over what is to come."""
    has_shelf = any(room.shelf for room in rooms)
    for room in rooms:
        if (room.shelf if has_shelf else room.beyond) >= quantity:
            return {room.level_id: quantity}
    taken: dict[int, int] = {}
    for pool in ("shelf", "beyond"):
        for room in rooms:
            units = min(getattr(room, pool), quantity)
            if units:
                taken[room.level_id] = taken.get(room.level_id, 0) + units
                quantity -= units
    return taken
