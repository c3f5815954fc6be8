"""What is where, and what of it is promised. Change it through `inventory.actions` only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shop.translation import TranslatedField


class Location(models.Model):
    """A place that keeps goods: a warehouse, a showroom."""

    code = models.SlugField(unique=True)
    name = TranslatedField(verbose_name=_("name"))
    address = TranslatedField(blank=True, verbose_name=_("address"))
    is_pickup = models.BooleanField(default=False, verbose_name=_("shoppers may collect here"))
    pickup_hours = TranslatedField(blank=True, verbose_name=_("opening hours"))
    position = models.PositiveIntegerField(default=0)  # lower ships first

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return str(self.name) or self.code


class LevelQuerySet(models.QuerySet):
    def lock(self, variant_ids) -> LevelQuerySet:
        """Lock the levels of these variants, always in pk order, so that two shoppers cannot deadlock."""
        return self.filter(variant_id__in=variant_ids).order_by("pk").select_for_update()

    def free_by_variant(self, variant_ids) -> dict[int, int]:
        """{variant_id: units that can be promised now, over all locations}, in one query."""
        rows = self.filter(variant_id__in=variant_ids).values("variant_id")
        return {row["variant_id"]: row["free"] for row in rows.annotate(free=Sum(FREE))}


FREE = F("on_hand") + F("backorder_limit") - F("allocated") - F("held")


class Level(models.Model):
    """The stock of one variant at one location. A variant without a level is not counted."""

    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="levels")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="levels")
    on_hand = models.PositiveIntegerField(default=0)  # units on the shelf
    allocated = models.PositiveIntegerField(default=0)  # of these, promised to open orders
    held = models.PositiveIntegerField(default=0)  # of these, kept for shoppers at the checkout
    backorder_limit = models.PositiveIntegerField(default=0)  # units that may be promised beyond the shelf

    objects = LevelQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")
        constraints = [
            models.UniqueConstraint(fields=["variant", "location"], name="level_once_per_location"),
            models.CheckConstraint(
                condition=Q(on_hand__gte=0) & Q(allocated__gte=0) & Q(held__gte=0), name="level_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(allocated__lte=F("on_hand") + F("backorder_limit") - F("held")),
                name="level_not_oversold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}@{self.location_id}"

    @property
    def free(self) -> int:
        return self.on_hand + self.backorder_limit - self.allocated - self.held


class Hold(models.Model):
    """Units kept for a shopper at the checkout until `expires_at`; `owner` is the cart's token."""

    owner = models.CharField(max_length=64, db_index=True)
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="holds")
    quantity = models.PositiveIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.UniqueConstraint(fields=["owner", "level"], name="hold_once_per_level"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="hold_some"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} for {self.owner}"


class Allocation(models.Model):
    """Units of a level promised to an order line, until they are shipped or released."""

    line = models.ForeignKey("orders.OrderLine", on_delete=models.PROTECT, related_name="allocations")
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="allocations")
    quantity = models.PositiveIntegerField()  # promised at placement; never changes
    shipped = models.PositiveIntegerField(default=0)
    released = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints = [
            models.UniqueConstraint(fields=["line", "level"], name="allocation_once_per_level"),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("shipped") + F("released")), name="allocation_sums"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} for line {self.line_id}"

    @property
    def open(self) -> int:
        return self.quantity - self.shipped - self.released


class Movement(models.Model):
    """One change of one level, append-only. The sums of its deltas are the level's counters."""

    class Kind(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("stock", "Received")
        COUNTED = "counted", pgettext_lazy("stock", "Counted")
        HELD = "held", pgettext_lazy("stock", "Held for a checkout")
        HOLD_RELEASED = "hold_released", pgettext_lazy("stock", "Hold released")
        ALLOCATED = "allocated", pgettext_lazy("stock", "Allocated to an order")
        RELEASED = "released", pgettext_lazy("stock", "Released by an order")
        SHIPPED = "shipped", pgettext_lazy("stock", "Shipped")
        RETURNED = "returned", pgettext_lazy("stock", "Returned")

    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    on_hand_delta = models.IntegerField(default=0)
    allocated_delta = models.IntegerField(default=0)
    held_delta = models.IntegerField(default=0)
    cause = models.CharField(max_length=120)  # what brought it about, once each: "order:12:line:40"
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        constraints = [
            models.UniqueConstraint(fields=["level", "kind", "cause"], name="movement_once_per_cause"),
            models.CheckConstraint(
                condition=~Q(on_hand_delta=0, allocated_delta=0, held_delta=0),
                name="movement_moves_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.cause}"
