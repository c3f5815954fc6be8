"""The order: a numbered snapshot, four facts about it, and its timeline."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import AddressFields
from orders.models.cart import Cart, new_token
from shop import sql
from shop.errors import IllegalTransition
from shop.money import Money, money

_CONFIRM = """
    UPDATE orders_order SET confirmed_at = %s, version = version + 1
    WHERE id = %s AND lifecycle = %s AND confirmed_at IS NULL
"""


def new_number() -> str:
    """Eight random digits, the first not zero: says nothing about how many orders there are."""
    return str(secrets.randbelow(90_000_000) + 10_000_000)


class OrderQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The orders a signed-in customer may see. A guest holds the order's token instead."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def with_lines(self):
        return self.prefetch_related("lines")

    def unpaid(self):
        return self.filter(lifecycle=Order.Lifecycle.PLACED, payment_state=Order.PaymentState.AWAITING)


class Order(AddressFields):
    """What was agreed: goods, prices, taxes, delivery. Amounts never change after placement.

    Four facts describe where it stands: `lifecycle` is moved by verbs, the three states are computed
    from their ledgers by `orders.actions.refresh_states` and cached here.
    """

    class Lifecycle(models.TextChoices):
        PLACED = "placed", pgettext_lazy("order", "Placed")
        CANCELLED = "cancelled", pgettext_lazy("order", "Cancelled")
        CLOSED = "closed", pgettext_lazy("order", "Closed")

    class PaymentState(models.TextChoices):
        AWAITING = "awaiting", pgettext_lazy("payment", "Awaiting payment")
        PROMISED = "promised", pgettext_lazy("payment", "To be paid on delivery")
        AUTHORIZED = "authorized", pgettext_lazy("payment", "Authorized")
        PART_PAID = "part_paid", pgettext_lazy("payment", "Partly paid")
        PAID = "paid", pgettext_lazy("payment", "Paid")
        PART_REFUNDED = "part_refunded", pgettext_lazy("payment", "Partly refunded")
        REFUNDED = "refunded", pgettext_lazy("payment", "Refunded")
        VOIDED = "voided", pgettext_lazy("payment", "Voided")

    class FulfilmentState(models.TextChoices):
        UNFULFILLED = "unfulfilled", pgettext_lazy("fulfilment", "To be packed")
        PACKED = "packed", pgettext_lazy("fulfilment", "Packed")
        PART_SHIPPED = "part_shipped", pgettext_lazy("fulfilment", "Partly shipped")
        SHIPPED = "shipped", pgettext_lazy("fulfilment", "Shipped")
        READY = "ready", pgettext_lazy("fulfilment", "Ready for pick-up")
        DELIVERED = "delivered", pgettext_lazy("fulfilment", "Delivered")
        NOTHING_TO_SHIP = "nothing", pgettext_lazy("fulfilment", "Nothing to ship")

    class ReturnState(models.TextChoices):
        NONE = "none", pgettext_lazy("return", "None")

    number = models.CharField(max_length=20, unique=True, default=new_number, verbose_name=_("number"))
    token = models.CharField(
        max_length=40, unique=True, default=new_token, verbose_name=_("secret part of its address")
    )
    cart = models.OneToOneField(
        Cart, null=True, blank=True, on_delete=models.SET_NULL, related_name="order", verbose_name=_("cart")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="orders",
        verbose_name=_("customer"),
    )
    email = models.EmailField(_("e-mail"))
    language = models.CharField(max_length=10, verbose_name=_("language"))

    lifecycle = models.CharField(
        max_length=10, choices=Lifecycle.choices, default=Lifecycle.PLACED, verbose_name=_("order state")
    )
    payment_state = models.CharField(
        max_length=14, choices=PaymentState.choices, default=PaymentState.AWAITING, verbose_name=_("payment")
    )
    fulfilment_state = models.CharField(
        max_length=14,
        choices=FulfilmentState.choices,
        default=FulfilmentState.UNFULFILLED,
        verbose_name=_("fulfilment"),
    )
    return_state = models.CharField(
        max_length=14, choices=ReturnState.choices, default=ReturnState.NONE, verbose_name=_("returns")
    )
    needs_review = models.CharField(
        max_length=250, blank=True, verbose_name=_("why somebody must look")
    )  # why a person must look, else ""

    currency = models.CharField(max_length=3, verbose_name=_("currency"))
    tax_included = models.BooleanField(verbose_name=_("prices include tax"))
    subtotal_minor = models.PositiveBigIntegerField(verbose_name=_("goods, in minor units"))
    delivery_minor = models.PositiveBigIntegerField(verbose_name=_("delivery, in minor units"))
    tax_minor = models.PositiveBigIntegerField(verbose_name=_("tax, in minor units"))
    total_minor = models.PositiveBigIntegerField(verbose_name=_("total, in minor units"))
    delivery_net_minor = models.PositiveBigIntegerField(
        verbose_name=_("delivery without tax, in minor units")
    )
    delivery_tax_minor = models.PositiveBigIntegerField(verbose_name=_("tax on delivery, in minor units"))
    taxes = models.JSONField(
        default=list, verbose_name=_("taxes")
    )  # [{name, millionths, net_minor, tax_minor}], as quoted
    trace = models.JSONField(
        default=list, verbose_name=_("how the sum was made")
    )  # the calculator's answer to "why this price"

    delivery_code = models.CharField(max_length=60, blank=True, verbose_name=_("code of the delivery method"))
    delivery_label = models.CharField(max_length=120, blank=True, verbose_name=_("delivery method"))
    promised_from = models.DateField(null=True, blank=True, verbose_name=_("promised from"))
    promised_to = models.DateField(null=True, blank=True, verbose_name=_("promised by"))
    payment_method = models.CharField(max_length=30, verbose_name=_("payment method"))
    pays_online = models.BooleanField(
        default=False, verbose_name=_("paid online")
    )  # on the spot; until then the cart may still be changed
    payment_due_at = models.DateTimeField(
        null=True, blank=True, verbose_name=_("to be paid by")
    )  # unpaid after this, it expires

    terms_accepted_at = models.DateTimeField(null=True, blank=True, verbose_name=_("terms accepted"))
    placed_at = models.DateTimeField(default=timezone.now, verbose_name=_("placed"))
    confirmed_at = models.DateTimeField(
        null=True, blank=True, verbose_name=_("confirmed")
    )  # the money is safe, or agreed to come later
    cancelled_at = models.DateTimeField(null=True, blank=True, verbose_name=_("cancelled"))
    cancel_reason = models.CharField(
        max_length=30, blank=True, verbose_name=_("why it was cancelled")
    )  # expired, customer, staff, ...
    closed_at = models.DateTimeField(null=True, blank=True, verbose_name=_("closed"))
    version = models.PositiveIntegerField(
        default=1, verbose_name=_("version")
    )  # two people on one order cannot overwrite each other

    # What `payments` leaves here for the request that places the order.
    first_attempt: Any

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            models.Index(fields=["-placed_at"], name="order_newest"),
            models.Index(fields=["email"], name="order_email"),
            models.Index(
                fields=["fulfilment_state", "promised_to"], name="order_queue", condition=Q(lifecycle="placed")
            ),
            models.Index(fields=["placed_at"], name="order_review", condition=~Q(needs_review="")),
            models.Index(
                fields=["payment_due_at"], name="order_due",
                condition=Q(lifecycle="placed", payment_state="awaiting"),
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(tax_included=True, total_minor=F("subtotal_minor") + F("delivery_minor"))
                | Q(
                    tax_included=False, total_minor=F("subtotal_minor") + F("delivery_minor") + F("tax_minor")
                ),
                name="order_adds_up",
            ),
        ]

    subtotal = money("subtotal_minor")
    delivery = money("delivery_minor")
    tax = money("tax_minor")
    total = money("total_minor")

    # to: from
    MOVES = {
        Lifecycle.CANCELLED: {Lifecycle.PLACED},
        Lifecycle.CLOSED: {Lifecycle.PLACED},
        Lifecycle.PLACED: {Lifecycle.CANCELLED},  # reinstated: its money came after all
    }

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:order", args=[self.token])

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None

    @property
    def is_payable(self) -> bool:
        """The shopper may still pay it."""
        return self.lifecycle == self.Lifecycle.PLACED and self.payment_state == self.PaymentState.AWAITING

    @property
    def is_pickup(self) -> bool:
        return self.delivery_code.startswith("pickup")

    @property
    def is_called_off(self) -> bool:
        """Nothing more will come: it was cancelled, or all of its money went back before anything left."""
        sent = {
            self.FulfilmentState.PART_SHIPPED,
            self.FulfilmentState.SHIPPED,
            self.FulfilmentState.DELIVERED,
        }
        is_refunded = self.payment_state == self.PaymentState.REFUNDED
        return self.lifecycle == self.Lifecycle.CANCELLED or (
            is_refunded and self.fulfilment_state not in sent
        )

    def confirm(self) -> bool:
        """Mark that the money is safe, once. False when it already was; raises IllegalTransition if cancelled.

        Call it on an order read under its lock: when it was confirmed now, the rest of the row is not read again.
        """
        now = timezone.now()
        if sql.change(_CONFIRM, [sql.moment(now), self.pk, self.Lifecycle.PLACED.value]):
            self.lifecycle, self.confirmed_at = self.Lifecycle.PLACED, now
            self.__dict__.pop("version", None)  # read again where it is asked for
            return True
        self.refresh_from_db()
        if self.lifecycle == self.Lifecycle.CANCELLED:
            raise IllegalTransition(_("Order %(number)s was cancelled.") % {"number": self.number})
        return False

    def cancel(self, reason: str) -> None:
        """Raises IllegalTransition if it is cancelled or closed already. Its cart may be bought again."""
        self._move_to(
            self.Lifecycle.CANCELLED,
            cancelled_at=timezone.now(),
            cancel_reason=reason,
            cart=None,
            payment_due_at=None,
        )

    def reinstate(self) -> None:
        self._move_to(self.Lifecycle.PLACED, cancelled_at=None, cancel_reason="")

    def close(self) -> None:
        self._move_to(self.Lifecycle.CLOSED, closed_at=timezone.now())

    def _move_to(self, lifecycle: Lifecycle, **stamp: Any) -> None:
        """Compare and set in one UPDATE: of two racing callers, one gets IllegalTransition."""
        movable = Order.objects.filter(pk=self.pk, lifecycle__in=self.MOVES[lifecycle])
        if not movable.update(lifecycle=lifecycle, version=F("version") + 1, **stamp):
            raise IllegalTransition(
                _("Order %(number)s cannot become “%(state)s”.")
                % {"number": self.number, "state": lifecycle.label}
            )
        self.refresh_from_db()


class OrderLine(models.Model):
    """One thing bought: everything needed to tell its story without the catalogue."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    variant = models.ForeignKey("catalog.Variant", null=True, on_delete=models.SET_NULL, related_name="+")
    position = models.PositiveIntegerField(default=0)
    sku = models.CharField(max_length=64)
    name = models.CharField(max_length=250)  # in the order's language
    options_text = models.CharField(max_length=250, blank=True)
    kind = models.CharField(max_length=12)
    tax_class = models.CharField(max_length=50)
    weight_g = models.PositiveIntegerField(default=0)
    picture = models.CharField(max_length=200, blank=True)  # name of a small rendition in the media storage
    product_url = models.CharField(max_length=250, blank=True)
    currency = models.CharField(max_length=3)
    unit_minor = models.PositiveBigIntegerField()
    quantity = models.PositiveIntegerField()
    subtotal_minor = models.PositiveBigIntegerField()
    net_minor = models.PositiveBigIntegerField()
    tax_minor = models.PositiveBigIntegerField()
    tax_name = models.CharField(max_length=60, blank=True)
    tax_millionths = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_some"),
            models.CheckConstraint(
                condition=Q(subtotal_minor=F("unit_minor") * F("quantity")), name="order_line_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    unit = money("unit_minor")
    subtotal = money("subtotal_minor")

    @property
    def gross_minor(self) -> int:
        """What is charged for the line, tax within it."""
        return self.net_minor + self.tax_minor

    @property
    def gross(self) -> Money:
        return Money(self.gross_minor, self.currency)

    @property
    def is_shipped_by_parcel(self) -> bool:
        return self.kind == "physical"


class OrderEvent(models.Model):
    """The order's timeline, append-only: what happened, when, by whom. Shown to staff; some to the buyer."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)  # placed, confirmed, payment_failed, packed, shipped, ...
    data = models.JSONField(default=dict)  # numbers and codes, never personal data
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"


class OrderNote(models.Model):
    """What staff want each other to know."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(max_length=2000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("order note")
        verbose_name_plural = _("order notes")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.text[:40]
