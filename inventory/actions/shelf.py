"""The levels of some variants, locked, and what is to change about them: written together or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from django.apps import apps

from inventory.availability import State, kind_of
from inventory.choosing import Room, choose, shortages
from inventory.errors import OutOfStock
from inventory.models import (
    Allocation,
    Hold,
    HoldQuerySet,
    Level,
    Movement,
    Policy,
    free_units,
    lock_levels,
)
from inventory.signals import availability_changed
from shop import sql, writes

# The guard of the counters besides the locks, and on SQLite, where row locks do nothing, beside the one writer.
_MOVE = """
UPDATE inventory_level SET on_hand = on_hand + moved.column2, allocated = allocated + moved.column3,
  held = held + moved.column4
FROM (VALUES {rows}) AS moved
WHERE id = moved.column1
  AND on_hand + moved.column2 >= 0 AND allocated + moved.column3 >= 0 AND held + moved.column4 >= 0
  AND allocated + moved.column3 + held + moved.column4 <= on_hand + moved.column2 + backorder_limit
"""
_HELD = sql.Select(Hold, "WHERE owner = %s ORDER BY id")
_PROMISED = sql.Select(Allocation, "WHERE line_id IN ({ids}) ORDER BY id")


class Shelf:
    """Make one inside a transaction: it holds the rows' locks until that ends."""

    def __init__(
        self, variant_ids: Iterable[int], *, owner: str = "", line_ids: Collection[int] = ()
    ) -> None:
        """With the levels are read `held`, what the owner holds of them, and `promised` to these order lines."""
        self.variant_ids = set(variant_ids)
        asked = [_HELD.query(owner)] if owner else []
        asked += [_PROMISED.query(among=line_ids)] if line_ids else []
        levels, answers = lock_levels(self.variant_ids, *asked)
        self.levels = {level.pk: level for level in levels}
        held = _HELD.made(answers.pop(0)) if owner else []
        self.held = [hold for hold in held if hold.level_id in self.levels]
        self.promised = _PROMISED.made(answers.pop(0)) if line_ids else []
        self._kinds = self._kinds_now()
        self._movements: dict[tuple[int, str, str], Movement] = {}
        self._gone: set[int] = set()  # holds to delete

    @property
    def now(self) -> datetime | None:
        """The database's time, as read with the levels."""
        return next((level.read_at for level in self.levels.values()), None)

    def is_done(self, kind: str, cause: str) -> bool:
        """This was done before. Certain, because whoever did it held the locks that we hold now."""
        return Movement.objects.filter(level__in=self.levels, kind=kind, cause=cause).exists()

    def pick(
        self, wanted: Mapping[int, int], *, location_id: int | None = None, now: datetime | None = None
    ) -> dict[int, int]:
        """{level id: units} for {variant id: units}, uncounted ones left out. Raises OutOfStock.

        When something is short, holds of these levels that ran out and were not swept yet are let go.
        """
        counted = {v: units for v, units in wanted.items() if units and v not in self._uncounted}
        one_parcel = location_id is None
        chosen = choose(counted, self._rooms(location_id), one_parcel=one_parcel)
        if chosen is None and self.let_go(self.holds().expired(now), cause="expired"):
            chosen = choose(counted, self._rooms(location_id), one_parcel=one_parcel)
        if chosen is None:
            short = shortages(counted, self._rooms(location_id))
            raise OutOfStock(*next(iter(short.items())), shortages=short)
        return chosen

    def holds(self) -> HoldQuerySet:
        """The holds of our levels, locked too: who extends one does it before we read it, or waits."""
        return Hold.objects.filter(level__in=self.levels).exclude(pk__in=self._gone).select_for_update()

    def let_go(self, holds: Iterable[Hold], *, cause: str) -> int:
        """Plan to take away `holds`, which were read under our locks; how many they are."""
        holds = list(holds)
        for hold in holds:
            self.move(
                hold.level_id, Movement.Kind.HOLD_RELEASED, f"hold:{hold.pk}:{cause}", held=-hold.quantity
            )
            self._gone.add(hold.pk)
        return len(holds)

    def keep(self, owner: str, chosen: Mapping[int, int], expires_at: datetime) -> None:
        """Hold {level id: units} for `owner`, whose earlier holds were let go."""
        self._delete_holds()
        holds = [
            Hold(owner=owner, level_id=level_id, quantity=units, expires_at=expires_at)
            for level_id, units in chosen.items()
        ]
        for hold in writes.insert_all(holds):
            self.move(hold.level_id, Movement.Kind.HELD, f"hold:{hold.pk}", held=hold.quantity)

    def move(
        self, level_id: int, kind: str, cause: str, *, user: Any = None,
        on_hand: int = 0, allocated: int = 0, held: int = 0,
    ) -> None:  # fmt: skip
        """Plan a change; `write` makes it. The same level, kind and cause again adds to the one movement."""
        level = self.levels[level_id]
        level.on_hand += on_hand
        level.allocated += allocated
        level.held += held
        movement = self._movements.setdefault(
            (level_id, kind, cause),
            Movement(level_id=level_id, kind=kind, cause=cause, user_id=getattr(user, "pk", None)),
        )
        movement.on_hand_delta += on_hand
        movement.allocated_delta += allocated
        movement.held_delta += held

    def write(self) -> None:
        """Write the counters and the movements, and tell those who show the stock."""
        movements = [
            m for m in self._movements.values() if m.on_hand_delta or m.allocated_delta or m.held_delta
        ]
        if not movements:
            return
        with writes.gathered():
            self._write_levels(movements)
            self._delete_holds()
            writes.append(*movements)
        self._movements.clear()
        self.tell()

    def tell(self) -> None:
        """Tell those who show the stock, of the variants that read differently now."""
        kinds, before = self._kinds_now(), self._kinds
        if changed := {variant_id for variant_id in kinds if kinds[variant_id] != before[variant_id]}:
            self._kinds = kinds
            availability_changed.send(sender=Level, variant_ids=changed)

    def _delete_holds(self) -> None:
        if self._gone:
            statement = f"DELETE FROM inventory_hold WHERE id IN ({sql.marks(self._gone)})"  # noqa: S608
            writes.update(statement, [*self._gone])
            self._gone.clear()

    def _write_levels(self, movements: list[Movement]) -> None:
        sums: dict[int, list[int]] = {}
        for movement in movements:
            deltas = sums.setdefault(movement.level_id, [0, 0, 0])
            deltas[0] += movement.on_hand_delta
            deltas[1] += movement.allocated_delta
            deltas[2] += movement.held_delta
        statement = _MOVE.format(rows=", ".join(["(%s, %s, %s, %s)"] * len(sums)))
        values = [value for pk, deltas in sums.items() for value in (pk, *deltas)]
        writes.update(
            statement, values, rows=len(sums)
        )  # else stock changed under its lock: nothing may stay

    def _rooms(self, location_id: int | None) -> list[Room]:
        rooms = []
        for level in self.levels.values():
            free = max(0, free_units(level.policy, level.shelf, level.backorder_limit))
            shelf = max(0, level.shelf)
            rank = (int(level.location_id != location_id), level.position, level.location_id)
            rooms.append(
                Room(level.pk, level.variant_id, level.location_id, rank, shelf, max(0, free - shelf))
            )
        return rooms

    @cached_property
    def _uncounted(self) -> set[int]:
        """Variants that nobody counts. One without a level is looked up: it may be sold out instead."""
        uncounted = {level.variant_id for level in self.levels.values() if level.policy == Policy.UNTRACKED}
        without = self.variant_ids - {level.variant_id for level in self.levels.values()}
        if without:
            variants = apps.get_model("catalog", "Variant").objects
            uncounted |= set(
                variants.filter(pk__in=without, stock_policy=Policy.UNTRACKED).values_list("pk", flat=True)
            )
        return uncounted

    def _kinds_now(self) -> dict[int, State]:
        sums: dict[int, list[int]] = {}
        for level in self.levels.values():
            shelf, free = sums.setdefault(level.variant_id, [0, 0])
            more = max(0, free_units(level.policy, level.shelf, level.backorder_limit))
            sums[level.variant_id] = [shelf + max(0, level.shelf), free + more]
        return {variant_id: kind_of(*both) for variant_id, both in sums.items()}
