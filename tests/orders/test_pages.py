"""Pages of cart, checkout and order: their parts alone, what a script asks for, what they weigh."""

from __future__ import annotations

import gzip
import re

import pytest
from django.conf import settings
from django.urls import reverse

from catalog.models import Price
from inventory.actions import set_on_hand
from inventory.models import Level
from orders import actions
from orders.models import Cart, Order
from shipping.models import Method
from shop import dates
from tests.factories import ProductFactory
from tests.shopper import ADDRESS

HTMX = {"HTTP_HX_REQUEST": "true"}
HTML_BUDGET_KB = 18


def totals(page: str) -> set[int]:
    """Every amount that the page calls its total."""
    found = re.findall(r'data-total>\s*<span data-minor="(\d+)"', page)
    assert found, "the page shows no total"
    return {int(minor) for minor in found}


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["nothing", "%00", "%FF%FE", "a" * 300, "../track", "' OR 1=1 --"])
@pytest.mark.parametrize("page", ["", "pay/", "pay/return/"])
def test_a_link_that_names_no_order_leads_nowhere(client, token, page):
    assert client.get(f"/orders/{token}/{page}").status_code == 404


# --- The cart ------------------------------------------------------------------------------------
def test_a_change_answers_with_the_cart_alone(shopper):
    shopper.add("MUG")
    line = Cart.objects.get().lines.get()
    response = shopper.client.post(reverse("orders:cart_line", args=[line.pk]), {"quantity": 3}, **HTMX)
    page = response.content.decode()
    assert "<html" not in page
    assert 'value="3"' in page
    assert "HX-Request" in response.headers["Vary"]


def test_the_typed_number_and_the_buttons_are_forms_of_their_own(shopper):
    """A button that is pressed must not send the old number of the field along."""
    shopper.add("MUG", 2)
    page = shopper.client.get(reverse("orders:cart")).content.decode()
    line = Cart.objects.get().lines.get().pk
    assert re.search(rf'<input id="quantity-{line}" form="set-{line}" name="quantity" value="2"', page)
    assert f'<form id="set-{line}"' in page
    assert re.search(r'<button type="submit" name="quantity" value="1"', page)
    assert re.search(r'<button type="submit" name="quantity" value="3"', page)


def test_adding_opens_the_drawer_with_what_was_added(shopper):
    response = shopper.client.post(reverse("orders:cart_add"), {"sku": "MUG", "quantity": 2}, **HTMX)
    page = response.content.decode()
    assert response.status_code == 200
    assert page.lstrip().startswith("<dialog")
    assert "Mug" in page
    assert 'data-minor="4800"' in page


def test_what_cannot_be_added_is_said_in_the_drawer(shopper):
    response = shopper.client.post(reverse("orders:cart_add"), {"sku": "MUG", "quantity": 99}, **HTMX)
    page = response.content.decode()
    assert response.status_code == 422
    assert page.lstrip().startswith("<dialog")
    assert "Only 10 of" in page


def test_an_empty_cart_says_what_to_do_next(shopper):
    page = shopper.client.get(reverse("orders:cart")).content.decode()
    assert "Your cart is empty" in page
    assert f'href="{reverse("content:home")}"' in page


def test_a_cart_with_something_wrong_does_not_lead_to_the_checkout(shopper):
    shopper.add("MUG", 5)
    level = Level.objects.get(variant__sku="MUG")
    set_on_hand(level.variant, level.location, 2, cause="count")
    page = shopper.client.get(reverse("orders:cart")).content.decode()
    assert f'href="{reverse("orders:checkout")}"' not in page
    assert "only 2 left" in page
    assert shopper.client.get(reverse("orders:checkout")).headers["Location"] == reverse("orders:cart")


# --- The total never rises unannounced ---------------------------------------------------------------
def test_the_total_is_the_same_from_the_cart_to_the_order(shopper):
    shopper.add("MUG")
    seen = totals(shopper.client.get(reverse("orders:cart")).content.decode())
    seen |= totals(shopper.client.get(reverse("orders:checkout")).content.decode())
    shopper.fill(method="bank_transfer")
    seen |= totals(shopper.client.get(reverse("orders:checkout")).content.decode())
    shopper.place()
    order = Order.objects.get()
    seen |= totals(shopper.client.get(order.get_absolute_url()).content.decode())
    assert seen == {order.total_minor} == {2890}


