"""The staff's door to pages of text and the home page; what is saved shows at once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from content.actions import changed
from content.models import HomeBlock, Page
from shop.columns import in_words


class ShownAdmin(admin.ModelAdmin):
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        changed()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        changed()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        changed()


@admin.register(Page)
class PageAdmin(ShownAdmin):
    list_display = [in_words("title", gettext_lazy("title")), "slug", "updated_at"]
    search_fields = ["slug"]


@admin.register(HomeBlock)
class HomeBlockAdmin(ShownAdmin):
    list_display = ["kind", in_words("title", gettext_lazy("title")), "position"]
    list_editable = ["position"]
    raw_id_fields = ["picture"]
