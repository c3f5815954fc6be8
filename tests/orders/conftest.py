"""A shop with a mug and a lamp that delivers to Portugal."""

import pytest

from tests.factories import ProductFactory
from tests.shopper import Shopper, open_delivery


@pytest.fixture
def shop(db):
    open_delivery()
    ProductFactory(name={"en": "Mug", "ru": "Кружка"}, slug="mug", variant__sku="MUG")
    ProductFactory(
        name={"en": "Lamp", "ru": "Лампа"},
        slug="lamp",
        variant__sku="LAMP",
        variant__price__amount_minor=16_900,
    )


@pytest.fixture
def shopper(shop):
    return Shopper()
