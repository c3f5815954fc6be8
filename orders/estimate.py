"""What a cart will cost delivered, before anybody has said where to: so that the total never rises later."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils import timezone

from accounts.addresses import country_name
from catalog.signals import delivery_promise_wanted
from orders.basket import Basket
from orders.signals import DeliveryQuote, ask, delivery_quotes_wanted
from pricing.calculator import Delivery, Quote, calculate
from shop.money import Money


@dataclass(frozen=True)
class Estimate:
    """The sum with the delivery that was chosen, or with the first that would be offered."""

    quote: Quote
    delivery: DeliveryQuote | None
    country: str
    free_from: Money | None = None  # goods of this amount travel free

    @property
    def country_name(self) -> str:
        return country_name(self.country)

    @property
    def free_gap(self) -> Money | None:
        """What is missing to free delivery; None when it is free or never will be."""
        if self.free_from is None or self.delivery is None or self.delivery.is_pickup:
            return None
        gap = self.free_from - self.quote.subtotal
        return gap if gap.minor > 0 else None

    @property
    def is_free(self) -> bool:
        """The goods have reached the amount from which delivery is free."""
        return self.free_from is not None and self.free_from <= self.quote.subtotal


def estimate(basket: Basket, quotes: list[DeliveryQuote] | None = None) -> Estimate:
    """`quotes` are the ways of delivery where they are known already."""
    now = timezone.now()
    if quotes is None:
        quotes = ask(delivery_quotes_wanted, basket=basket, country=basket.country, now=now)
    chosen = next((quote for quote in quotes if quote.code == basket.cart.delivery_code), None)
    delivery = chosen or next(iter(quotes), None)
    snapshot = basket.snapshot()
    if delivery:
        snapshot = replace(
            snapshot, delivery=Delivery(delivery.label, delivery.fee.minor, delivery.tax_class)
        )
    promises = delivery_promise_wanted.send(
        sender=None, country=basket.country, currency=basket.currency, now=now
    )
    promise = next((answer for _receiver, answer in promises if answer), None)
    return Estimate(
        quote=calculate(snapshot),
        delivery=delivery,
        country=basket.country,
        free_from=promise.free_from if promise and basket.needs_delivery else None,
    )
