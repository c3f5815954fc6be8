"""The cart: lines, and the answers given at the checkout so far."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AddressFields
from shop.money import money


def new_token() -> str:
    """An unguessable name for a cart or an order: 192 bits."""
    return secrets.token_urlsafe(24)


class Cart(AddressFields):
    """A basket and its checkout. Found by `token` from a signed cookie, or by its user."""

    token = models.CharField(max_length=40, unique=True, default=new_token)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="carts"
    )
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=10, default="en")
    email = models.EmailField(blank=True)
    delivery_code = models.CharField(max_length=60, blank=True)  # a quote of shipping: "standard"
    delivery_label = models.CharField(max_length=120, blank=True)
    delivery_fee_minor = models.PositiveBigIntegerField(null=True)
    delivery_tax_class = models.CharField(max_length=50, blank=True)
    payment_method = models.CharField(max_length=30, blank=True)
    # Counts every change that a total depends on, so that a page drawn before a change is known.
    version = models.PositiveIntegerField(default=1)
    held_until = models.DateTimeField(
        null=True, blank=True
    )  # its goods are kept; None once its lines changed
    is_open = models.BooleanField(default=True)  # closed when it became an order
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("cart")
        verbose_name_plural = _("carts")
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(is_open=True), name="one_open_cart_per_user")
        ]

    def __str__(self) -> str:
        return f"cart {self.pk}"

    def count(self) -> int:
        """How many things are in it, over all lines."""
        return self.lines.aggregate(total=models.Sum("quantity"))["total"] or 0


class CartLine(models.Model):
    """A variant and how many of it. `seen_unit_minor` is the price the shopper last saw."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    variant = models.ForeignKey("catalog.Variant", on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    seen_unit_minor = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("cart line")
        verbose_name_plural = _("cart lines")
        constraints = [
            models.UniqueConstraint(fields=["cart", "variant"], name="cart_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(quantity__lte=999), name="cart_line_quantity_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant_id}"

    currency = property(lambda line: line.cart.currency)
    seen_unit = money("seen_unit_minor")
