"""How orders travel: zones, methods and their rates; shipments, what is in them, where they are."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.models import Location
from orders.models import Order, OrderLine
from shop.translation import TranslatedField


class Zone(models.Model):
    """Countries that are served alike."""

    code = models.SlugField(
        unique=True,
        verbose_name=_("code"),
        help_text=_("Letters, digits and hyphens. Imports and links know it by this: choose it once."),
    )
    name = TranslatedField(verbose_name=_("name"))
    countries = models.JSONField(
        default=list,
        verbose_name=_("countries"),
        help_text=_("Two letters each, with spaces between: PT ES."),
    )  # ["PT", "ES"]

    class Meta:
        verbose_name = _("delivery zone")
        verbose_name_plural = _("delivery zones")

    def __str__(self) -> str:
        return str(self.name) or self.code


class Method(models.Model):
    """A way of delivery in a zone: its days, its cut-off, its taxes."""

    class Kind(models.TextChoices):
        PARCEL = "parcel", pgettext_lazy("delivery method", "Parcel")
        PICKUP = "pickup", pgettext_lazy("delivery method", "Store pick-up")

    zone = models.ForeignKey(
        Zone, on_delete=models.CASCADE, related_name="methods", verbose_name=_("delivery zone")
    )
    code = models.SlugField(verbose_name=_("code"), help_text=_("A pick-up's begins with “pickup”."))
    kind = models.CharField(
        max_length=10, choices=Kind.choices, default=Kind.PARCEL, verbose_name=_("kind of delivery")
    )
    name = TranslatedField(verbose_name=_("name"))
    carrier = models.CharField(max_length=60, blank=True, verbose_name=_("carrier"))
    location = models.ForeignKey(
        Location,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("pick-up place"),
    )
    min_days = models.PositiveIntegerField(
        default=2,
        verbose_name=_("fastest, working days"),
        help_text=_("Counted from the day the parcel leaves."),
    )  # working days after the parcel left
    max_days = models.PositiveIntegerField(default=5, verbose_name=_("slowest, working days"))
    cutoff = models.TimeField(
        null=True,
        blank=True,
        verbose_name=_("same-day until"),
        help_text=_("Orders confirmed before this time leave the same day. Empty: the next working day."),
    )  # orders confirmed before it leave the same day
    ready_hours = models.PositiveIntegerField(
        default=2, verbose_name=_("hours until it is ready")
    )  # pick-up: until it is on the counter
    currency = models.CharField(max_length=3, verbose_name=_("currency"))
    free_from_minor = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        verbose_name=_("free from, in minor units"),
        help_text=_("9000 is 90.00. Empty: never free."),
    )  # of goods
    tax_class = models.ForeignKey(
        "pricing.TaxClass", on_delete=models.PROTECT, related_name="+", verbose_name=_("tax class")
    )
    position = models.PositiveIntegerField(
        default=0, verbose_name=_("position"), help_text=_("Lower comes first.")
    )
    is_active = models.BooleanField(default=True, verbose_name=_("offered"))

    class Meta:
        verbose_name = _("delivery method")
        verbose_name_plural = _("delivery methods")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "code"], name="method_once_per_zone"),
            models.CheckConstraint(
                condition=Q(max_days__gte=models.F("min_days")), name="method_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.zone}: {self.name}"

    def clean(self) -> None:
        """For the admin's form. That a code begins with "pickup" is how orders knows a pick-up."""
        if self.is_pickup != self.code.startswith("pickup"):
            raise ValidationError({"code": _("The code of a pick-up, and no other, begins with “pickup”.")})
        if self.is_pickup and self.location_id is None:
            raise ValidationError({"location": _("Say where the customer collects it.")})

    @property
    def is_pickup(self) -> bool:
        return self.kind == self.Kind.PICKUP


class WeightRate(models.Model):
    """What a method costs up to a weight."""

    method = models.ForeignKey(
        Method, on_delete=models.CASCADE, related_name="rates", verbose_name=_("delivery method")
    )
    max_weight_g = models.PositiveIntegerField(verbose_name=_("up to this weight, g"))
    fee_minor = models.PositiveBigIntegerField(
        verbose_name=_("fee, in minor units"), help_text=_("390 is 3.90.")
    )

    class Meta:
        verbose_name = _("delivery rate")
        verbose_name_plural = _("delivery rates")
        ordering = ["max_weight_g"]
        constraints = [
            models.UniqueConstraint(fields=["method", "max_weight_g"], name="rate_once_per_weight")
        ]

    def __str__(self) -> str:
        return f"≤ {self.max_weight_g} g: {self.fee_minor}"


class Shipment(models.Model):
    """Goods that leave one location together, planned at placement. Splitting makes another."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("shipment", "To be packed")
        PACKED = "packed", pgettext_lazy("shipment", "Packed")
        SHIPPED = "shipped", pgettext_lazy("shipment", "Shipped")
        READY = "ready", pgettext_lazy("shipment", "Ready for pick-up")
        DELIVERED = "delivered", pgettext_lazy("shipment", "Delivered")
        CANCELLED = "cancelled", pgettext_lazy("shipment", "Cancelled")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments")
    number = models.PositiveIntegerField(default=1)  # of its order
    location = models.ForeignKey(Location, null=True, on_delete=models.PROTECT, related_name="+")
    method_code = models.CharField(max_length=60, blank=True)
    is_pickup = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    carrier = models.CharField(max_length=60, blank=True)
    tracking_number = models.CharField(max_length=80, blank=True)
    tracking_url = models.URLField(blank=True)
    promised_to = models.DateField(null=True, blank=True)
    # What is asked for with this shipment beside its goods: the delivery fee and what needs no parcel.
    # Fixed, with the amounts of its lines, the first time the goods are about to leave.
    extra_minor = models.PositiveBigIntegerField(null=True, blank=True)
    packed_at = models.DateTimeField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="shipment_number_once")]
        indexes = [
            models.Index(
                fields=["state", "order"],
                name="shipment_to_do",
                condition=Q(state__in=["planned", "packed", "ready"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.order}-{self.number}"


class ShipmentLine(models.Model):
    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="shipment_lines")
    quantity = models.PositiveIntegerField()
    amount_minor = models.PositiveBigIntegerField(null=True, blank=True)  # see Shipment.extra_minor

    class Meta:
        verbose_name = _("shipment line")
        verbose_name_plural = _("shipment lines")
        ordering = ["line__position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["shipment", "line"], name="shipment_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="shipment_line_some"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line_id}"


class TrackingEvent(models.Model):
    """Where a shipment was seen."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="tracking")
    code = models.CharField(max_length=30)  # packed, handed_over, in_transit, out_for_delivery, delivered
    place = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )

    class Meta:
        verbose_name = _("tracking event")
        verbose_name_plural = _("tracking events")
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["shipment", "code", "at"], name="tracking_once")]

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.code}"
