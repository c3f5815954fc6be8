"""The payment ledger in the admin, to read; money is moved at the order desk."""

from __future__ import annotations

from django.contrib import admin

from payments.models import Attempt, InboxEvent, Refund
from shop.admin import ReadOnlyAdmin


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ["order", "number", "method", "amount", "reference", "provider_state", "is_open"]
    list_select_related = ["order"]
    list_filter = ["gateway", "is_open"]
    search_fields = ["=reference", "=order__number"]
    ordering = ["-pk"]


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ["attempt", "amount", "reason", "state", "actor", "created_at"]
    list_select_related = ["attempt__order", "actor"]
    list_filter = ["state"]
    search_fields = ["=reference", "=attempt__order__number"]
    ordering = ["-pk"]


@admin.register(InboxEvent)
class InboxEventAdmin(ReadOnlyAdmin):
    list_display = ["event_id", "kind", "object_id", "state", "received_at", "processed_at"]
    list_filter = ["state"]
    search_fields = ["=event_id", "=object_id"]
    ordering = ["-pk"]
