"""Customers and staff in the admin. The admin itself is entered through the shop's own sign-in."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.utils.translation import gettext_lazy as _

from accounts.models import Address, User

# allauth's rate limits and codes, and later its second factor, hold for staff too.
admin.site.login = secure_admin_login(admin.site.login)


class AddressInline(admin.StackedInline):
    model = Address
    extra = 0


class EmailAddressInline(admin.TabularInline):
    """Which addresses are proven. Read-only: an address becomes proven by its owner."""

    model = EmailAddress
    extra = 0
    can_delete = False
    readonly_fields = ["email", "verified", "primary"]

    def has_add_permission(self, request, obj=None) -> bool:
        return False


@admin.register(User)
class UserAdmin(BaseUserAdmin):
    ordering = ["email"]
    list_display = ["email", "full_name", "is_staff", "is_active", "date_joined", "last_login"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["email", "full_name"]
    readonly_fields = ["date_joined", "last_login"]
    inlines = [EmailAddressInline, AddressInline]
    fieldsets = [
        (None, {"fields": ["email", "password", "full_name"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        (_("Dates"), {"fields": ["date_joined", "last_login"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "full_name", "usable_password", "password1", "password2"]})]
