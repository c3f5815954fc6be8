"""Order lines to promise stock to, and the question that every test of the stock ends with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from inventory.models import Level
from orders.models import Order, OrderLine


@pytest.fixture
def make_line() -> Callable[..., OrderLine]:
    """make_line(variant, quantity): a line of an order of its own, with no stock promised to it yet."""

    def make(variant: Any, quantity: int = 1) -> OrderLine:
        total = 2400 * quantity
        order = Order.objects.create(
            email="ada@example.com", language="en", currency="EUR", tax_included=True, payment_method="card",
            subtotal_minor=total, delivery_minor=0, tax_minor=0, total_minor=total,
            delivery_net_minor=0, delivery_tax_minor=0,
        )  # fmt: skip
        return OrderLine.objects.create(
            order=order, variant=variant, sku=variant.sku, name="Mug", kind="physical", tax_class="standard",
            currency="EUR", unit_minor=2400, quantity=quantity, subtotal_minor=total, net_minor=total, tax_minor=0,
        )  # fmt: skip

    return make


def counters(variant: Any) -> tuple[int, int, int]:
    """(on hand, allocated, held) over all levels of the variant."""
    sums = Level.objects.filter(variant=variant).aggregate(
        on_hand=Coalesce(Sum("on_hand"), 0),
        allocated=Coalesce(Sum("allocated"), 0),
        held=Coalesce(Sum("held"), 0),
    )
    return sums["on_hand"], sums["allocated"], sums["held"]


def levels_that_do_not_add_up() -> list[Level]:
    """Levels whose counters are not the sums of their movements."""
    sums = {name: Coalesce(Sum(f"movements__{name}_delta"), 0) for name in ("on_hand", "allocated", "held")}
    summed = Level.objects.annotate(**{f"sum_{name}": total for name, total in sums.items()})
    return list(
        summed.exclude(Q(on_hand=F("sum_on_hand")) & Q(allocated=F("sum_allocated")) & Q(held=F("sum_held")))
    )


@pytest.fixture(autouse=True)
def stock_adds_up(request: pytest.FixtureRequest) -> Any:
    """Whatever a test did: the counters are still the sums of the movements."""
    uses_database = request.node.get_closest_marker("django_db") or "transactional_db" in request.fixturenames
    if uses_database:
        request.getfixturevalue("_django_db_helper")
    yield
    if uses_database:
        assert levels_that_do_not_add_up() == []
