"""What a browser is told so that it can pay: from the page's own script to the provider's."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from orders.models import Order
from payments.actions.attempts import start_attempt


def start_payment(request: HttpRequest, order: Order) -> dict[str, str]:
    """Make the payment known to the provider. Raises what `start_attempt` raises.

    The client secret lets this browser confirm the payment; it is stored and logged nowhere.
    """
    _attempt, started = start_attempt(order)
    return {
        "client_secret": started.client_secret,
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "order_url": order.get_absolute_url(),
        "return_url": request.build_absolute_uri(reverse("payments:returned", args=[order.token])),
    }
