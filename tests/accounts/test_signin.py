"""Signing in, up and out, and what may go wrong on the way."""

from __future__ import annotations

import smtplib

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from orders.models import Cart, Order
from shop.models import Mail
from tests.accounts.conftest import PASSWORD, code_in, link_in, newest_mail
from tests.factories import ProductFactory
from tests.shopper import Shopper, open_delivery

LOGIN, SIGNUP = "/accounts/login/", "/accounts/signup/"
ASK_CODE, GIVE_CODE = "/accounts/login/code/", "/accounts/login/code/confirm/"
VERIFY, RESET = "/accounts/confirm-email/", "/accounts/password/reset/"


def sign_in(client: Client, email: str = "anna@example.org", password: str = PASSWORD, **extra: str):
    return client.post(LOGIN, {"login": email, "password": password, **extra})


def sign_up(client: Client, email: str = "new@example.org", password: str = PASSWORD, **extra: str):
    return client.post(SIGNUP, {"email": email, "password1": password, **extra})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# --- In ------------------------------------------------------------------------------------------
def test_with_a_password(client, anna):
    response = sign_in(client)
    assert response.status_code == 302
    assert response.headers["Location"] == reverse("accounts:overview")
    assert is_signed_in(client)


def test_the_letter_case_of_an_address_does_not_matter(client, anna):
    sign_in(client, "Anna@Example.ORG")
    assert is_signed_in(client)


def test_with_a_code_from_the_mail(client, anna):
    client.post(ASK_CODE, {"email": "anna@example.org"})
    assert not is_signed_in(client)
    client.post(GIVE_CODE, {"code": code_in(newest_mail(kind="account.login_code"))})
    assert is_signed_in(client)


def test_a_code_works_once(client, anna):
    client.post(ASK_CODE, {"email": "anna@example.org"})
    code = code_in(newest_mail())
    client.post(GIVE_CODE, {"code": code})
    client.post("/accounts/logout/")
    client.post(GIVE_CODE, {"code": code})
    assert not is_signed_in(client)


def test_guessing_a_code_ends_after_three_tries(client, anna):
    client.post(ASK_CODE, {"email": "anna@example.org"})
    right = code_in(newest_mail())
    for guess in ("000000", "111111", "222222"):
        client.post(GIVE_CODE, {"code": guess})
    client.post(GIVE_CODE, {"code": right})
    assert not is_signed_in(client)


def test_a_wrong_password_is_said_without_saying_what_was_wrong(client, anna):
    response = sign_in(client, password="wrong-password")
    page = response.content.decode()
    assert response.status_code == 422
    assert "do not match" in page
    assert 'value="anna@example.org"' in page
    assert "wrong-password" not in page


def test_wrong_passwords_are_slowed_down_for_one_account_from_many_places(anna):  # reliability 42
    for number in range(6):
        sign_in(Client(REMOTE_ADDR=f"10.0.0.{number}"), password="wrong")
    response = sign_in(Client(REMOTE_ADDR="10.0.1.1"))
    assert "wrong too many times" in response.content.decode()


def test_wrong_passwords_are_slowed_down_for_many_accounts_from_one_place(client, anna):  # reliability 42
    statuses = [sign_in(client, f"someone-{number}@example.org", "wrong").status_code for number in range(15)]
    assert sign_in(client).status_code != 302
    assert statuses[0] == 422


def test_the_session_is_another_one_after_signing_in_and_dead_after_signing_out(
    client, anna
):  # reliability 44
    client.get(LOGIN)
    client.session["seen"] = 1
    client.session.save()
    before = client.session.session_key
    sign_in(client)
    inside = client.session.session_key
    assert inside != before
    client.post("/accounts/logout/")
    stale = Client()
    stale.cookies["sessionid"] = inside
    assert stale.get(reverse("accounts:overview")).status_code == 302


@pytest.mark.parametrize(
    "next_url",
    ["//evil.example", "https:evil.example", "/\\evil.example", "javascript:alert(1)", "http:///evil.example", "/%09/evil",
     "https://evil.example/", "http://localhost.evil.example/"],
)  # fmt: skip
def test_nobody_is_sent_anywhere_else(client, anna, next_url):  # reliability 49
    response = sign_in(client, next=next_url)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/")
    assert not response.headers["Location"].startswith(("//", "/\\"))
    assert "evil" not in response.headers["Location"].replace("/%09/evil", "")


