"""The payment ledger in the admin, to read; money is moved at the order desk."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from payments.models import Attempt, InboxEvent, Refund
from shop.admin import ReadOnlyAdmin
from shop.money import Money


class AmountAdmin(ReadOnlyAdmin):
    @admin.display(description=_("amount"), ordering="amount_minor")
    def sum(self, row: Attempt | Refund) -> Money:
        return row.amount


@admin.register(Attempt)
class AttemptAdmin(AmountAdmin):
    list_display = ["order", "number", "method", "sum", "reference", "provider_state", "is_open"]
    list_select_related = ["order"]
    list_filter = ["gateway", "is_open"]
    search_fields = ["=reference", "=order__number"]
    ordering = ["-pk"]


@admin.register(Refund)
class RefundAdmin(AmountAdmin):
    list_display = ["attempt", "sum", "reason", "state", "actor", "created_at"]
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
