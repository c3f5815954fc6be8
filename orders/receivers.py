"""What orders hears: people signing in and proving their address."""

from typing import Any

from allauth.account.signals import email_confirmed
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from orders import tasks  # noqa: F401  (registers the outbox handlers and the clock's jobs)
from orders.actions import merge_carts
from orders.carts import guest_cart
from orders.models import Order


@receiver(user_logged_in)
def bring_the_cart_along(request: HttpRequest | None = None, user: Any = None, **kwargs: Any) -> None:
    """A guest's cart follows them into their account."""
    if request is not None and (cart := guest_cart(request)):
        merge_carts(cart, user)


@receiver(email_confirmed)
def claim_guest_orders(email_address: Any, **kwargs: Any) -> None:
    """Orders made as a guest become visible in the account once, and only once, the address is proven."""
    Order.objects.filter(user__isnull=True, email__iexact=email_address.email).update(user=email_address.user)
