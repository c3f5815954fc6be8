"""Many at once, on connections of their own. Numbers are those of the reliability cases."""

import random
import re
import time
from copy import copy

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from catalog.models import Variant
from inventory.errors import OutOfStock
from inventory.models import Hold, Level, lock_levels
from orders import actions
from orders.basket import Basket
from orders.models import Cart, CartLine, Order, OrderLine
from orders.signals import DeliveryQuote, PaymentOption
from payments.models import Attempt
from shop import outbox
from shop.money import Money
from tests.factories import ProductFactory, VariantFactory
from tests.shipping.ordering import place
from tests.shopper import ADDRESS, Shopper, bank, open_delivery

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
):  # reliability 6
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


def test_twenty_carts_and_one_unit_one_can_pay_and_the_rest_learn_it_before(
    shop, run_together
):  # reliability 2
    ProductFactory(variant__sku="LAST", variant__level__on_hand=1)
    shoppers = [Shopper(email=f"buyer{number}@example.com") for number in range(20)]
    for shopper in shoppers:
        assert shopper.add("LAST").status_code == 303
    answers = run_together(lambda number: shoppers[number].answer("contact", email="a@example.com"), 20)
    assert outcomes(answers) == {303: 1, 409: 19}
    assert all(re.search("sold out", a.content.decode()) for a in answers if a.status_code == 409)


# --- Flash sales -------------------------------------------------------------------------------------
STANDARD = DeliveryQuote("standard", "Standard", Money(490, "EUR"), "standard")
TRANSFER = PaymentOption("bank_transfer", "Bank transfer", due_minutes=60)


def filled_cart(*skus: str) -> Cart:
    """A cart whose shopper has answered everything and looks at the last button."""
    cart = Cart.objects.create(currency="EUR", email="buyer@example.com", country="PT", full_name="A Buyer")
    variants = Variant.objects.in_bulk(skus, field_name="sku")
    CartLine.objects.bulk_create(
        CartLine(cart=cart, variant=variants[sku], quantity=1, seen_unit_minor=2400) for sku in skus
    )
    actions.choose_delivery(cart, STANDARD)
    return cart


def press(cart: Cart, *, hold: bool = True) -> str:
    """What the last steps of the checkout do. The refusal comes before any payment was begun."""
    basket = Basket.of(cart)
    try:
        if hold:
            actions.hold_goods(cart, basket.wanted)
        order = actions.place_order(
            basket, shown_total=basket.quote.total, version=cart.version, delivery=STANDARD, payment=TRANSFER
        )
    except OutOfStock:
        return "sold out"
    return order.number


def settle(answers: list) -> tuple[int, int]:
    """(placed, refused in words); anything else, a deadlock or a locked database, fails the test."""
    assert all(isinstance(answer, str) for answer in answers), [a for a in answers if not isinstance(a, str)]
    refused = answers.count("sold out")
    return len(answers) - refused, refused


def assert_stock_is_sold_exactly(on_hand: int) -> None:
    for level in Level.objects.select_related("variant"):
        assert level.allocated == sold(level.variant.sku) <= on_hand
        assert level.held == 0
    outbox.drain()
    call_command("verify_integrity")


def test_fifty_buyers_and_one_unit(shop, run_together):  # reliability 1
    ProductFactory(variant__sku="LAST", variant__level__on_hand=1, indexed=True)
    carts = [filled_cart("LAST") for _buyer in range(50)]
    assert settle(run_together(lambda number: press(carts[number]), 50)) == (1, 49)
    assert_stock_is_sold_exactly(1)


def test_five_hundred_buyers_fifty_at_a_time_and_fifty_units(shop, run_together):  # reliability 1
    ProductFactory(variant__sku="SALE", variant__level__on_hand=50, indexed=True)
    carts = [filled_cart("SALE") for _buyer in range(500)]
    assert settle(run_together(lambda number: press(carts[number]), 500, at_a_time=50)) == (50, 450)
    assert Order.objects.count() == 50
    assert_stock_is_sold_exactly(50)


def test_240_carts_of_four_lines_in_any_order_over_six_skus(shop, run_together):  # reliability 3
    skus = [f"HOT-{number}" for number in range(6)]
    product = ProductFactory(variant=None)
    for sku in skus:
        VariantFactory(product=product, sku=sku, level__on_hand=80, options={"colour": sku.lower()})
    call_command("reindex")
    carts = [filled_cart(*random.sample(skus, 4)) for _buyer in range(240)]
    placed, _refused = settle(
        run_together(lambda number: press(carts[number], hold=False), 240, at_a_time=24)
    )
    assert OrderLine.objects.count() == placed * 4, "a cart was sold in part"
    assert max(sold(sku) for sku in skus) == 80
    assert_stock_is_sold_exactly(80)


# --- One cart in many tabs ---------------------------------------------------------------------------
def change(tab: Shopper, sku: str, quantity: int):
    line = CartLine.objects.filter(variant__sku=sku).order_by("pk").first()
    address = reverse("orders:cart_line", args=[line.pk if line else 0])
    return tab.client.post(address, {"quantity": quantity})


