"""What must hold for the stock."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from inventory.models import Allocation, Level, Movement
from shop.integrity import check

COUNTERS = ("on_hand", "allocated", "held")
Kind = Movement.Kind


@check("stock counters are the sums of their movements", over=["inventory.Level", "inventory.Movement"])
def counters_are_their_movements() -> Iterator[str]:
    sums = {f"moved_{name}": Coalesce(Sum(f"movements__{name}_delta"), 0) for name in COUNTERS}
    levels = Level.objects.annotate(**sums)
    agrees = Q(**{name: F(f"moved_{name}") for name in COUNTERS})
    for level in _named(levels.exclude(agrees), *COUNTERS, *sums):
        for name in COUNTERS:
            if level[name] != level[f"moved_{name}"]:
                yield f"{_name(level)}: {name} is {level[name]}, its movements say {level[f'moved_{name}']}"


@check("held stock is the sum of the holds", over=["inventory.Hold"])
def held_is_the_sum_of_holds() -> Iterator[str]:
    levels = Level.objects.annotate(units=Coalesce(Sum("holds__quantity"), 0)).exclude(held=F("units"))
    for level in _named(levels, "held", "units"):
        yield f"{_name(level)}: held is {level['held']}, its holds say {level['units']}"


@check("allocated stock is the sum of the open allocations", over=["inventory.Allocation"])
def allocated_is_the_sum_of_allocations() -> Iterator[str]:
    still_open = Sum(F("allocations__quantity") - F("allocations__shipped") - F("allocations__released"))
    levels = Level.objects.annotate(units=Coalesce(still_open, 0)).exclude(allocated=F("units"))
    for level in _named(levels, "allocated", "units"):
        yield f"{_name(level)}: allocated is {level['allocated']}, its allocations say {level['units']}"


@check("nothing is oversold", over=["inventory.Level"])
def nothing_is_oversold() -> Iterator[str]:
    too_much = Q(allocated__gt=F("on_hand") + F("backorder_limit") - F("held"))
    below = Q(on_hand__lt=0) | Q(allocated__lt=0) | Q(held__lt=0)
    for level in _named(Level.objects.filter(too_much | below), *COUNTERS, "backorder_limit"):
        counters = ", ".join(f"{name} {level[name]}" for name in (*COUNTERS, "backorder_limit"))
        yield f"{_name(level)} is oversold: {counters}"


@check("no more is shipped or released than was allocated", over=["inventory.Allocation"])
def allocations_add_up() -> Iterator[str]:
    wrong = Allocation.objects.filter(quantity__lt=F("shipped") + F("released"))
    for row in wrong.values("pk", "line__sku", "quantity", "shipped", "released").iterator():
        yield (
            f"allocation {row['pk']} ({row['line__sku']}): {row['quantity']} units, "
            f"but {row['shipped']} shipped and {row['released']} released"
        )


@check("what was allocated, shipped and released has its movements", over=["inventory.Allocation"])
def allocations_have_movements() -> Iterator[str]:
    pairs = (
        ("quantity", Kind.ALLOCATED, "allocated_delta", 1),
        ("shipped", Kind.SHIPPED, "on_hand_delta", -1),
        ("released", Kind.RELEASED, "allocated_delta", -1),
    )
    for column, kind, delta, sign in pairs:
        counted = _total(Allocation.objects.all(), column)
        moved = _total(Movement.objects.filter(kind=kind), delta)
        levels = Level.objects.annotate(counted=Coalesce(counted, 0), moved=Coalesce(moved, 0) * sign)
        for level in _named(levels.exclude(counted=F("moved")), "counted", "moved"):
            yield (
                f"{_name(level)}: {level['counted']} units {kind.value} by its allocations, "
                f"{level['moved']} by its movements"
            )


def _total(rows: QuerySet, column: str) -> Subquery:
    of_level = rows.filter(level=OuterRef("pk")).order_by().values("level")
    return Subquery(of_level.annotate(total=Sum(column)).values("total"))


def _named(levels: QuerySet[Level], *columns: str) -> Iterator[dict]:
    return levels.order_by("pk").values("pk", "variant__sku", "location__code", *columns).iterator()


def _name(level: dict) -> str:
    return f"stock level {level['pk']} ({level['variant__sku']} at {level['location__code']})"
