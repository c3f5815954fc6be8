"""From cart to order, page by page. Numbers are those of the cases."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Price
from inventory.actions import set_on_hand
from inventory.models import Hold, Level
from orders import actions
from orders.basket import Basket
from orders.models import Cart, CartLine, Order
from tests.factories import ProductFactory
from tests.shopper import ADDRESS, Shopper


def test_a_guest_orders_by_bank_transfer_without_a_script(shopper):
    order = shopper.buy("MUG", method="bank_transfer")
    assert (order.total_minor, order.subtotal_minor, order.delivery_minor) == (2890, 2400, 490)
    assert order.lines.get().name == "Mug"
    page = shopper.client.get(order.get_absolute_url()).content.decode()
    assert order.number in page
    assert "PT50" in page


def test_everything_at_once_is_an_order_too(shopper):
    shopper.fill("MUG", method="bank_transfer")
    fields = {
        **ADDRESS,
        "email": "ana@example.com",
        "shipping_method": "standard",
        "payment_method": "bank_transfer",
        "accept_terms": "on",
        **shopper.last_step(),
    }
    response = shopper.client.post(reverse("orders:checkout"), fields)
    assert response.status_code == 303
    assert Order.objects.count() == 1


def test_the_page_of_the_order_needs_its_token(shopper):  # reliability 35
    order = shopper.buy("MUG", method="bank_transfer")
    assert len(order.token) >= 32
    for token in (order.number, str(order.pk), order.token[:-1], order.token + "x", "a" * 32):
        for name in ("orders:order", "payments:pay", "payments:returned"):
            assert shopper.client.get(reverse(name, args=[token])).status_code == 404
        for name in ("orders:order_cancel", "payments:start"):
            assert shopper.client.post(reverse(name, args=[token])).status_code == 404
    order.refresh_from_db()
    assert order.lifecycle == Order.Lifecycle.PLACED


def told(response) -> str:
    """The page without what its reader wrote, and without the token of its forms."""
    written = r'value="[^"]*"|10000001|eve@example.com|ana@example.com'
    order = Order.objects.get().number
    return re.sub(f"{written}|{order}", "", response.content.decode())


def test_number_and_mail_find_the_order_and_one_alone_does_not(shopper):  # reliability 35
    order = shopper.buy("MUG", method="bank_transfer")
    track = reverse("orders:track")
    found = shopper.client.post(track, {"number": order.number, "email": "ANA@example.com"})
    assert found.headers["Location"] == order.get_absolute_url()
    wrong_mail = shopper.client.post(track, {"number": order.number, "email": "eve@example.com"})
    wrong_number = shopper.client.post(track, {"number": "10000001", "email": "ana@example.com"})
    assert wrong_mail.status_code == wrong_number.status_code == 422
    assert not wrong_mail.has_header("Location")
    assert told(wrong_mail) == told(wrong_number)


@pytest.mark.parametrize("is_known", ["email", "number"])
def test_an_order_cannot_be_guessed_from_half_of_what_names_it(shopper, is_known):
    order = shopper.buy("MUG")
    track, right = reverse("orders:track"), {"number": order.number, "email": order.email}
    for guess in range(30):
        wrong = {"number": str(10_000_000 + guess), "email": f"ana{guess}@example.com"}
        wrong[is_known] = right[is_known]
        asked = Client().post(track, wrong, REMOTE_ADDR=f"192.0.2.{guess}")
        assert asked.status_code == 422
    refused = Client().post(track, right, REMOTE_ADDR="192.0.2.99")
    assert refused.status_code == 429
    page = refused.content.decode()
    assert "That was a lot of tries." in page
    assert order.number in page
    assert Client().get(order.get_absolute_url()).status_code == 200  # the link in the mails still opens it


def test_one_address_looks_for_few_orders_a_minute(client, db):
    track = reverse("orders:track")
    asked = [
        client.post(track, {"number": str(10_000_000 + guess), "email": f"ana{guess}@example.com"})
        for guess in range(21)
    ]
    assert [response.status_code for response in asked] == [422] * 20 + [429]


def test_a_total_that_changed_is_agreed_to_first(shopper):  # reliability 14
    shopper.fill("MUG", method="bank_transfer")
    shown = shopper.last_step()
    Price.objects.update(amount_minor=2600)
    response = shopper.place(shown)
    assert response.status_code == 409
    assert "from €28.90 to €30.90" in response.content.decode()
    assert not Order.objects.exists()
    assert shopper.place().status_code == 303
    Price.objects.update(amount_minor=9900)
    assert Order.objects.get().total_minor == 3090


def test_an_old_form_of_a_changed_cart_is_refused(shopper):  # reliability 7, 8
    shopper.fill("MUG", method="bank_transfer")
    old = shopper.last_step()
    shopper.add("LAMP")
    response = shopper.place(old)
    assert response.status_code == 409
    assert "cart has changed" in response.content.decode()
    assert not Order.objects.exists()
    assert shopper.place().status_code == 303
    assert Order.objects.get().subtotal_minor == 2400 + 16_900


def test_an_old_form_does_not_place_the_next_cart(shopper):  # reliability 7
    shopper.fill("MUG", method="bank_transfer")
    old = shopper.last_step()
    shopper.place(old)
    shopper.fill("LAMP", method="bank_transfer")
    assert shopper.place(old).status_code == 409
    assert Order.objects.get().subtotal_minor == 2400


def test_the_same_form_twice_is_one_order(shopper):  # payments 6
    shopper.fill("MUG", method="bank_transfer")
    form = shopper.last_step()
    first, second = shopper.place(form), shopper.place(form)
    assert first.status_code == 303
    assert second.status_code in (302, 303)
    assert Order.objects.count() == 1


def test_posted_sums_and_states_change_nothing(shopper):  # reliability 16
    shopper.fill("MUG", method="bank_transfer")
    form = shopper.last_step()
    evil = {"price": 1, "total": 1, "tax": 0, "discount": 99, "shipping": 0, "currency": "USD", "is_paid": 1}
    shopper.place(form, **evil, status="paid", lifecycle="closed", payment_state="paid", delivery_fee_minor=0)
    order = Order.objects.get()
    assert (order.total_minor, order.currency, order.payment_state) == (2890, "EUR", "awaiting")


@pytest.mark.parametrize("section", ["contact", "delivery", "payment"])
def test_posted_sums_in_the_other_forms_change_nothing(shopper, section):  # reliability 16
    shopper.fill("MUG", method="bank_transfer")
    answers = {
        "contact": {"email": "ana@example.com"},
        "delivery": {**ADDRESS, "shipping_method": "standard"},
        "payment": {"payment_method": "bank_transfer"},
    }
    evil = {"price": 1, "unit_price": 1, "total": 1, "discount": 99, "tax": 0, "shipping": 0, "currency": "USD",
            "is_paid": 1, "status": "paid", "delivery_fee_minor": 0, "is_open": 0}  # fmt: skip
    shopper.must(shopper.answer(section, **answers[section], **evil))
    shopper.place()
    order = Order.objects.get()
    assert (order.total_minor, order.currency, order.payment_state) == (2890, "EUR", "awaiting")


def test_a_forged_total_is_not_agreed_to(shopper):
    shopper.fill("MUG", method="bank_transfer")
    response = shopper.place({**shopper.last_step(), "shown_total": "1"})
    assert response.status_code == 409
    assert not Order.objects.exists()


def test_the_goods_are_held_from_the_first_answer(shopper):
    shopper.add("MUG", 3)
    shopper.answer("contact", email="ana@example.com")
    assert Hold.objects.get().quantity == 3
    other = Shopper(email="eve@example.com")
    assert other.add("MUG", 8).status_code == 422
    assert other.add("MUG", 7).status_code == 303


def test_who_loses_the_last_one_learns_it_before_paying(shopper):  # payments 21, reliability 2
    level = Level.objects.get(variant__sku="MUG")
    set_on_hand(level.variant, level.location, 1, cause="count")
    loser = Shopper(email="eve@example.com")
    loser.add("MUG")
    shopper.add("MUG")
    assert shopper.answer("contact", email="ana@example.com").status_code == 303
    response = loser.answer("contact", email="eve@example.com")
    assert response.status_code == 409
    assert "“Mug” was just sold out" in response.content.decode()
    assert "not been charged" in response.content.decode()


def test_wrong_answers_come_back_next_to_their_fields(shopper):
    shopper.add("MUG")
    response = shopper.answer("contact", email="ana at example")
    assert response.status_code == 422
    assert "ana at example" in response.content.decode()
    shopper.answer("contact", email="ana@example.com")
    response = shopper.answer("delivery", **{**ADDRESS, "postal_code": "12"}, shipping_method="standard")
    assert response.status_code == 422
    page = response.content.decode()
    assert "2725-079" in page  # an example of what a postcode looks like here
    assert "Rua do Norte 12" in page


@pytest.mark.parametrize(
    "email", ["", "ana", "ana@", "a@b.co\nBcc: c@d.co", "a@b.co,c@d.co", "\x00@b.co", f"{'a' * 300}@b.co"]
)
def test_what_is_no_address_for_a_mail_is_refused_and_kept_in_the_form(shopper, email):
    shopper.add("MUG")
    response = shopper.answer("contact", email=email)
    assert response.status_code == 422
    assert email.split("\n")[0].strip("\x00") in response.content.decode()
    assert Cart.objects.get().email == ""


@pytest.mark.parametrize("country", ["US", "XX", "", "PT' --", "\x00"])
def test_a_country_that_is_not_served_is_refused_and_nothing_is_lost(shopper, country):
    shopper.add("MUG")
    shopper.answer("contact", email="ana@example.com")
    response = shopper.answer("delivery", **{**ADDRESS, "country": country}, shipping_method="standard")
    assert response.status_code == 422
    assert "Rua do Norte 12" in response.content.decode()


def test_a_way_to_pay_that_is_closed_is_refused(shopper, settings):
    settings.CASH_ON_DELIVERY_LIMIT_MINOR = 1000
    shopper.fill("MUG", method="bank_transfer")
    response = shopper.answer("payment", payment_method="cash_on_delivery")
    assert response.status_code == 422


def test_the_step_ahead_names_the_ways_to_pay_that_can_be_used(shopper, settings):
    settings.CASH_ON_DELIVERY_LIMIT_MINOR = 1000
    shopper.add("MUG")
    page = shopper.client.get(reverse("orders:checkout")).content.decode()
    assert re.search(r"<p>(Card, )?Bank transfer</p>", page)


def test_the_last_step_before_the_others_leads_to_what_is_missing(shopper):
    shopper.add("MUG")
    response = shopper.client.post(
        reverse("orders:checkout"),
        {"section": "place", "accept_terms": "on", "version": 1, "shown_total": 2400},
    )
    assert response.status_code == 422
    assert not Order.objects.exists()


def test_the_terms_must_be_accepted(shopper):
    shopper.fill("MUG", method="bank_transfer")
    response = shopper.place(accept_terms="")
    assert response.status_code == 422
    assert not Order.objects.exists()


def test_everything_at_once_without_the_total_shows_it_and_is_placed_the_next_time(shopper):
    shopper.add("MUG")
    fields = {
        **ADDRESS,
        "email": "ana@example.com",
        "shipping_method": "standard",
        "payment_method": "bank_transfer",
        "accept_terms": "on",
    }
    response = shopper.client.post(reverse("orders:checkout"), fields)
    assert response.status_code == 422
    assert not Order.objects.exists()
    assert shopper.last_step()["shown_total"] == "2890"
    assert 'name="shown_total" value="2890"' in response.content.decode()
    assert (
        shopper.client.post(reverse("orders:checkout"), {**fields, **shopper.last_step()}).status_code == 303
    )


def test_an_empty_cart_has_nothing_to_check_out(shop, client):
    assert client.get(reverse("orders:checkout")).headers["Location"] == reverse("orders:cart")
    assert client.post(reverse("orders:checkout"), {"section": "place"}).status_code == 303


def test_collecting_needs_no_street(shopper):
    shopper.add("MUG")
    shopper.answer("contact", email="ana@example.com")
    response = shopper.answer("delivery", full_name="Ana", country="PT", shipping_method="pickup-showroom")
    assert response.status_code == 303
    shopper.must(shopper.answer("payment", payment_method="pay_at_pickup"))
    assert shopper.place().status_code == 303
    assert Order.objects.get().payment_state == "promised"


def test_a_cancelled_order_puts_its_goods_back_on_the_shelf_and_in_the_cart(shopper):
    order = shopper.buy("MUG", method="bank_transfer")
    assert Level.objects.get(variant__sku="MUG").allocated == 1
    response = shopper.client.post(reverse("orders:order_cancel", args=[order.token]))
    order.refresh_from_db()
    assert (response.status_code, order.lifecycle) == (303, "cancelled")
    assert Level.objects.get(variant__sku="MUG").allocated == 0
    assert Cart.objects.get().is_open


def test_cancelling_twice_is_the_same_as_once(shopper):
    order = shopper.buy("MUG")
    url = reverse("orders:order_cancel", args=[order.token])
    answers = [shopper.client.post(url) for _press in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert order.events.filter(kind="cancelled").count() == 1


def test_what_the_shop_has_cancelled_cannot_be_cancelled_by_its_buyer(shopper):
    order = shopper.buy("MUG")
    actions.cancel_order(order, reason="staff")
    answer = shopper.client.post(reverse("orders:order_cancel", args=[order.token]))
    assert answer.status_code == 409
    assert "can no longer be cancelled here" in answer.content.decode()


def test_the_checkout_is_kept_by_nobody(shopper):
    shopper.fill("MUG", method="bank_transfer")
    assert "no-store" in shopper.client.get(reverse("orders:checkout")).headers["Cache-Control"]


def test_the_checkout_costs_the_same_for_few_and_many_lines(shopper, count_queries):
    for number in range(8):
        ProductFactory(slug=f"bowl-{number}", variant__sku=f"BOWL-{number}")
    shopper.fill("MUG", "LAMP", method="bank_transfer")
    few = count_queries(shopper.client, reverse("orders:checkout"))
    for number in range(8):
        shopper.add(f"BOWL-{number}")
    assert CartLine.objects.count() == 10
    assert count_queries(shopper.client, reverse("orders:checkout")) == few


def test_the_order_page_costs_the_same_for_few_and_many_lines(shopper, count_queries):
    for number in range(8):
        ProductFactory(slug=f"bowl-{number}", variant__sku=f"BOWL-{number}")
    small = shopper.buy("MUG", "LAMP")
    large = Shopper().buy("MUG", *(f"BOWL-{number}" for number in range(8)))
    visitor = Client()
    assert count_queries(visitor, small.get_absolute_url()) == count_queries(
        visitor, large.get_absolute_url()
    )


def test_orders_made_as_a_guest_are_claimed_by_a_proven_address_only(shopper):
    from allauth.account.models import EmailAddress
    from allauth.account.signals import email_confirmed

    from accounts.models import User

    order = shopper.buy("MUG")
    user = User.objects.create_user("ana@example.com", "correct horse battery")
    assert not Order.objects.visible_to(user).exists()
    address = EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    email_confirmed.send(EmailAddress, request=None, email_address=address)
    assert list(Order.objects.visible_to(user)) == [order]


# --- With scripts ----------------------------------------------------------------------------------
HTMX = {"HTTP_HX_REQUEST": "true"}


def post(shopper, section, **answers):
    return shopper.client.post(reverse("orders:checkout"), {"section": section, **answers}, **HTMX)


def test_a_section_is_answered_by_the_next_one(shopper):
    shopper.add("MUG")
    answer = post(shopper, "contact", email="ana@example.com")
    assert answer.status_code == 200
    assert answer.headers["HX-Replace-Url"] == reverse("orders:checkout")
    assert "HX-Request" in answer.headers["Vary"]
    page = answer.content.decode()
    assert "<html" not in page
    assert re.search(r"<title>\s*Checkout – \S", page)
    assert 'name="shipping_method"' in page
    assert page.count("data-takes-focus") == 1


def test_the_usual_card_is_chosen_for_who_can_use_it(sandbox, shopper):
    shopper.add("MUG")
    post(shopper, "contact", email="ana@example.com")
    page = post(shopper, "delivery", **ADDRESS, shipping_method="standard").content.decode()
    assert 'id="payment-element"' in page
    assert Cart.objects.get().payment_method == "card"


def test_the_delivery_button_names_the_section_that_follows(sandbox, shopper):
    shopper.add("MUG")
    with_scripts = post(shopper, "contact", email="ana@example.com").content.decode()
    assert "Review the order" in with_scripts
    assert "Continue to payment" not in with_scripts
    Cart.objects.update(payment_method="")
    without = shopper.client.get("/checkout/").content.decode()
    assert "Continue to payment" in without


def test_a_choice_made_before_is_not_changed_for_the_usual_one(sandbox, shopper):
    shopper.add("MUG")
    shopper.answer("contact", email="ana@example.com")
    shopper.answer("payment", payment_method="bank_transfer")
    post(shopper, "delivery", **ADDRESS, shipping_method="standard")
    assert Cart.objects.get().payment_method == "bank_transfer"


def test_the_next_section_knows_the_delivery_that_was_just_chosen(sandbox, shopper):
    shopper.add("MUG")
    post(shopper, "contact", email="ana@example.com")
    page = post(shopper, "delivery", **ADDRESS, shipping_method="express").content.decode()
    shown = int(re.search(r'name="shown_total" value="(\d+)"', page)[1])
    cart = Cart.objects.get()
    assert cart.delivery_code == "express"
    assert shown == Basket.of(cart).quote.total.minor
    assert f'name="version" value="{cart.version}"' in page


def test_a_wrong_section_comes_back_with_its_errors_alone(shopper):
    shopper.add("MUG")
    answer = post(shopper, "contact", email="ana@example")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "<html" not in page
    assert "Error:" in page
    assert "data-takes-focus" not in page


def test_another_page_is_never_put_into_this_one(shop, client):
    answer = client.post(reverse("orders:checkout"), {"section": "contact"}, **HTMX)
    assert answer.headers["HX-Redirect"] == reverse("orders:cart")


def test_placing_starts_the_payment_too(sandbox, shopper):
    shopper.fill("MUG")
    answer = shopper.client.post(
        reverse("orders:checkout"),
        {"section": "place", "accept_terms": "on", **shopper.last_step()},
        HTTP_ACCEPT="application/json",
    )
    order = Order.objects.get()
    told = answer.json()
    assert told["started"]["client_secret"].startswith(order.attempts.get().reference)
    assert told["start_url"] == reverse("payments:start", args=[order.token])


def test_an_order_is_there_although_the_provider_is_away(sandbox, shopper, settings):
    shopper.fill("MUG")
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    answer = shopper.client.post(
        reverse("orders:checkout"),
        {"section": "place", "accept_terms": "on", **shopper.last_step()},
        HTTP_ACCEPT="application/json",
    )
    assert answer.status_code == 200
    assert answer.json()["started"] is None
    assert answer.json()["order_url"] == Order.objects.get().get_absolute_url()


def test_an_order_is_told_of_whatever_happens_to_its_payment(sandbox, shopper, monkeypatch):
    def broken(*arguments):
        raise RuntimeError("not foreseen")

    shopper.fill("MUG")
    monkeypatch.setattr("payments.starting.start_attempt", broken)
    form = {"section": "place", "accept_terms": "on", **shopper.last_step()}
    answer = shopper.client.post(reverse("orders:checkout"), form, HTTP_ACCEPT="application/json")
    assert (answer.status_code, answer.json()["started"]) == (200, None)


def test_looking_at_the_checkout_of_an_unpaid_order_starts_nothing(sandbox, shopper):
    order = shopper.buy("MUG", method="card")
    answer = shopper.client.get(reverse("orders:checkout"), HTTP_ACCEPT="application/json")
    assert answer.json()["started"] is None
    assert order.attempts.get().reference is None
