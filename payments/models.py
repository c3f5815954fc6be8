"""Attempts to be paid and what came of them. Balances are sums over append-only events."""

from __future__ import annotations

import hashlib
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.models import Order
from shop.models import canonical
from shop.money import money


class Attempt(models.Model):
    """One way the shop tries to be paid for an order: a PaymentIntent, a bank transfer."""

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("order")
    )
    number = models.PositiveIntegerField(default=1, verbose_name=_("number in its order"))  # of its order
    method = models.CharField(
        max_length=30, verbose_name=_("payment method")
    )  # card, bank_transfer, cash_on_delivery, pay_at_pickup
    gateway = models.CharField(max_length=20, verbose_name=_("provider"))  # stripe, manual
    amount_minor = models.PositiveBigIntegerField(verbose_name=_("amount, in minor units"))
    currency = models.CharField(max_length=3, verbose_name=_("currency"))
    idempotency_key = models.CharField(
        max_length=100, unique=True, verbose_name=_("key against paying twice")
    )
    reference = models.CharField(
        max_length=100, null=True, blank=True, unique=True, verbose_name=_("reference at the provider")
    )  # pi_…, or RF… to quote
    provider_state = models.CharField(
        max_length=40, blank=True, verbose_name=_("state at the provider")
    )  # as last read; a cache for staff, never a rule
    card = models.JSONField(default=dict, blank=True, verbose_name=_("card"))  # brand, last4
    capture_before = models.DateTimeField(null=True, blank=True, verbose_name=_("to be charged by"))
    is_multicapture = models.BooleanField(
        default=False, verbose_name=_("charged per parcel")
    )  # the provider allows a capture per parcel
    is_open = models.BooleanField(default=True, verbose_name=_("still open"))  # money may still come of it
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("created"))
    synced_at = models.DateTimeField(null=True, blank=True, verbose_name=_("last asked at the provider"))

    class Meta:
        verbose_name = _("payment attempt")
        verbose_name_plural = _("payment attempts")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(is_open=True), name="one_open_attempt_per_order"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="attempt_for_something"),
        ]
        indexes = [models.Index(fields=["synced_at"], name="attempt_to_sync", condition=Q(is_open=True))]

    amount = money("amount_minor")

    def __str__(self) -> str:
        return f"{self.order} {self.method} {self.number}"


class EventQuerySet(models.QuerySet):
    def total(self, *kinds: str) -> int:
        return self.filter(kind__in=kinds).aggregate(total=Sum("amount_minor"))["total"] or 0


class Event(models.Model):
    """Something that happened to money, append-only and chained: `hash` = sha256(prev + canonical body)."""

    class Kind(models.TextChoices):
        AUTHORIZED = "authorized", pgettext_lazy("payment event", "Authorized")
        CAPTURED = "captured", pgettext_lazy("payment event", "Captured")
        VOIDED = "voided", pgettext_lazy("payment event", "Voided")
        FAILED = "failed", pgettext_lazy("payment event", "Failed")
        PROMISED = "promised", pgettext_lazy("payment event", "To be paid on delivery")
        REFUND_REQUESTED = "refund_requested", pgettext_lazy("payment event", "Refund requested")
        REFUNDED = "refunded", pgettext_lazy("payment event", "Refunded")
        REFUND_FAILED = "refund_failed", pgettext_lazy("payment event", "Refund failed")
        DISPUTED = "disputed", pgettext_lazy("payment event", "Disputed")
        FEE = "fee", pgettext_lazy("payment event", "Fee")

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    provider_object = models.CharField(max_length=120)  # ch_…, re_…, what makes it the same event twice
    data = models.JSONField(default=dict)  # decline code, reason; never card numbers or names
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment event")
        verbose_name_plural = _("payment events")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "kind", "provider_object"], name="payment_event_once"),
            models.UniqueConstraint(fields=["attempt", "prev"], name="payment_chain_does_not_fork"),
        ]

    amount = money("amount_minor")

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency}"

    def seal(self) -> str:
        """The hash this event must carry: over the one before it in its attempt and over its own facts."""
        body = {
            "attempt": self.attempt_id, "kind": self.kind, "amount": self.amount_minor, "currency": self.currency,
            "object": self.provider_object, "data": self.data, "at": self.occurred_at.isoformat(),
        }  # fmt: skip
        return hashlib.sha256((self.prev + canonical(body)).encode()).hexdigest()


class Capture(models.Model):
    """Money that shall be taken from a hold. Written before the provider is asked; the same key is the same capture."""

    key = models.CharField(max_length=100, unique=True)  # "shipment:12"
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="captures")
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    is_done = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("capture")
        verbose_name_plural = _("captures")
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="capture_something")]

    amount = money("amount_minor")

    def __str__(self) -> str:
        return f"{self.key} {self.amount_minor}"


class Refund(models.Model):
    """Money on its way back. Written before the provider is asked, so that a lost answer loses nothing."""

    class State(models.TextChoices):
        PENDING = "pending", pgettext_lazy("refund", "On its way")
        SUCCEEDED = "succeeded", pgettext_lazy("refund", "Refunded")
        FAILED = "failed", pgettext_lazy("refund", "Failed")

    uuid = models.UUIDField(
        unique=True, default=uuid4, verbose_name=_("own number")
    )  # also in the provider's metadata
    key = models.CharField(
        max_length=100, unique=True, verbose_name=_("key against refunding twice")
    )  # what makes it the same refund twice: the form's token
    attempt = models.ForeignKey(
        Attempt, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("payment attempt")
    )
    amount_minor = models.PositiveBigIntegerField(verbose_name=_("amount, in minor units"))
    currency = models.CharField(max_length=3, verbose_name=_("currency"))
    reason = models.CharField(max_length=250, blank=True, verbose_name=_("reason"))
    reference = models.CharField(
        max_length=100, null=True, blank=True, unique=True, verbose_name=_("reference at the provider")
    )  # re_…
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.PENDING, verbose_name=_("state")
    )
    error = models.CharField(max_length=250, blank=True, verbose_name=_("error"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("who did it"),
    )
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("created"))

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_something")]

    amount = money("amount_minor")

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} {self.state}"


class InboxEvent(models.Model):
    """A provider's webhook as it came, stored before anything is done about it."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        DONE = "done", _("Done")
        IGNORED = "ignored", _("Not ours")
        FAILED = "failed", _("Failed")

    event_id = models.CharField(max_length=100, unique=True, verbose_name=_("event"))
    kind = models.CharField(max_length=80, verbose_name=_("kind of event"))
    api_version = models.CharField(max_length=40, blank=True, verbose_name=_("version of the API"))
    livemode = models.BooleanField(default=False, verbose_name=_("real money"))
    object_id = models.CharField(
        max_length=100, db_index=True, blank=True, verbose_name=_("about which payment")
    )  # the intent it is about
    payload = models.JSONField(verbose_name=_("content"))
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.RECEIVED, verbose_name=_("state")
    )
    error = models.CharField(max_length=250, blank=True, verbose_name=_("error"))
    created_at = models.DateTimeField(verbose_name=_("happened at"))  # the provider's time
    received_at = models.DateTimeField(default=timezone.now, verbose_name=_("received"))
    processed_at = models.DateTimeField(null=True, blank=True, verbose_name=_("processed"))

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        indexes = [models.Index(fields=["received_at"], name="inbox_waiting", condition=Q(state="received"))]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"
