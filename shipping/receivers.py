"""What delivery answers and hears."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from catalog.signals import DeliveryPromise, delivery_promise_wanted
from orders.basket import Basket
from orders.models import Order
from orders.signals import (
    DeliveryQuote,
    OrderPart,
    ShipmentSums,
    delivery_countries_wanted,
    delivery_quotes_wanted,
    order_cancelled,
    order_confirmed,
    order_parts_wanted,
    shipment_sums_wanted,
)
from shipping import (
    actions,
    parcels,
    queue,  # noqa: F401  (tells the order desk what waits)
    quotes,
)


@receiver(delivery_quotes_wanted)
def quote(basket: Basket, country: str, now: datetime, **kwargs: Any) -> list[DeliveryQuote]:
    return quotes.quotes_for_basket(basket, country=country, now=now)


@receiver(delivery_countries_wanted)
def countries(**kwargs: Any) -> list[str]:
    return sorted(quotes.served_countries())


@receiver(delivery_promise_wanted)
def promise(country: str, currency: str, now: datetime, **kwargs: Any) -> DeliveryPromise | None:
    return quotes.standing_promise(country, currency, now=now)


@receiver(shipment_sums_wanted)
def sums(order: Order, **kwargs: Any) -> list[ShipmentSums]:
    return [parcels.sums_of(order)]


@receiver(order_confirmed)
def plan(order: Order, **kwargs: Any) -> None:
    actions.plan_shipments(order)


@receiver(order_cancelled)
def let_go(order: Order, **kwargs: Any) -> None:
    actions.cancel_shipments(order)


@receiver(order_parts_wanted)
def parts(order: Order, for_staff: bool = False, **kwargs: Any) -> list[OrderPart]:
    return parcels.staff_parts(order) if for_staff else parcels.shopper_parts(order)
