"""One mail when something is back: in the order of asking, as many as there are units."""

from __future__ import annotations

import pytest
from django.core import mail

from catalog.models import Variant
from inventory import actions as inventory
from inventory.models import Location
from marketing import actions
from marketing.models import StockAlert
from shop import outbox
from tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db
SAME = {"HTTP_SEC_FETCH_SITE": "same-origin"}
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def lamp():
    """Sold out."""
    product = ProductFactory(
        slug="dome", name={"en": "Dome lamp", "ru": "Лампа «Купол»"}, category=CategoryFactory(),
        variant__sku="DOME", variant__level__on_hand=0, indexed=True,
    )  # fmt: skip
    return product.variants.get()


def restock(variant: Variant, units: int) -> None:
    inventory.receive(variant, Location.objects.get(code="main"), units, cause=f"arrived:{units}")
    outbox.drain()


def ask(client, email: str, **headers):
    return client.post("/back-in-stock/", {"sku": "DOME", "email": email}, **SAME, **headers)


def test_a_sold_out_product_offers_to_write_and_takes_an_address_without_scripts(client, lamp):
    page = client.get("/p/dome/").content.decode()
    assert 'action="/back-in-stock/"' in page
    assert "Where may we write when it is back?" in page

    answer = ask(client, "Ana@Example.com")

    assert (answer.status_code, answer["Location"]) == (303, "/p/dome/?variant=DOME")
    assert "We will write to Ana@Example.com once" in client.get(answer["Location"]).content.decode()
    assert StockAlert.objects.get().email == "ana@example.com"


def test_with_htmx_the_form_answers_in_its_place(client, lamp):
    good = ask(client, "ana@example.com", **HTMX)
    bad = ask(client, "ana@", **HTMX)

    assert good.content.decode().lstrip().startswith('<form class="buy__form" id="alert"')
    assert "We will write to ana@example.com once" in good.content.decode()
    assert bad.status_code == 422
    assert 'value="ana@"' in bad.content.decode(), "what was written stays"
    assert 'aria-invalid="true"' in bad.content.decode()


def test_the_first_who_asked_are_told_first_and_once(client, lamp, django_capture_on_commit_callbacks):
    for name in ("ana", "ben", "cleo"):
        ask(client, f"{name}@example.com")
    ask(client, "ana@example.com")  # twice is one wait
    assert actions.tell_of_stock() == 0, "nothing is back yet"

    restock(lamp, 2)

    assert [letter.to for letter in mail.outbox] == [["ana@example.com"], ["ben@example.com"]]
    assert "/p/dome/?variant=DOME" in mail.outbox[0].body
    assert list(StockAlert.objects.values_list("email", flat=True)) == ["cleo@example.com"]
    assert actions.tell_of_stock() == 1, "some is left, so the next one is told by the clock"
    assert actions.tell_of_stock() == 0


def test_the_mail_speaks_the_language_in_which_it_was_asked_for(client, lamp):
    client.post("/ru/back-in-stock/", {"sku": "DOME", "email": "ana@example.com"}, **SAME)

    restock(lamp, 1)

    assert mail.outbox[0].subject == "Лампа «Купол» снова в продаже"
    assert "/ru/p/dome/" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"sku": "NONE", "email": "a@example.com"}, 404),
        ({"sku": "DOME\x00", "email": "a@example.com"}, 404),
        ({"email": "a@example.com"}, 404),
        ({"sku": "DOME", "email": ""}, 303),
        ({"sku": "DOME", "email": "a@example.com\nBcc: b@example.com"}, 303),
        ({"sku": "DOME", "email": "x" * 300 + "@example.com"}, 303),
    ],
)
def test_nonsense_is_no_wait(client, lamp, fields, status):
    assert client.post("/back-in-stock/", fields, **SAME).status_code == status
    assert not StockAlert.objects.exists()


def test_another_site_cannot_ask(client, lamp):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(
        "/back-in-stock/", {"sku": "DOME", "email": "a@example.com"}, HTTP_SEC_FETCH_SITE="cross-site"
    )

    assert answer.status_code == 403
    assert not StockAlert.objects.exists()


def test_nobody_asks_without_end(client, lamp, settings):
    for number in range(20):
        ask(client, f"a{number}@example.com")

    answer = ask(client, "one-more@example.com", **HTMX)

    assert answer.status_code == 422
    assert "That was too often" in answer.content.decode()
    assert StockAlert.objects.count() == 20


def test_what_went_off_sale_is_not_told_of(client, lamp):
    ask(client, "ana@example.com")
    type(lamp.product).objects.update(status="draft")

    restock(lamp, 5)

    assert mail.outbox == []
    assert StockAlert.objects.count() == 1
