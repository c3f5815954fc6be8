"""A shop with one mug that delivers to Portugal, and Stripe's stand-in."""

import pytest

from tests.factories import ProductFactory
from tests.shopper import Shopper, open_delivery


@pytest.fixture
def shop(db, sandbox):
    open_delivery()
    ProductFactory(name={"en": "Mug", "ru": "Кружка"}, slug="mug", variant__sku="MUG")
    return sandbox


@pytest.fixture
def shopper(shop):
    return Shopper()
