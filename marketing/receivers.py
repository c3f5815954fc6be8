"""What marketing hears: stock that came back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import uuid4

from django.dispatch import receiver

from inventory.signals import availability_changed
from marketing import actions
from marketing.models import StockAlert
from shop import outbox

TOPIC = "marketing.stock_changed"


@receiver(availability_changed)
def follow_the_stock(variant_ids: Collection[int], **kwargs: Any) -> None:
    """Nobody waits for most things: then nothing is written."""
    waited_for = (
        StockAlert.objects.filter(variant__in=variant_ids).order_by().values_list("variant_id", flat=True)
    )
    if found := sorted(set(waited_for)):
        outbox.publish(TOPIC, {"variants": found}, dedupe=f"{TOPIC}:{uuid4().hex}")


@outbox.handles(TOPIC)
def tell_of_stock(variants: list[int]) -> None:
    actions.tell_of_stock(variants)