def test_another_host_that_we_answer_to_is_still_another_host(client, anna, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    assert sign_in(client, next="http://other.example/x").headers["Location"] == reverse("accounts:overview")


def test_a_page_of_ours_is_gone_back_to(client, anna):
    assert sign_in(client, next="/checkout/").headers["Location"] == "/checkout/"


def test_the_admin_is_entered_through_the_same_door(client, anna):
    response = client.get("/admin/login/?next=/admin/")
    assert response.headers["Location"].startswith(LOGIN)
    sign_in(client)
    assert client.get("/admin/").status_code in (302, 403)
    assert client.get("/admin/login/").status_code == 403


def test_a_superuser_made_on_the_host_gets_in_without_a_letter(client, db):
    User.objects.create_superuser("root@example.org", PASSWORD)
    sign_in(client, "root@example.org", next="/admin/")
    assert is_signed_in(client)
    assert not Mail.objects.exists()


# --- Up ------------------------------------------------------------------------------------------
def test_an_account_begins_when_its_address_is_proven(client, db):
    assert sign_up(client).headers["Location"].startswith(VERIFY)
    assert not is_signed_in(client)
    response = client.post(VERIFY, {"code": code_in(newest_mail())})
    assert response.headers["Location"] == reverse("accounts:overview")
    assert is_signed_in(client)


def test_a_weak_password_comes_back_with_the_address_kept(client, db):
    response = sign_up(client, password="short")
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="new@example.org"' in page
    assert "short</" not in page
    assert not User.objects.exists()


def test_a_machine_that_fills_in_every_field_makes_no_account(client, db):
    assert sign_up(client, company="ACME").status_code == 302
    assert not User.objects.exists()


# --- Same answers for known and unknown addresses: reliability 41 ------------------------------------
def both(ask) -> tuple:
    return ask(Client(), "anna@example.org"), ask(Client(), "nobody@example.org")


def shape(response) -> tuple:
    body = response.content.decode().replace("anna@example.org", "x").replace("nobody@example.org", "x")
    return response.status_code, response.headers.get("Location"), round(len(body), -2)


@pytest.mark.parametrize(
    "ask",
    [
        lambda client, email: sign_in(client, email, "wrong-password"),
        lambda client, email: client.post(ASK_CODE, {"email": email}),
        lambda client, email: client.post(RESET, {"email": email}),
        lambda client, email: sign_up(client, email),
    ],
    ids=["password", "code", "reset", "signup"],
)
def test_known_and_unknown_addresses_get_the_same_answer(anna, ask):
    known, unknown = both(ask)
    assert shape(known) == shape(unknown)


def test_the_page_after_asking_for_a_code_is_the_same_too(anna):
    def ask(client, email):
        client.post(ASK_CODE, {"email": email})
        return client.get(GIVE_CODE)

    known, unknown = both(ask)
    assert shape(known) == shape(unknown)


def test_who_signs_up_again_is_told_by_mail_only(anna):
    sign_up(Client(), "anna@example.org", "quite-another-password")
    assert newest_mail().kind == "account.account_already_exists"
    assert User.objects.get().check_password(PASSWORD)


# --- Guests become customers -------------------------------------------------------------------------
@pytest.fixture
def shop(db):
    open_delivery()
    ProductFactory(name={"en": "Mug"}, slug="mug", variant__sku="MUG")


def test_guest_orders_are_found_once_the_address_is_proven_and_not_before(shop):  # reliability 37
    shopper = Shopper(email="new@example.org")
    order = shopper.buy("MUG", method="bank_transfer")
    sign_up(shopper.client)
    assert Order.objects.get(user__isnull=True) == order
    shopper.client.post(VERIFY, {"code": code_in(newest_mail(kind="account.email_confirmation_signup"))})
    assert order.number in shopper.client.get(reverse("accounts:orders")).content.decode()


def test_somebody_elses_address_brings_no_orders(shop):  # reliability 37
    Shopper(email="victim@example.org").buy("MUG", method="bank_transfer")
    thief = Client()
    sign_up(thief, "victim@example.org")
    assert thief.get(reverse("accounts:orders")).status_code == 302
    thief.post(VERIFY, {"code": "000000"})
    assert not Order.objects.filter(user__isnull=False).exists()


def test_the_cart_of_a_guest_comes_along_at_sign_in(shop, anna):
    shopper = Shopper()
    shopper.add("MUG", 2)
    sign_in(shopper.client)
    assert Cart.objects.get(is_open=True).user == anna
    assert "Mug" in shopper.client.get("/cart/").content.decode()


def test_the_order_page_offers_an_account_with_one_field(shop):
    shopper = Shopper(email="new@example.org")
    order = shopper.buy("MUG", method="bank_transfer")
    page = shopper.client.get(order.get_absolute_url()).content.decode()
    assert 'name="password1"' in page
    assert f'action="{SIGNUP}"' in page


# --- A new password ------------------------------------------------------------------------------
def test_a_forgotten_password_is_replaced_and_the_link_works_once(client, anna):  # reliability 39
    client.post(RESET, {"email": "anna@example.org"})
    link = link_in(newest_mail(kind="account.password_reset_key"))
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "a-new-password-of-mine"})
    sign_in(client, password="a-new-password-of-mine")
    assert is_signed_in(client)
    assert "used up" in Client().get(link, follow=True).content.decode()


