"""The answer to the last form was lost, and the shopper presses the button once more."""

from __future__ import annotations

import pytest

from orders.models import Order
from tests.shopper import Shopper, pay


@pytest.mark.parametrize("method", ["bank_transfer", "card"])
def test_the_same_form_leads_to_the_same_order(store, sandbox, method):
    shopper = Shopper()
    shopper.fill("MUG", method=method)
    form = shopper.last_step()
    first = shopper.place(form)

    again = shopper.place(form)

    assert again.status_code == 303
    assert again.headers["Location"] == first.headers["Location"]
    assert Order.objects.get().token in again.headers["Location"]


def test_an_order_that_was_paid_meanwhile_is_shown(store, sandbox):
    shopper = Shopper()
    shopper.fill("MUG", method="card")
    form = shopper.last_step()
    shopper.place(form)
    order = Order.objects.get()
    pay(order)

    assert shopper.place(form).headers["Location"] == order.get_absolute_url()
    answer = shopper.client.post(
        "/checkout/", {"section": "place", **form}, headers={"Accept": "application/json"}
    )
    assert answer.json() == {"order_url": order.get_absolute_url(), "start_url": None, "started": None}


def test_a_form_without_a_cart_leads_to_the_cart(store):
    assert Shopper().client.post("/checkout/", {"section": "place"}).headers["Location"] == "/cart/"
