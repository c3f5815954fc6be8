"""The kernel in the admin: the audit trail, to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from shop.models import AuditEntry

admin.site.index_title = _("Home")
admin.site.enable_nav_sidebar = False  # the shell has its own
gettext_noop("Add another %(verbose_name)s")  # Django's own text, whose Russian agrees with no feminine noun


class ReadOnlyAdmin(admin.ModelAdmin):
    """What happened is looked at, never typed over."""

    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["seq", "action", "target", "actor", "at"]
    list_select_related = ["actor"]
    search_fields = ["=target"]
    ordering = ["-seq"]
