"""Many at once, on connections of their own. Numbers are those of the reliability cases."""

import random
import re

import pytest
from django.urls import reverse

from inventory.models import Level
from orders.models import Cart, Order, OrderLine
from payments.models import Attempt
from tests.factories import ProductFactory, VariantFactory
from tests.shopper import Shopper, bank, open_delivery

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(transactional_db):
    open_delivery()


def ready(*skus: str, method: str = "bank_transfer", number: int = 0) -> tuple[Shopper, dict[str, str]]:
    """A shopper in front of the last button."""
    shopper = Shopper(email=f"buyer{number}@example.com")
    shopper.fill(*skus, method=method)
    return shopper, shopper.last_step()


def outcomes(responses) -> dict[int, int]:
    """{status: how many}; an exception that reached the caller counts as 500."""
    counts: dict[int, int] = {}
    for response in responses:
        status = getattr(response, "status_code", 500)
        counts[status] = counts.get(status, 0) + 1
    return counts


def sold(sku: str) -> int:
    return sum(OrderLine.objects.filter(sku=sku).values_list("quantity", flat=True))


def test_one_cart_placed_twenty_times_at_once_is_one_order_and_one_intent(
    shop, sandbox, run_together
):  # rel. 6
    ProductFactory(variant__sku="MUG")
    shopper, form = ready("MUG", method="card")
    cookies = shopper.client.cookies

    def place(number):
        again = Shopper()
        again.client.cookies = cookies
        response = again.place(form)
        order = Order.objects.get()
        started = again.client.post(reverse("payments:start", args=[order.token]))
        return response, started

    answers = run_together(place, 20)
    assert all(
        response.headers["Location"] == reverse("payments:pay", args=[Order.objects.get().token])
        for response, _s in answers
    )
    assert {started.json()["client_secret"].split("_secret")[0] for _r, started in answers} == {
        Attempt.objects.get().reference
    }
    assert len(bank().v1.payment_intents.list({"limit": 10}).data) == 1


def test_twenty_carts_and_one_unit_one_can_pay_and_the_rest_learn_it_before(shop, run_together):  # rel. 2
    ProductFactory(variant__sku="LAST", variant__level__on_hand=1)
    shoppers = [Shopper(email=f"buyer{number}@example.com") for number in range(20)]
    for shopper in shoppers:
        assert shopper.add("LAST").status_code == 303
    answers = run_together(lambda number: shoppers[number].answer("contact", email="a@example.com"), 20)
    assert outcomes(answers) == {303: 1, 409: 19}
    assert all(re.search("sold out", a.content.decode()) for a in answers if a.status_code == 409)


def test_carts_of_several_lines_in_any_order_sell_exactly_the_stock(shop, run_together):  # rel. 3
    skus = [f"HOT-{number}" for number in range(6)]
    product = ProductFactory(variant=None)
    for sku in skus:
        VariantFactory(product=product, sku=sku, level__on_hand=8, options={"colour": sku.lower()})
    carts = []
    for number in range(24):
        shopper = Shopper(email=f"buyer{number}@example.com")
        shopper.fill(*random.sample(skus, 4), method="bank_transfer")
        carts.append((shopper, shopper.last_step()))
        # Holds would settle it before: let them go, so that placement itself is what races.
        from inventory.actions import release_holds

        release_holds(Cart.objects.latest("pk").token)
    answers = run_together(lambda number: carts[number][0].place(carts[number][1]), 24)
    counts = outcomes(answers)
    assert set(counts) <= {303, 409}
    assert counts[303] == Order.objects.count()
    for level in Level.objects.select_related("variant"):
        assert level.allocated == sold(level.variant.sku) <= 8
        assert level.held == 0
