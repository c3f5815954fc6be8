"""Where the shop ships, how, and for how much."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.addresses import country_name
from shipping.models import Method, WeightRate, Zone
from shop import audit


class CountriesField(forms.CharField):
    """Country codes with spaces between them: "PT ES"."""

    widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        codes = super().clean(value).upper().replace(",", " ").split()
        unknown = [code for code in codes if len(code) != 2 or country_name(code, "en") == code]
        if unknown:
            text = _("No country has the code %(codes)s.")
            raise forms.ValidationError(text % {"codes": ", ".join(unknown)})
        return list(dict.fromkeys(codes))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.prepare_value(initial) != data


class ZoneForm(forms.ModelForm):
    countries = CountriesField(
        label=gettext_lazy("Countries"), help_text=gettext_lazy("Two letters each, such as PT ES FR.")
    )

    class Meta:
        model = Zone
        fields = ["code", "name", "countries"]

    def clean_countries(self) -> list[str]:
        """A country stands in one zone, or nobody could say what its delivery costs."""
        codes = self.cleaned_data["countries"]
        for zone in Zone.objects.exclude(pk=self.instance.pk):
            if shared := sorted(set(codes) & set(zone.countries)):
                text = _("%(codes)s: already in the zone “%(zone)s”.")
                raise forms.ValidationError(text % {"codes": ", ".join(shared), "zone": zone})
        return codes


class AuditedAdmin(admin.ModelAdmin):
    """Whoever changes what delivery costs leaves an entry in the audit trail."""

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        audit.record(
            f"{obj._meta.model_name}.{'change' if change else 'add'}",
            f"{obj._meta.model_name}:{obj.pk}",
            actor=request.user,
            fields=form.changed_data,
        )

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        audit.record(f"{obj._meta.model_name}.delete", f"{obj._meta.model_name}:{obj.pk}", actor=request.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for obj in queryset:
            self.delete_model(request, obj)


@admin.register(Zone)
class ZoneAdmin(AuditedAdmin):
    form = ZoneForm
    list_display = ["title", "code", "where"]

    @admin.display(description=gettext_lazy("name"), ordering="code")
    def title(self, zone: Zone) -> str:
        return str(zone)

    @admin.display(description=gettext_lazy("countries"))
    def where(self, zone: Zone) -> str:
        return " ".join(zone.countries[:12]) + (" …" if len(zone.countries) > 12 else "")


class RateInline(admin.StackedInline):
    model = WeightRate
    extra = 1
    fieldsets = [(None, {"fields": [("max_weight_g", "fee_minor")]})]


@admin.register(Method)
class MethodAdmin(AuditedAdmin):
    list_display = ["title", "zone", "kind", "min_days", "max_days", "cutoff", "currency", "is_active"]
    list_filter = ["zone", "kind", "is_active"]
    list_select_related = ["zone"]
    ordering = ["zone", "position"]
    inlines = [RateInline]
    fieldsets = [
        (None, {"fields": ["zone", "code", "kind", "name", "carrier", "is_active", "position"]}),
        (gettext_lazy("When it arrives"), {"fields": ["cutoff", "min_days", "max_days"]}),
        (gettext_lazy("Store pick-up"), {"fields": ["location", "ready_hours"]}),
        (gettext_lazy("What it costs"), {"fields": ["currency", "tax_class", "free_from_minor"]}),
    ]

    @admin.display(description=gettext_lazy("name"), ordering="code")
    def title(self, method: Method) -> str:
        return str(method.name) or method.code
