"""What staff do with an order as a whole, beside cancelling it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F

from orders.models import Order, OrderEvent, OrderNote
from shop import audit


@transaction.atomic
def add_note(order: Order, text: str, *, actor: Any) -> OrderNote:
    """Tell each other something about the order. Notes are only ever added, so no other change is lost."""
    note = OrderNote.objects.create(order=order, author=actor, text=text)
    audit.record("order.note", f"order:{order.pk}", actor=actor, note=note.pk)
    return note


@transaction.atomic
def mark_reviewed(order: Order, *, actor: Any) -> bool:
    """Somebody looked and found it right: the order goes on. False when there was nothing to look at."""
    flagged = Order.objects.filter(pk=order.pk).exclude(needs_review="")
    reason = flagged.values_list("needs_review", flat=True).first()
    if not flagged.update(needs_review="", version=F("version") + 1):
        return False
    OrderEvent.objects.create(order=order, kind="reviewed", data={"reason": reason}, actor=actor)
    audit.record("order.reviewed", f"order:{order.pk}", actor=actor, reason=reason)
    return True
