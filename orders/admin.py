"""Orders in the admin, to look things up; the work is done at the order desk."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from shop.admin import ReadOnlyAdmin
from shop.money import Money


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = [
        "number",
        "placed_at",
        "full_name",
        "lifecycle",
        "payment_state",
        "fulfilment_state",
        "sum",
    ]
    list_filter = ["lifecycle", "payment_state", "fulfilment_state"]
    search_fields = ["=number", "=email"]
    ordering = ["-placed_at"]

    @admin.display(description=_("total"))
    def sum(self, order: Order) -> Money:
        return order.total

    def view_on_site(self, order: Order) -> str:
        """The order's page at the desk, where something can be done."""
        return reverse("orders:desk_order", args=[order.number])
