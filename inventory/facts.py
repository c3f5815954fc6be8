"""What the stock states about itself, by SKU: what is held and what is allocated are both reserved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F, Sum

from inventory.models import Level, Movement
from shop.facts import CHUNK, states


@states("stock")
def stock() -> Iterator[dict[str, Any]]:
    levels = Level.objects.order_by("variant__sku").values(sku=F("variant__sku"))
    yield from (
        levels.annotate(
            sum_on_hand=Sum("on_hand"),
            reserved=Sum(F("allocated") + F("held")),
            backorder=Sum("backorder_limit"),
        )
        .values("sku", "reserved", "backorder", on_hand=F("sum_on_hand"))
        .iterator(CHUNK)
    )


@states("movement")
def movements() -> Iterator[dict[str, Any]]:
    rows = Movement.objects.order_by("id").values(
        "on_hand_delta",
        "cause",
        sku=F("level__variant__sku"),
        reserved_delta=F("allocated_delta") + F("held_delta"),
        reason=F("kind"),
    )
    yield from rows.iterator(CHUNK)
