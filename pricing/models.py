"""Taxes: which class of goods pays what rate where."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shop.translation import TranslatedField


class TaxClass(models.Model):
    """A kind of goods for tax: standard, reduced, digital, none."""

    code = models.SlugField(unique=True)
    name = TranslatedField(verbose_name=_("name"))

    class Meta:
        verbose_name = _("tax class")
        verbose_name_plural = _("tax classes")

    def __str__(self) -> str:
        return str(self.name) or self.code


class TaxRateQuerySet(models.QuerySet):
    def on(self, day: date):
        """Rates in force on `day`."""
        return self.filter(Q(starts_on__isnull=True) | Q(starts_on__lte=day)).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=day)
        )

    def for_place(self, country: str, region: str, day: date) -> dict[str, TaxRate]:
        """{tax class code: the rate there on that day}; a region's own rate goes before its country's."""
        rates = self.on(day).filter(country=country, region__in=["", region]).select_related("tax_class")
        return {rate.tax_class.code: rate for rate in rates.order_by("region")}


class TaxRate(models.Model):
    """What a class pays in a country or region, in millionths: 230000 is 23 %, 88750 is 8.875 %."""

    tax_class = models.ForeignKey(TaxClass, on_delete=models.CASCADE, related_name="rates")
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=120, blank=True)
    rate_millionths = models.PositiveIntegerField()
    name = TranslatedField(verbose_name=_("name"))  # "VAT", «НДС»
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = TaxRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints = [
            models.UniqueConstraint(
                fields=["tax_class", "country", "region", "starts_on"], name="tax_rate_once"
            ),
            models.UniqueConstraint(
                fields=["tax_class", "country", "region"],
                condition=Q(starts_on__isnull=True),
                name="standing_tax_rate_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="tax_rate_window",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.tax_class_id} {self.rate_millionths / 10_000:g} %"
