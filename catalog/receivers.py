"""What the catalogue hears: stock that came or went, and its own messages from the outbox."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import uuid4

from django.dispatch import receiver

from catalog import index
from catalog.models import Variant
from inventory.signals import availability_changed
from shop import outbox


@receiver(availability_changed)
def follow_the_stock(variant_ids: Collection[int], **kwargs: Any) -> None:
    """Only a message is written here: the buyer's transaction does not wait for cards to be drawn."""
    if index.is_gathering():
        index.refresh(_products_of(variant_ids))
        return
    outbox.publish(
        "catalog.stock_changed", {"variants": sorted(variant_ids)}, dedupe=f"catalog.stock:{uuid4().hex}"
    )


@outbox.handles("catalog.stock_changed")
def redraw_cards(variants: list[int]) -> None:
    index.refresh_cards(_products_of(variants))


@outbox.handles("catalog.refresh")
def refresh_products(products: list[int]) -> None:
    index.refresh(products)


def _products_of(variant_ids: Collection[int]) -> list[int]:
    return list(Variant.objects.filter(pk__in=variant_ids).values_list("product_id", flat=True))