def presses_on(form: dict[str, str]) -> list:
    """What the tabs of one browser may send at once, in any order."""
    presses = [
        lambda tab: tab.answer("contact", email="ana@example.com"),
        lambda tab: tab.answer("delivery", **ADDRESS, shipping_method="standard"),
        lambda tab: tab.answer("delivery", **ADDRESS, shipping_method="express"),
        lambda tab: change(tab, "MUG", 0),
        lambda tab: change(tab, "MUG", random.randint(1, 9)),
        lambda tab: tab.add("MUG"),
        lambda tab: tab.add("BOWL"),
        lambda tab: change(tab, "BOWL", random.randint(0, 9)),
    ] * 6
    random.shuffle(presses)
    presses.insert(random.randrange(len(presses)), lambda tab: tab.place(form))
    return presses


def in_many_tabs(shopper: Shopper, presses: list, run_together) -> None:
    def press(number):
        tab = Shopper()
        tab.client.cookies = copy(shopper.client.cookies)
        return presses[number](tab)

    answers = run_together(press, len(presses), at_a_time=20)
    strange = [answer for answer in answers if getattr(answer, "status_code", 500) not in FINE]
    assert not strange, strange


FINE = {302, 303, 404, 409, 422}


@pytest.fixture
def long_locks(monkeypatch):
    """Who locked stock keeps it for a while: whoever takes locks in another order meets somebody."""

    def slowly(*args):
        found = lock_levels(*args)
        time.sleep(random.uniform(0, 0.05))
        return found

    monkeypatch.setattr("inventory.actions.shelf.lock_levels", slowly)


@pytest.mark.parametrize("_time", range(4))
def test_tabs_of_one_cart_never_wait_for_each_other_in_a_circle(shop, run_together, long_locks, _time):
    for sku in ("BOWL", "MUG"):
        ProductFactory(variant__sku=sku, variant__level__on_hand=99, indexed=True)
    shopper, form = ready("MUG", "BOWL")
    cart = Cart.objects.get()
    in_many_tabs(shopper, presses_on(form), run_together)
    cart.refresh_from_db()
    assert cart.is_open == (not Order.objects.exists())
    if cart.held_until:
        wanted = dict(cart.lines.values_list("variant_id", "quantity"))
        held = Hold.objects.filter(owner=cart.token).values_list("level__variant_id", "quantity")
        assert dict(held) == wanted, "what the cart says is held is not what it holds"
    outbox.drain()
    call_command("verify_integrity")


@pytest.mark.parametrize("has_cart", [False, True])
def test_a_cart_is_merged_once_while_its_tabs_go_on(shop, run_together, long_locks, has_cart):
    for sku in ("BOWL", "MUG"):
        ProductFactory(variant__sku=sku, variant__level__on_hand=99, indexed=True)
    shopper, form = ready("MUG", "BOWL")
    guest, user = Cart.objects.get(), User.objects.create_user("ana@example.com", "not-a-secret")
    if has_cart:
        actions.add_line(Cart.objects.create(user=user, currency="EUR"), "MUG", 1)
    presses = presses_on(form)

    def sign_in(_tab):
        actions.merge_carts(guest, user)
        return HttpResponse(status=302)

    presses[9:12] = [sign_in] * 3
    in_many_tabs(shopper, presses, run_together)
    if order := Order.objects.first():
        assert order.cart == guest
        assert order.user == order.cart.user, "a customer's order is not among their orders"
    else:
        assert Cart.objects.filter(user=user).count() == 1
        assert Cart.objects.filter(pk=guest.pk).exists() != has_cart
    outbox.drain()
    call_command("verify_integrity")


def test_a_customers_first_things_added_at_once_are_in_one_cart(shop, run_together):
    for sku in ("BOWL", "MUG"):
        ProductFactory(variant__sku=sku, variant__level__on_hand=9)
    user = User.objects.create_user("ana@example.com", "not-a-secret")
    tabs = [Shopper() for _tab in range(8)]
    for tab in tabs:
        tab.client.force_login(user)
    answers = run_together(lambda number: tabs[number].add(("BOWL", "MUG")[number % 2]), 8)
    assert outcomes(answers) == {303: 8}
    assert dict(Cart.objects.get().lines.values_list("variant__sku", "quantity")) == {"BOWL": 4, "MUG": 4}


# --- At the desk ---------------------------------------------------------------------------------
def test_a_button_of_the_desk_that_is_pressed_many_times_at_once_was_pressed_once(
    transactional_db, run_together
):
    order = place()
    shipment, event = order.shipments.get(), order.events.latest("id")
    user = User.objects.create_superuser("ines@forma.example", "not-a-secret")
    presses = [Client() for _press in range(8)]
    for client in presses:
        client.force_login(user)
    shown = {"version": order.version, "seen": event.pk}
    pack = {f"line-{line.line_id}": line.quantity for line in shipment.lines.all()}
    page = f"/admin/desk/{order.number}/shipments/{shipment.number}/pack/"
    answers = run_together(lambda number: presses[number].post(page, {**shown, **pack}), 8)
    assert outcomes(answers) == {303: 8}
    assert order.events.filter(kind="packed").count() == 1
