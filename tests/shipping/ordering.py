"""Orders for tests, placed and confirmed the way shoppers do it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from catalog.models import Variant
from orders import actions
from orders.basket import Basket
from orders.models import Cart, Order
from orders.signals import DeliveryQuote, PaymentOption
from shipping.models import Method, WeightRate, Zone
from shop.money import Money
from tests.factories import LocationFactory, TaxClassFactory, TaxRateFactory, VariantFactory

MIRA = {
    "full_name": "Mira Keller",
    "line1": "Rua do Exemplo 12",
    "city": "Lisboa",
    "postal_code": "1100-001",
    "country": "PT",
}
ON_DELIVERY = PaymentOption("cash_on_delivery", "Cash on delivery", is_promised=True)
BY_TRANSFER = PaymentOption("bank_transfer", "Bank transfer", due_minutes=60 * 24 * 7)


def place(
    *goods: tuple[Variant, int],
    delivery: DeliveryQuote | None = None,
    payment: PaymentOption = ON_DELIVERY,
    **facts: Any,
) -> Order:
    """An order for these goods, by default one mug to Lisbon for 3.90 €, to be paid at the door."""
    TaxRateFactory()
    cart = Cart.objects.create(
        **{"currency": "EUR", "language": "en", "email": "mira@example.com", **MIRA, **facts}
    )
    for variant, quantity in goods or [(VariantFactory(), 1)]:
        actions.add_line(cart, variant.sku, quantity)
    quote = delivery or DeliveryQuote("standard", "Standard delivery", Money(390, "EUR"), "standard")
    actions.choose_delivery(cart, quote)
    cart.refresh_from_db()
    basket = Basket.of(cart)
    return actions.place_order(
        basket, shown_total=basket.quote.total, version=cart.version, delivery=quote, payment=payment
    )


def make_method(code: str = "standard", *, countries: tuple[str, ...] = ("PT",), **facts: Any) -> Method:
    """A way of delivery to `countries`, up to 2 kg for 3.90 €; `rates` {grams: fee} for other tables."""
    rates = facts.pop("rates", {2000: 390})
    zone, _new = Zone.objects.get_or_create(
        code="-".join(countries).lower(), defaults={"countries": list(countries), "name": {"en": "Here"}}
    )
    method = Method.objects.create(
        zone=zone, code=code, tax_class=TaxClassFactory(),
        **{"currency": "EUR", "name": {"en": "Standard delivery"}, "min_days": 1, "max_days": 3, **facts},
    )  # fmt: skip
    for weight, fee in rates.items():
        WeightRate.objects.create(method=method, max_weight_g=weight, fee_minor=fee)
    return method


def at_the_counter() -> DeliveryQuote:
    """A pick-up at the showroom, with the method that offers it."""
    showroom = LocationFactory(code="showroom", name={"en": "Showroom"}, is_pickup=True)
    make_method("pickup", kind=Method.Kind.PICKUP, location=showroom, rates={30_000: 0})
    today = timezone.localdate()
    return DeliveryQuote(
        "pickup",
        "Showroom",
        Money(0, "EUR"),
        "standard",
        today,
        today,
        is_pickup=True,
        location_id=showroom.pk,
    )
