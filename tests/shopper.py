"""A shopper without a browser, and their bank: what tests about buying are told in.

shopper = Shopper(client)
order = shopper.buy("MUG", method="bank_transfer")
order = shopper.place(shopper.fill("MUG"));  pay(order, "pm_card_visa")
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import time
from typing import Any

import stripe
from django.conf import settings
from django.test import Client
from django.urls import reverse

from orders.models import Order
from payments import actions as payments
from payments.models import Attempt
from shipping.models import Method, WeightRate, Zone
from tests.factories import LocationFactory, TaxClassFactory, TaxRateFactory

ADDRESS = {
    "full_name": "Ana Sousa",
    "line1": "Rua do Norte 12",
    "line2": "",
    "city": "Lisboa",
    "region": "",
    "postal_code": "1200-284",
    "country": "PT",
    "phone": "+351 912 345 678",
}


def open_delivery(currency: str = "EUR", fee_minor: int = 490) -> None:
    """Portugal is served: standard for a fee, express before two, collection in the showroom."""
    standard = TaxClassFactory()
    TaxRateFactory()
    zone = Zone.objects.create(code="pt", name={"en": "Portugal"}, countries=["PT"])
    common = {"zone": zone, "currency": currency, "tax_class": standard}
    parcel = Method.objects.create(code="standard", name={"en": "Standard", "ru": "Обычная"}, **common)
    express = Method.objects.create(
        code="express", name={"en": "Express"}, min_days=1, max_days=1, cutoff=time(14), **common
    )
    pickup = Method.objects.create(
        code="pickup-showroom", kind=Method.Kind.PICKUP, name={"en": "Showroom"},
        location=LocationFactory(code="showroom", is_pickup=True), **common,
    )  # fmt: skip
    for method, fee in ((parcel, fee_minor), (express, fee_minor * 2), (pickup, 0)):
        WeightRate.objects.create(method=method, max_weight_g=30_000, fee_minor=fee)


class Shopper:
    """Someone who fills in forms. Answers and hidden fields come from the pages, as in a browser."""

    def __init__(self, client: Client | None = None, email: str = "ana@example.com") -> None:
        self.client = client or Client(HTTP_SEC_FETCH_SITE="same-origin")
        self.client.defaults.setdefault("HTTP_SEC_FETCH_SITE", "same-origin")
        self.email = email

    def add(self, sku: str, quantity: int | str = 1, **extra: Any) -> Any:
        return self.client.post(reverse("orders:cart_add"), {"sku": sku, "quantity": quantity, **extra})

    def answer(self, section: str, **answers: Any) -> Any:
        return self.client.post(reverse("orders:checkout"), {"section": section, **answers})

    def fill(self, *skus: str, method: str = "card", delivery: str = "standard", **address: str) -> None:
        """Put the things in the cart and answer everything up to the last step."""
        for sku in skus:
            assert self.add(sku).status_code == 303, f"{sku} was refused"
        self.must(self.answer("contact", email=self.email))
        self.must(self.answer("delivery", **{**ADDRESS, **address}, shipping_method=delivery))
        self.must(self.answer("payment", payment_method=method))

    def last_step(self) -> dict[str, str]:
        """The hidden fields of the last form, as the page shows them now."""
        page = self.client.get(reverse("orders:checkout")).content.decode()
        names = ("version", "shown_total")
        return {name: re.search(rf'name="{name}"[^>]*value="(\d+)"', page)[1] for name in names}  # type: ignore[index]

    def place(self, form: dict[str, str] | None = None, **extra: Any) -> Any:
        fields = form or self.last_step()
        return self.client.post(
            reverse("orders:checkout"), {"section": "place", "accept_terms": "on", **fields, **extra}
        )

    def buy(self, *skus: str, method: str = "bank_transfer", **answers: str) -> Order:
        """The whole way to a placed order."""
        self.fill(*skus, method=method, **answers)
        response = self.place()
        assert response.status_code == 303, response.content.decode()[:2000]
        return Order.objects.latest("pk")

    @staticmethod
    def must(response: Any) -> None:
        assert response.status_code == 303, response.content.decode()[:3000]


def bank(base: str | None = None) -> stripe.StripeClient:
    """The provider's API as a test uses it, beside the shop."""
    return stripe.StripeClient("sk_test_sandbox", base_addresses={"api": base or settings.STRIPE_API_BASE})


def start(order: Order) -> Attempt:
    """What the pay page does before the card form is confirmed."""
    attempt, _started = payments.start_attempt(order)
    return attempt


def confirm(attempt: Attempt, card: str = "pm_card_visa") -> Any:
    """The browser confirms the payment; the shop is told nothing."""
    return bank().v1.payment_intents.confirm(
        attempt.reference, {"payment_method": card, "return_url": "http://testserver/return"}
    )


def pay(order: Order, card: str = "pm_card_visa") -> Attempt:
    """Start, confirm and sync: a payment without any webhook."""
    attempt = start(order)
    with suppress(stripe.CardError):
        confirm(attempt, card)
    return payments.sync(attempt)
