"""What goes into a cart and what does not. Numbers are those of the reliability cases."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from catalog.models import Price, Product
from inventory.actions import set_on_hand
from inventory.models import Level
from orders.actions import save_answers
from orders.models import Cart, CartLine, Order
from tests.factories import ProductFactory
from tests.shopper import Shopper


def line() -> CartLine:
    return CartLine.objects.get()


def test_a_thing_put_in_twice_is_one_line(shopper):
    shopper.add("MUG")
    shopper.add("MUG", 2)
    assert (line().quantity, line().seen_unit_minor) == (3, 2400)


@pytest.mark.parametrize(
    ("typed", "meant"), [("1 ", 1), (" 2", 2), ("１", 1), ("２", 2), ("٣", 3), ("007", 7), ("", 1)]
)
def test_a_plain_number_is_read_as_it_was_meant(shopper, typed, meant):  # reliability 15
    assert shopper.add("MUG", typed).status_code == 303
    assert line().quantity == meant


@pytest.mark.parametrize(
    "typed", ["0", "-1", "1.5", "1,5", "1e9", "+1", "0x1", str(2**63), "NaN", "1\x00", "½", "١٫٥", "9" * 400]
)
def test_what_is_no_number_of_things_is_refused_in_words(shopper, typed):  # reliability 15
    response = shopper.add("MUG", typed)
    assert response.status_code == 422
    assert not CartLine.objects.exists()


@pytest.mark.parametrize("typed", ["-1", "1.5", "1e9", "+1", "0x1", str(2**63), "NaN", "1\x00", "9" * 400])
def test_what_is_no_number_leaves_the_line_as_it_was(shopper, typed):  # reliability 15
    shopper.add("MUG", 2)
    url = reverse("orders:cart_line", args=[line().pk])
    assert shopper.client.post(url, {"quantity": typed}).status_code == 422
    assert line().quantity == 2


def test_more_than_there_is_is_refused_with_what_is_left(shopper):
    response = shopper.add("MUG", 11)
    assert response.status_code == 422
    assert "Only 10 of “Mug” left." in response.content.decode()


@pytest.mark.parametrize("sku", ["NOPE", "", "x'; --", "a" * 300, "MUG\x00", "<script>"])
def test_an_unknown_article_is_refused(shopper, sku):
    assert shopper.add(sku).status_code == 422
    assert not CartLine.objects.exists()


def test_an_archived_product_cannot_be_added(shopper):
    Product.objects.filter(slug="mug").update(status=Product.Status.ARCHIVED)
    assert shopper.add("MUG").status_code == 422


def test_prices_and_totals_that_are_posted_are_not_read(shopper):  # reliability 16
    extra = {
        "price": "1",
        "unit_price": "1",
        "total": "1",
        "discount": "99",
        "currency": "USD",
        "status": "paid",
    }
    shopper.add("MUG", 1, **extra)
    shopper.client.post(reverse("orders:cart_line", args=[line().pk]), {"quantity": 2, **extra})
    assert (line().quantity, line().seen_unit_minor, line().cart.currency) == (2, 2400, "EUR")


def test_another_shoppers_line_is_not_found(shopper):
    shopper.add("MUG")
    stranger = Shopper(email="eve@example.com")
    stranger.add("LAMP")
    url = reverse("orders:cart_line", args=[CartLine.objects.get(variant__sku="MUG").pk])
    assert stranger.client.post(url, {"quantity": 5}).status_code == 404
    assert CartLine.objects.get(variant__sku="MUG").quantity == 1


def test_zero_removes_and_undo_brings_back(shopper):
    shopper.add("MUG", 3)
    page = shopper.client.post(reverse("orders:cart_line", args=[line().pk]), {"quantity": 0}, follow=True)
    assert not CartLine.objects.exists()
    undo = page.context["undo"]
    assert undo["name"] == "Mug"
    shopper.client.post(reverse("orders:cart_undo"), {"undo": undo["token"]})
    assert line().quantity == 3


def test_a_forged_undo_is_refused(shopper):
    shopper.add("MUG")
    assert shopper.client.post(reverse("orders:cart_undo"), {"undo": "1:abc:def"}).status_code == 422


def test_a_price_that_changed_is_shown_with_old_and_new(shopper):
    shopper.add("MUG")
    Price.objects.update(amount_minor=2600)
    page = shopper.client.get(reverse("orders:cart")).content.decode()
    assert "was €24, now €26" in page


def test_stock_that_went_is_shown_on_the_line(shopper):
    shopper.add("MUG", 5)
    level = Level.objects.get(variant__sku="MUG")
    set_on_hand(level.variant, level.location, 2, cause="count")
    assert "You wanted 5, only 2 left" in shopper.client.get(reverse("orders:cart")).content.decode()
    assert shopper.client.get(reverse("orders:checkout")).status_code == 302


def test_a_cart_has_a_limit_of_lines(shopper, settings):  # reliability 32
    settings.CART_MAX_LINES = 1
    shopper.add("MUG")
    response = shopper.add("LAMP")
    assert response.status_code == 422
    assert CartLine.objects.count() == 1


def test_a_cached_page_may_add_on_the_browsers_word_and_nobody_else_may(shop):  # reliability 50
    guard = Client(enforce_csrf_checks=True)
    url, data = reverse("orders:cart_add"), {"sku": "MUG", "quantity": 1}
    assert guard.post(url, data).status_code == 403
    assert guard.post(url, data, HTTP_ORIGIN="https://evil.example").status_code == 403
    assert guard.post(url, data, HTTP_SEC_FETCH_SITE="cross-site").status_code == 403
    assert guard.post(url, data, HTTP_ORIGIN="null", HTTP_SEC_FETCH_SITE="same-origin").status_code == 403
    assert guard.post(url, data, HTTP_ORIGIN="http://[").status_code == 403
    assert guard.post(url, data, HTTP_ORIGIN="http://testserver").status_code == 303
    assert guard.post(url, data, HTTP_SEC_FETCH_SITE="same-origin").status_code == 303


def test_every_other_post_needs_the_token(shop):  # reliability 50
    guard = Client(enforce_csrf_checks=True, HTTP_SEC_FETCH_SITE="same-origin")
    guard.post(reverse("orders:cart_add"), {"sku": "MUG", "quantity": 1})
    for url in (
        reverse("orders:cart_line", args=[line().pk]),
        reverse("orders:cart_undo"),
        reverse("orders:checkout"),
        reverse("orders:track"),
        reverse("orders:order_cancel", args=["x"]),
        reverse("payments:pay", args=["x"]),
        reverse("payments:start", args=["x"]),
        reverse("account_login"),
        reverse("account_signup"),
        reverse("accounts:address_new"),
        reverse("accounts:address_delete", args=[1]),
    ):
        assert guard.post(url, {"quantity": 0}).status_code == 403, url
        assert guard.post(url, {"quantity": 0}, HTTP_ORIGIN="https://evil.example").status_code == 403, url


def test_the_token_of_another_session_is_no_token(shop):  # reliability 50
    anna, eve = (Client(enforce_csrf_checks=True, HTTP_SEC_FETCH_SITE="same-origin") for _one in range(2))
    for client in (anna, eve):
        client.post(reverse("orders:cart_add"), {"sku": "MUG", "quantity": 1})
    tokens = [
        re.search(
            r'name="csrfmiddlewaretoken" value="(\w+)"',
            client.get(reverse("orders:checkout")).content.decode(),
        )[1]
        for client in (anna, eve)
    ]
    answer = {"section": "contact", "email": "ana@example.com"}
    url = reverse("orders:checkout")
    assert anna.post(url, {**answer, "csrfmiddlewaretoken": tokens[1]}).status_code == 403
    assert anna.post(url, {**answer, "csrfmiddlewaretoken": tokens[0]}).status_code == 303


@pytest.mark.parametrize("look", ["get", "head"])
def test_nothing_changes_by_looking(shopper, look):  # reliability 50
    order = shopper.buy("MUG", method="bank_transfer")
    shopper.add("LAMP")
    lamp = CartLine.objects.get(variant__sku="LAMP")
    for url in (
        reverse("orders:cart_add"),
        reverse("orders:cart_undo"),
        reverse("orders:cart_line", args=[lamp.pk]),
        reverse("orders:order_cancel", args=[order.token]),
        reverse("payments:start", args=[order.token]),
    ):
        assert getattr(shopper.client, look)(url).status_code == 405, url
    order.refresh_from_db()
    lamp.refresh_from_db()
    assert (lamp.quantity, order.lifecycle) == (1, "placed")


def test_over_https_every_cookie_stays_there(shopper, settings):
    settings.HTTPS = settings.SESSION_COOKIE_SECURE = True
    shopper.add("MUG")
    line = CartLine.objects.get()
    shopper.client.post(reverse("orders:cart_line", args=[line.pk]), {"quantity": 0})
    given = {name: cookie["secure"] for name, cookie in shopper.client.cookies.items() if cookie.value}
    assert "undo" in given
    assert all(given.values()), given


def test_who_asks_whether_a_page_is_there_is_told(shopper):
    """A mail program looks at a link before its reader does, with HEAD."""
    order = shopper.buy("MUG", method="bank_transfer")
    shopper.add("LAMP")
    pages = [reverse(f"orders:{name}") for name in ("cart", "checkout", "track")]
    for url in (*pages, order.get_absolute_url(), reverse("payments:pay", args=[order.token])):
        assert shopper.client.head(url).status_code == shopper.client.get(url).status_code == 200, url


def test_a_body_over_the_limit_is_refused_before_it_is_read(shopper):
    response = shopper.add("MUG", 1, junk="x" * 1_100_000)
    assert response.status_code == 413
    assert not CartLine.objects.exists()


def test_signing_in_brings_the_guests_cart_along(shopper):
    user = User.objects.create_user("ana@example.com", "correct horse battery")
    Cart.objects.create(user=user, currency="EUR").lines.create(
        variant=Product.objects.get(slug="mug").variants.get(), quantity=2, seen_unit_minor=2400
    )
    shopper.add("MUG", 1)
    shopper.add("LAMP", 1)
    shopper.client.force_login(user)  # without a request there is nothing to merge
    shopper.client.logout()
    shopper.add("MUG", 1)
    shopper.add("LAMP", 1)
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    shopper.client.post(reverse("account_login"), {"login": user.email, "password": "correct horse battery"})
    merged = Cart.objects.get(user=user, is_open=True)
    assert dict(merged.lines.values_list("variant__sku", "quantity")) == {"MUG": 3, "LAMP": 1}


def test_the_cart_costs_the_same_for_few_and_many_lines(shopper, count_queries):
    for number in range(10):
        ProductFactory(slug=f"bowl-{number}", variant__sku=f"BOWL-{number}")
    shopper.add("MUG")
    shopper.add("LAMP")
    few = count_queries(shopper.client, reverse("orders:cart"))
    for number in range(10):
        shopper.add(f"BOWL-{number}")
    assert count_queries(shopper.client, reverse("orders:cart")) == few


def test_a_cart_speaks_the_language_of_the_page_that_it_is_on(shopper):
    shopper.add("MUG")
    english = shopper.client.get("/cart/").content.decode()
    russian = shopper.client.get("/ru/cart/").content.decode()
    assert ("Mug" in english, "VAT" in english) == (True, True)
    assert ("Кружка" in russian, "НДС" in russian, "VAT" in russian) == (True, True, False)
    assert Cart.objects.get().language == "en"  # looking changes nothing
    shopper.client.post("/ru/checkout/", {"section": "contact", "email": "ana@example.com"})
    assert Cart.objects.get().language == "ru"


def test_an_order_is_in_the_language_that_it_was_placed_in(shopper):
    shopper.fill("MUG", method="bank_transfer")
    with translation.override("ru"):
        shopper.place()
    order = Order.objects.get()
    assert (order.language, order.lines.get().name) == ("ru", "Кружка")


def test_a_change_that_came_between_makes_the_page_old(shopper):
    shopper.add("MUG")
    drawn = Cart.objects.get()  # what another tab began with
    shopper.add("MUG")
    save_answers(drawn, {"email": "ana@example.com"})
    assert Cart.objects.get().version > drawn.version
