"""What is where, and what of it is promised. Change it through `inventory.actions` only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shop import sql
from shop.sql import Query
from shop.translation import TranslatedField


class Location(models.Model):
    """A place that keeps goods: a warehouse, a showroom."""

    code = models.SlugField(_("code"), unique=True)
    name = TranslatedField(verbose_name=_("name"))
    address = TranslatedField(blank=True, verbose_name=_("address"))
    is_pickup = models.BooleanField(default=False, verbose_name=_("shoppers may collect here"))
    pickup_hours = TranslatedField(blank=True, verbose_name=_("opening hours"))
    position = models.PositiveIntegerField(_("position"), default=0)  # lower ships first

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return str(self.name) or self.code


class Policy(StrEnum):
    """What happens at zero, as `Variant.stock_policy` says: the words are catalog's, the meaning is ours."""

    DENY = "deny"
    BACKORDER = "backorder"
    PREORDER = "preorder"
    UNTRACKED = "untracked"


class StockRow(NamedTuple):
    """One level of a variant, as much of it as a shopper may know; without a location when there is none."""

    variant_id: int
    policy: str
    lead_days: int | None
    preorder_at: date | None
    location_id: int | None
    shelf: int  # units that are there and not spoken for
    limit: int


def free_units(policy: str, shelf: int, backorder_limit: int) -> int:
    """Units that may still be promised. Only a policy that sells beyond the shelf may use the limit."""
    return shelf + backorder_limit if policy in (Policy.BACKORDER, Policy.PREORDER) else shelf


def stock_query(variants: Query, owner: str = "") -> Query:
    """A row for each level of each variant, listed or selected, or one without a location: for `stock_rows`.

    In SQL, because every product page asks it: the ORM takes longer to build it than all of that page.
    """
    statement = _STOCK_OF.format(ids=variants.statement, now=sql.now())
    return Query(statement, [owner, *variants.parameters])


def stock_rows(found: Iterable[tuple[Any, ...]]) -> Iterator[StockRow]:
    for pk, policy, days, day, *level in found:
        yield StockRow(pk, policy, days, date.fromisoformat(day) if isinstance(day, str) else day, *level)


_LEVEL = ["id", "variant_id", "location_id", "on_hand", "allocated", "held", "backorder_limit"]
_LOCK = """
    SELECT level.id, level.variant_id, level.location_id, level.on_hand, level.allocated, level.held,
      level.backorder_limit, variant.stock_policy, location.position, {now}
    FROM inventory_level level
    JOIN catalog_variant variant ON variant.id = level.variant_id
    JOIN inventory_location location ON location.id = level.location_id
    WHERE level.variant_id IN ({ids}) ORDER BY level.id {lock}
"""
_STOCK_OF = """
    SELECT variant.id, variant.stock_policy, variant.lead_days, variant.preorder_at, level.location_id,
      COALESCE(level.on_hand - level.allocated - level.held, 0) + COALESCE(
        (SELECT SUM(hold.quantity) FROM inventory_hold hold
         WHERE hold.level_id = level.id AND (hold.owner = %s OR hold.expires_at <= {now})), 0),
      COALESCE(level.backorder_limit, 0)
    FROM catalog_variant variant LEFT JOIN inventory_level level ON level.variant_id = variant.id
    WHERE variant.id IN ({ids}) ORDER BY variant.id, level.id
"""


class Level(models.Model):
    """The stock of one variant at one location. A variant that is counted and has no level is sold out."""

    variant = models.ForeignKey(
        "catalog.Variant", on_delete=models.PROTECT, related_name="levels", verbose_name=_("variant")
    )
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="levels", verbose_name=_("location")
    )
    on_hand = models.PositiveIntegerField(_("on hand"), default=0)  # units on the shelf
    allocated = models.PositiveIntegerField(_("allocated"), default=0)  # of these, promised to open orders
    held = models.PositiveIntegerField(_("held"), default=0)  # of these, kept for shoppers at the checkout
    # Units that may be promised beyond the shelf.
    backorder_limit = models.PositiveIntegerField(_("back-order limit"), default=0)

    # What `lock_levels` reads beside the row.
    policy: str
    position: int
    read_at: datetime

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
        return f"{self.variant} · {self.location}"

    @property
    def shelf(self) -> int:
        """Units that are there and not spoken for; below zero when some were promised ahead."""
        return self.on_hand - self.allocated - self.held


def lock_levels(variant_ids: Collection[int], *then: Query) -> tuple[list[Level], list[list[Any]]]:
    """Lock all levels of these variants, in pk order: the one lock order of the stock, so nobody deadlocks.

    Each also says `policy` of its variant, `position` of its location and `read_at`, the database's time. With them,
    the rows of each query in `then`, as they are once the locks are held.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A lock lasts as long as its transaction: begin one.")
    if not variant_ids:
        return [], sql.together(*then) if then else []
    lock = "FOR NO KEY UPDATE OF level" if connection.features.has_select_for_update else ""
    statement = _LOCK.format(ids=sql.marks(variant_ids), now=sql.now(), lock=lock)
    rows, *others = sql.together(Query(statement, [*variant_ids]), *then)
    levels = []
    for *values, policy, position, read_at in rows:
        level = Level.from_db(connection.alias, _LEVEL, values)
        level.policy, level.position, level.read_at = policy, position, sql.when(read_at)
        levels.append(level)
    return levels, others


class HoldQuerySet(models.QuerySet):
    def expired(self, now: datetime | None = None) -> HoldQuerySet:
        """Run out, by the database's time unless `now` is given: clocks of web hosts may differ."""
        return self.filter(expires_at__lte=now or Now())


class Hold(models.Model):
    """Units kept for a shopper at the checkout until `expires_at`; `owner` is the cart's token."""

    owner = models.CharField(max_length=64, db_index=True)
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="holds")
    quantity = models.PositiveIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.UniqueConstraint(fields=["owner", "level"], name="hold_once_per_level"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="hold_some"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} for {self.owner}"


class AllocationQuerySet(models.QuerySet):
    def of_lines(self, line_ids: Iterable[int]) -> AllocationQuerySet:
        return self.filter(line__in=list(line_ids)).order_by("pk")


class Allocation(models.Model):
    """Units of a level promised to an order line, until they are shipped or released."""

    line = models.ForeignKey("orders.OrderLine", on_delete=models.PROTECT, related_name="allocations")
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="allocations")
    quantity = models.PositiveIntegerField()  # promised at placement, and again when the order is reinstated
    shipped = models.PositiveIntegerField(default=0)
    released = models.PositiveIntegerField(default=0)

    objects = AllocationQuerySet.as_manager()

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

    level = models.ForeignKey(
        Level, on_delete=models.PROTECT, related_name="movements", verbose_name=_("stock level")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    on_hand_delta = models.IntegerField(_("on hand"), default=0)
    allocated_delta = models.IntegerField(_("allocated"), default=0)
    held_delta = models.IntegerField(_("held"), default=0)
    # What brought it about, once each: "order:12", "shipment:7", "hold:41".
    cause = models.CharField(_("cause"), max_length=120)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

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