def test_the_way_to_free_delivery_is_shown_until_it_is_free(shopper):
    Method.objects.filter(code="standard").update(free_from_minor=5000)
    shopper.add("MUG")
    page = shopper.client.get(reverse("orders:cart")).content.decode()
    assert "€26</strong> more and delivery is free" in page
    shopper.add("MUG", 2)
    page = shopper.client.get(reverse("orders:cart")).content.decode()
    assert "Delivery is free for this order" in page
    assert totals(page) == {7200}


# --- The checkout --------------------------------------------------------------------------------
def test_another_country_shows_its_format_and_saves_nothing_else(shopper):
    method = Method.objects.get(code="standard")
    method.zone.countries = ["PT", "US"]
    method.zone.save()
    shopper.add("MUG")
    shopper.answer("contact", email="ana@example.com")
    written = {**ADDRESS, "country": "US", "line1": "1 Main St", "change_country": "1"}
    response = shopper.answer("delivery", **written)
    page = response.content.decode()
    assert response.status_code == 200
    assert "ZIP code" in page
    assert "1 Main St" in page
    assert 'aria-invalid="true"' not in page
    assert (Cart.objects.get().country, Cart.objects.get().line1) == ("US", "")


def test_a_finished_section_is_opened_again_by_its_link(shopper):
    shopper.fill("MUG", method="bank_transfer")
    page = shopper.client.get(reverse("orders:checkout")).content.decode()
    assert "?step=contact#contact" in page
    opened = shopper.client.get(reverse("orders:checkout"), {"step": "contact"}).content.decode()
    assert 'value="ana@example.com"' in opened


def test_both_of_two_neighbours_that_are_wrong_have_their_words(shopper):
    shopper.add("MUG")
    shopper.answer("contact", email="ana@example.com")
    page = shopper.answer(
        "delivery", **{**ADDRESS, "postal_code": "", "city": ""}, shipping_method="standard"
    ).content.decode()
    assert "<title>Error:" in page
    assert 'id="id_postal_code_error"' in page
    assert 'id="id_city_error"' in page
    assert "2 things to correct" in page


# --- What the script on the payment step asks for -----------------------------------------------------
@pytest.fixture
def cards(settings):
    settings.STRIPE_SECRET_KEY = "sk_test_sandbox"
    settings.STRIPE_PUBLISHABLE_KEY = "pk_test_sandbox"


def test_the_card_form_knows_the_amount_and_nothing_secret(cards, shopper):
    shopper.fill("MUG", method="card")
    page = shopper.client.get(reverse("orders:checkout")).content.decode()
    mount = re.search(r'<div id="payment-element"[^>]*>', page)[0]
    assert 'data-amount="2890"' in mount
    assert 'data-currency="eur"' in mount
    assert 'data-key="pk_test_sandbox"' in mount
    assert "sk_test" not in page
    assert "js/pay" in page


def test_without_a_card_no_foreign_script_is_named(cards, shopper):
    shopper.fill("MUG", method="bank_transfer")
    page = shopper.client.get(reverse("orders:checkout")).content.decode()
    assert "payment-element" not in page
    assert settings.STRIPE_JS_URL not in page


def test_the_script_places_the_order_and_learns_where_to_pay(cards, shopper):
    shopper.fill("MUG", method="card")
    form = {"section": "place", "accept_terms": "on", **shopper.last_step()}
    first = shopper.client.post(reverse("orders:checkout"), form, HTTP_ACCEPT="application/json").json()
    order = Order.objects.get()
    assert first["start_url"] == reverse("payments:start", args=[order.token])
    again = shopper.client.post(reverse("orders:checkout"), form, HTTP_ACCEPT="application/json").json()
    assert again == first
    assert Order.objects.count() == 1


def test_the_script_is_told_what_to_check_without_losing_the_card(cards, shopper):
    shopper.fill("MUG", method="card")
    response = shopper.client.post(
        reverse("orders:checkout"),
        {"section": "place", **shopper.last_step()},
        HTTP_ACCEPT="application/json",
    )
    answer = response.json()
    assert response.status_code == 422
    assert answer["errors"] == [
        {"field": "id_accept_terms", "text": "Please accept the terms to place the order."}
    ]
    assert not answer["notice"]


