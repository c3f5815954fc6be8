"""The stock in the admin: counters are read here and changed by counting and receiving, never by typing over."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from inventory import actions
from inventory.models import Level, Location, Movement
from shop import audit
from shop.columns import in_words
from shop.errors import Refused


@admin.register(Location)
class LocationAdmin(admin.ModelAdmin):
    list_display = [in_words("name", _("name")), "code", "position", "is_pickup"]
    ordering = ["position", "id"]

    def get_readonly_fields(self, request: HttpRequest, obj: Location | None = None) -> list[str]:
        return ["code"] if obj else []


class LevelForm(forms.ModelForm):
    """What somebody found at the shelf. `press` makes a form that is sent twice count once."""

    received = forms.IntegerField(
        label=_("Received"), min_value=1, max_value=1_000_000, required=False,
        help_text=_("Units that came in, on top of what is there."),
    )  # fmt: skip
    counted = forms.IntegerField(
        label=_("Counted"), min_value=0, max_value=1_000_000, required=False,
        help_text=_("Units that are on the shelf, whatever was thought before."),
    )  # fmt: skip
    backorder_limit = forms.IntegerField(
        label=_("Back-order limit"), min_value=0, max_value=1_000_000, initial=0,
        help_text=_("Units that may be promised before they are there, where the variant allows it."),
    )  # fmt: skip
    press = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    class Meta:
        model = Level
        fields = ["variant", "location", "backorder_limit"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("received") is not None and cleaned.get("counted") is not None:
            self.add_error("counted", _("Either count or receive: what came in is part of a count."))
        return cleaned


class RunningLow(admin.SimpleListFilter):
    title = _("what is left")
    parameter_name = "left"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", _("Nothing")), ("few", _("Five or fewer")), ("ahead", _("Promised ahead"))]

    def queryset(self, request: HttpRequest, levels: QuerySet[Level]) -> QuerySet[Level]:
        levels = levels.alias(left=F("on_hand") - F("allocated") - F("held"))
        conditions = {"none": {"left__lte": 0}, "few": {"left__range": (1, 5)}, "ahead": {"left__lt": 0}}
        return levels.filter(**conditions.get(self.value() or "", {}))


@admin.register(Level)
class LevelAdmin(admin.ModelAdmin):
    form = LevelForm
    list_display = ["sku", "location", "on_hand", "allocated", "held", "left", "backorder_limit"]
    list_display_links = ["sku"]
    list_filter = ["location", RunningLow]
    list_select_related = ["variant", "location"]
    search_fields = ["variant__sku"]
    show_full_result_count = False
    raw_id_fields = ["variant"]
    ordering = ["-pk"]
    fieldsets = [
        (None, {"fields": ["variant", "location", "on_hand", "allocated", "held"]}),
        (_("At the shelf"), {"fields": ["received", "counted", "backorder_limit", "press"]}),
    ]

    @admin.display(description=_("SKU"), ordering="variant__sku")
    def sku(self, level: Level) -> str:
        return level.variant.sku

    @admin.display(description=_("left"))
    def left(self, level: Level) -> int:
        return level.shelf

    def get_queryset(self, request: HttpRequest) -> QuerySet[Level]:
        return super().get_queryset(request).select_related("variant", "location")

    def get_readonly_fields(self, request: HttpRequest, obj: Level | None = None) -> list[str]:
        counters = ["on_hand", "allocated", "held"]
        return ["variant", "location", *counters] if obj else counters

    def has_delete_permission(self, request: HttpRequest, obj: Level | None = None) -> bool:
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A refusal undoes the whole form and is told above it."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Level, form: LevelForm, change: bool) -> None:
        """Through the actions, in the transaction of the admin's own form."""
        said, cause = form.cleaned_data, f"staff:{form.cleaned_data['press'].hex}"
        place = {"variant": obj.variant, "location": obj.location}
        actions.set_backorder_limit(**place, limit=said["backorder_limit"])
        if said["received"] is not None:
            actions.receive(**place, quantity=said["received"], cause=cause, user=request.user)
        if said["counted"] is not None:
            actions.set_on_hand(**place, quantity=said["counted"], cause=cause, user=request.user)
        obj.pk = Level.objects.only("pk").get(**place).pk
        facts = {
            name: said[name]
            for name in ("received", "counted", "backorder_limit")
            if name in form.changed_data
        }
        if facts:
            audit.record("stock.change", f"level:{obj.pk}", actor=request.user, **facts)


@admin.register(Movement)
class MovementAdmin(admin.ModelAdmin):
    list_display = [
        "at",
        "sku",
        "location",
        "kind",
        "on_hand_delta",
        "allocated_delta",
        "held_delta",
        "cause",
        "by",
    ]
    list_filter = ["kind", "level__location"]
    list_select_related = ["level__variant", "level__location"]
    search_fields = ["=cause", "level__variant__sku"]
    show_full_result_count = False
    ordering = ["-pk"]

    @admin.display(description=_("SKU"))
    def sku(self, movement: Movement) -> str:
        return movement.level.variant.sku

    @admin.display(description=_("location"))
    def location(self, movement: Movement) -> Location:
        return movement.level.location

    @admin.display(description=_("by"))
    def by(self, movement: Movement) -> str:
        """The user may be gone: the key outlives the person."""
        return str(movement.user_id or "")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Movement | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Movement | None = None) -> bool:
        return False
