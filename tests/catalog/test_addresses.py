"""What was renamed is found under its old address."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from catalog import actions, addresses
from catalog.models import Category, OldAddress, Product
from tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


def renamed(product: Product, slug: str) -> Product:
    """As the admin's form does it."""
    site = admin.site.get_model_admin(Product)
    old = product.slug
    product.slug = slug
    form = type("Form", (), {"changed_data": ["slug"], "initial": {"slug": old}})
    site.save_model(RequestFactory().post("/"), product, form, True)
    return product


def test_a_renamed_product_is_led_to_with_its_variant(client):
    product = renamed(ProductFactory(slug="dome", indexed=True), "dome-lamp")

    answer = client.get("/p/dome/?variant=SKU&utm_source=mail")

    assert (answer.status_code, answer["Location"]) == (301, "/p/dome-lamp/?variant=SKU&utm_source=mail")
    assert client.get("/ru/p/dome/")["Location"] == "/ru/p/dome-lamp/"
    assert renamed(product, "dome-2").slug == "dome-2"
    assert client.get("/p/dome/")["Location"] == "/p/dome-2/", (
        "however often it is renamed, one step leads there"
    )


def test_an_address_that_is_taken_again_leads_nowhere_else(client):
    product = renamed(ProductFactory(slug="dome", indexed=True), "dome-lamp")
    renamed(product, "dome")

    assert client.get("/p/dome/").status_code == 200
    assert client.get("/p/dome-lamp/")["Location"] == "/p/dome/"
    assert list(OldAddress.objects.values_list("address", flat=True)) == ["p/dome-lamp"]


def test_what_cannot_be_opened_is_not_led_to(client):
    product = renamed(ProductFactory(slug="dome", indexed=True), "dome-lamp")
    actions.archive_product(product)

    assert client.get("/p/dome/").status_code == 404
    assert addresses.product_at("never") is None


def test_a_moved_shelf_and_all_below_it_are_led_to(client):
    lamps = CategoryFactory(slug="lamps")
    CategoryFactory(slug="table", parent=lamps)
    actions.move_category(Category.objects.get(pk=lamps.pk), slug="lighting", parent=None)

    assert client.get("/c/lamps/?sort=price")["Location"] == "/c/lighting/?sort=price"
    assert client.get("/c/lamps/table/").status_code == 301
    assert client.get("/c/lighting/table/").status_code == 200