def test_the_script_is_told_to_show_the_page_when_the_total_changed(cards, shopper):
    shopper.fill("MUG", method="card")
    form = {"section": "place", "accept_terms": "on", **shopper.last_step()}
    Price.objects.update(amount_minor=2600)
    response = shopper.client.post(reverse("orders:checkout"), form, HTTP_ACCEPT="application/json")
    assert response.status_code == 409
    assert "from €28.90 to €30.90" in response.json()["notice"]


# --- The order -----------------------------------------------------------------------------------
def test_the_number_beside_the_cart_goes_with_the_order(shopper):
    order = shopper.buy("MUG", method="bank_transfer")
    shopper.client.cookies["cart_count"] = "1"
    shopper.client.get(order.get_absolute_url())
    assert not shopper.client.cookies["cart_count"].value


def test_the_steps_say_where_the_order_is(shopper):
    order = shopper.buy("MUG", method="cash_on_delivery")
    page = shopper.client.get(order.get_absolute_url()).content.decode()
    states = re.findall(r'class="progress__step" data-state="(\w+)"', page)
    assert states == ["done", "current", "next", "next", "next"]


def test_a_pick_up_promises_when_it_waits_not_when_it_is_collected(shopper, admin_client):
    order = shopper.buy("MUG", method="pay_at_pickup", delivery="pickup-showroom")
    page = shopper.client.get(order.get_absolute_url()).content.decode()
    steps = re.findall(r'(?s)<li class="progress__step".*?</li>', page)
    assert ["by " in step for step in steps] == [False, False, False, True, False]
    assert "Ready to collect from" in page
    assert "Delivery to" not in page
    desk = admin_client.get(reverse("orders:desk_order", args=[order.number])).content.decode()
    assert "Collected by" in desk
    assert "Deliver to" not in desk


@pytest.mark.parametrize("how", ["refunded", "cancelled"])
def test_an_order_that_is_off_thanks_for_nothing_and_names_no_day(shopper, how):
    order = shopper.buy("MUG", method="cash_on_delivery")
    day = dates.day(order.promised_to)
    assert day in shopper.client.get(order.get_absolute_url()).content.decode()
    if how == "cancelled":
        actions.cancel_order(order, reason="staff")
    else:
        Order.objects.update(payment_state=Order.PaymentState.REFUNDED)
    page = shopper.client.get(order.get_absolute_url()).content.decode()
    assert f"This order was {how}" in page
    assert "we are on it" not in page
    assert day not in page
    assert "progress__step" not in page


def test_an_order_that_was_refunded_after_it_left_is_still_followed(shopper):
    order = shopper.buy("MUG", method="cash_on_delivery")
    Order.objects.update(payment_state="refunded", fulfilment_state="shipped")
    assert "Your order is on its way" in shopper.client.get(order.get_absolute_url()).content.decode()


# --- What the pages weigh --------------------------------------------------------------------------
def test_pages_keep_their_budget_with_twenty_lines(shopper):
    for number in range(20):
        ProductFactory(slug=f"cup-{number}", variant__sku=f"CUP-{number}")
        shopper.add(f"CUP-{number}", 2)
    pages = [reverse("orders:cart"), reverse("orders:checkout")]
    shopper.fill(method="bank_transfer")
    shopper.place()
    pages.append(Order.objects.get().get_absolute_url())
    for path in pages:
        weight = len(gzip.compress(shopper.client.get(path).content)) / 1024
        assert weight <= HTML_BUDGET_KB, f"{path} weighs {weight:.1f} KB"


def test_a_cancelled_order_offers_no_return(shopper):
    order = shopper.buy("MUG", method="cash_on_delivery")
    assert "Send anything back" in shopper.client.get(order.get_absolute_url()).content.decode()
    actions.cancel_order(order, reason="staff")
    page = shopper.client.get(order.get_absolute_url()).content.decode()
    assert "Send anything back" not in page
    assert "Write to us" in page


def test_an_order_is_not_looked_for_without_its_number_and_address(client, db):
    page = client.post(reverse("orders:track"), {"number": "", "email": ""}).content.decode()
    assert "Write the number of the order." in page
    assert "Write your e-mail." in page
    assert "This field is required" not in page