@pytest.mark.parametrize("host", ["evil.example", "testserver:80@evil.example"])
def test_the_link_is_on_our_address_whatever_the_request_says(anna, settings, host):  # reliability 39
    settings.SITE_URL = "https://shop.example"
    refused = Client().post(RESET, {"email": "anna@example.org"}, HTTP_HOST=host)
    assert refused.status_code == 400
    Client().post(RESET, {"email": "anna@example.org"}, HTTP_X_FORWARDED_HOST=host)
    assert link_in(newest_mail()).startswith("https://shop.example/accounts/")


@pytest.mark.parametrize(
    ("path", "name"),
    [(LOGIN, "login"), (SIGNUP, "email"), (ASK_CODE, "email"), (RESET, "email")],
)
@pytest.mark.parametrize("email", [f"{'a' * 300}@b.co", "a@b.co\nBcc: c@d.co", "\x00@b.co", "a@b.co,c@d.co"])
def test_what_is_no_address_is_refused_by_every_form(client, db, path, name, email):
    response = client.post(path, {name: email, "password": "not-a-secret", "password1": "four-good-words-42"})
    assert response.status_code == 422
    assert "This does not look like an e-mail." in response.content.decode()
    assert not Mail.objects.exists()
    assert not User.objects.exists()


# --- A new address -------------------------------------------------------------------------------
def test_a_new_address_needs_the_password_and_a_code_and_the_old_one_is_told(client, anna):  # reliability 38
    client.force_login(anna, backend="allauth.account.auth_backends.AuthenticationBackend")
    asked = client.post("/accounts/email/", {"email": "next@example.org", "action_add": ""})
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    client.post(asked.headers["Location"], {"password": PASSWORD})
    client.post("/accounts/email/", {"email": "next@example.org", "action_add": ""})
    anna.refresh_from_db()
    assert anna.email == "anna@example.org"
    assert (
        not Client().post(LOGIN, {"login": "next@example.org", "password": PASSWORD}).has_header("Location")
    )
    client.post(VERIFY, {"code": code_in(newest_mail(kind="account.email_confirmation"))})
    anna.refresh_from_db()
    assert anna.email == "next@example.org"
    assert newest_mail(kind="account.email_changed").recipient == "anna@example.org"


# --- The mail ------------------------------------------------------------------------------------
def test_a_letter_comes_in_html_and_text_and_in_the_language_of_the_page(client, anna):
    client.post(f"/ru{ASK_CODE}", {"email": "anna@example.org"})
    letter = newest_mail()
    assert letter.language == "ru"
    assert code_in(letter) in letter.html
    assert "color-scheme" in letter.html
    assert mail.outbox[-1].to == ["anna@example.org"]


def test_a_code_is_not_kept_where_staff_could_read_it(client, anna, settings):
    settings.LOCAL = False
    client.post(ASK_CODE, {"email": "anna@example.org"})
    kept = newest_mail(kind="account.login_code")
    sent = mail.outbox[-1]
    assert (kept.text, kept.html) == ("", "")
    assert not any(sign.isdigit() for sign in kept.subject)
    assert any(line.isdigit() and len(line) == 6 for line in sent.body.splitlines())


def test_a_mail_server_that_is_down_is_told_and_breaks_nothing(client, anna, monkeypatch):
    def refuse(*args, **kwargs):
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    response = client.post(ASK_CODE, {"email": "anna@example.org"}, follow=True)
    assert response.status_code == 200
    assert "could not send the mail" in response.content.decode()
