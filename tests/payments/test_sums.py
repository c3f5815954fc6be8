"""One sum from the cart to the bank, in every currency. Numbers are those of the cases."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.urls import reverse

from orders.models import Order
from payments.models import Event
from pricing.models import TaxRate
from shop import outbox
from shop.models import Mail
from shop.money import exponent
from tests.factories import PriceListFactory, ProductFactory
from tests.shopper import Shopper, bank, open_delivery, pay

SEVEN_LINES = [(10, 3), (1999, 1), (333, 2), (5, 9), (12_345, 1), (101, 7), (49, 4)]


@pytest.mark.parametrize(
    ("currency", "goods", "tax_millionths", "fee_minor", "decimals"),
    [
        ("EUR", [(2499, 1)], 107_500, 644, 2),
        ("KWD", [(335, 3)], 107_500, 645, 3),
        ("EUR", SEVEN_LINES, 88_750, 499, 2),
        ("JPY", [(9399, 1)], 100_000, 500, 0),
        ("USD", SEVEN_LINES, 88_750, 499, 2),
    ],
    ids=["24.99 and 6.44", "3 of 0.335", "seven lines", "yen", "dollars"],
)
def test_pages_mails_bank_and_ledger_say_one_sum(
    db, sandbox, settings, currency, goods, tax_millionths, fee_minor, decimals
):  # payments 14, reliability 17, 18
    settings.CURRENCY = currency
    open_delivery(currency, fee_minor)
    TaxRate.objects.update(rate_millionths=tax_millionths)
    shopper, prices = Shopper(), PriceListFactory(code=currency.lower(), currency=currency)
    for number, (unit_minor, quantity) in enumerate(goods):
        ProductFactory(variant__sku=f"GOOD-{number}", variant__price__amount_minor=unit_minor,
                       variant__price__price_list=prices, indexed=True)  # fmt: skip
        shopper.add(f"GOOD-{number}", quantity)
    total = sum(unit_minor * quantity for unit_minor, quantity in goods) + fee_minor
    shown = f'data-minor="{total}" data-currency="{currency}"'

    shopper.fill(method="card")
    checkout = shopper.client.get(reverse("orders:checkout")).content.decode()
    shopper.place()
    order = Order.objects.get()
    attempt = pay(order)
    outbox.drain()

    lines = order.lines.all()
    delivery_minor = order.delivery_net_minor + order.delivery_tax_minor
    assert sum(line.net_minor + line.tax_minor for line in lines) + delivery_minor == total
    assert sum(line.tax_minor for line in lines) + order.delivery_tax_minor == order.tax_minor
    assert sum(tax["net_minor"] + tax["tax_minor"] for tax in order.taxes) == total
    assert order.total_minor == total
    assert shown in checkout
    assert f'data-amount="{total}"' in checkout
    assert shown in shopper.client.get(order.get_absolute_url()).content.decode()
    for letter in Mail.objects.filter(kind__in=("order_received", "payment_confirmed")):
        assert str(order.total) in letter.text
        assert str(order.total) in letter.html
    intent = bank().v1.payment_intents.retrieve(attempt.reference)
    assert (intent.amount, intent.currency) == (total, currency.lower())
    event = Event.objects.get(kind=Event.Kind.AUTHORIZED)
    assert (event.amount_minor, event.currency) == (total, currency)
    assert exponent(currency) == decimals
    call_command("verify_integrity")
