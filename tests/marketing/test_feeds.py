"""What advertising channels read: each variant once, the same id in all, and what the page says."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalog import actions as catalog
from catalog.index import refresh
from catalog.models import Attribute, Fact, Variant
from marketing import actions
from marketing.feeds.checks import is_gtin
from marketing.feeds.items import items
from marketing.models import FeedProblem
from tests.factories import CategoryFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db
G = "{http://base.google.com/ns/1.0}"
# The values that https://support.google.com/merchants/answer/7052112 names.
GOOGLE_AVAILABILITY = {"in_stock", "out_of_stock", "preorder", "backorder"}
GOOGLE_REQUIRED = {
    "id",
    "title",
    "description",
    "link",
    "image_link",
    "availability",
    "price",
    "condition",
    "brand",
}


@pytest.fixture
def pictured(picture_file):
    """Makes products whose pictures are ready, as those of a running shop are."""

    def make(**fields):
        product = ProductFactory(**{"category": CategoryFactory(), **fields})
        catalog.add_picture(product, picture_file(), alt={"en": "Front"})
        refresh([product.pk])
        return product

    return make


def body(client, name: str, prefix: str = "") -> str:
    answer = client.get(f"{prefix}/feeds/{name}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def google(client) -> dict[str, dict[str, str]]:
    """{id: {attribute: text}}"""
    root = ElementTree.fromstring(body(client, "google.xml"))
    rows = [{field.tag.removeprefix(G): field.text for field in item} for item in root.iter("item")]
    assert len({row["id"] for row in rows}) == len(rows), "an id twice"
    return {row["id"]: row for row in rows}


def meta(client) -> dict[str, dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(body(client, "meta.csv"))))
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: row for row in rows}


def yandex(client) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(body(client, "yandex.yml"))
    categories = {row.get("id") for row in root.iter("category")}
    offers = list(root.iter("offer"))
    assert {offer.findtext("categoryId") for offer in offers} <= categories
    return {offer.get("id"): offer for offer in offers}


def test_each_variant_is_there_once_under_one_id(client, pictured):
    product = pictured(name={"en": "Tide mug"}, variant=None)
    for colour in ("sage", "rust"):
        VariantFactory(product=product, sku=f"TIDE-{colour}", options={"colour": colour})
    refresh([product.pk])

    rows = google(client)

    assert set(rows) == set(meta(client)) == set(yandex(client)) == {"TIDE-sage", "TIDE-rust"}
    assert rows["TIDE-sage"]["title"] == "Tide mug, Sage"
    assert rows["TIDE-sage"]["color"] == "Sage"
    assert rows["TIDE-sage"]["item_group_id"] == rows["TIDE-rust"]["item_group_id"]
    assert rows["TIDE-sage"].keys() >= GOOGLE_REQUIRED


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ("in_stock", "in stock", "true")),
        ({"variant__level__on_hand": 0}, ("out_of_stock", "out of stock", "false")),
        (
            {"variant__stock_policy": "preorder", "variant__level__on_hand": 0,
             "variant__level__backorder_limit": 5, "variant__preorder_at": timezone.localdate() + timedelta(days=9)},
            ("preorder", "preorder", "true"),
        ),
        (
            {"variant__stock_policy": "backorder", "variant__level__on_hand": 0,
             "variant__level__backorder_limit": 5, "variant__lead_days": 9},
            ("backorder", "available for order", "true"),
        ),
    ],
)  # fmt: skip
def test_availability_is_said_in_each_channels_words(client, pictured, fields, said):
    pictured(variant__sku="MUG", **fields)

    row = google(client)["MUG"]

    assert (
        row["availability"],
        meta(client)["MUG"]["availability"],
        yandex(client)["MUG"].get("available"),
    ) == said
    assert row["availability"] in GOOGLE_AVAILABILITY
    waits = said[0] in ("preorder", "backorder")
    assert ("availability_date" in row) == waits
    if waits:
        assert row["availability_date"].startswith(f"{timezone.localdate() + timedelta(days=9):%Y-%m-%d}T")


def test_a_sale_names_both_prices(client, pictured):
    pictured(variant__sku="MUG", variant__price__amount_minor=1990, variant__price__compare_at_minor=2400)

    row, offer = google(client)["MUG"], yandex(client)["MUG"]

    assert (row["price"], row["sale_price"]) == ("24.00 EUR", "19.90 EUR")
    assert (offer.findtext("price"), offer.findtext("oldprice")) == ("19.90", "24.00")
    assert meta(client)["MUG"]["sale_price"] == "19.90 EUR"


def test_texts_with_anything_in_them_stay_well_formed(client, pictured):
    name = 'A <b>"mug"</b> & \x0bcup, \ud7ff]]>'
    pictured(variant__sku="MUG", name={"en": name}, description={"en": 'Line\n\nline, with; "quotes"'})

    assert google(client)["MUG"]["title"] == name.replace("\x0b", "")
    assert meta(client)["MUG"]["title"] == name
    assert yandex(client)["MUG"].findtext("name") == name.replace("\x0b", "")


def test_a_brand_is_what_its_attribute_states_else_the_shops_own(client, pictured, settings):
    brand = Attribute.objects.create(code="brand", name={"en": "Brand"}, kind=Attribute.Kind.CHOICE)
    mug = pictured(variant__sku="MUG")
    pictured(variant__sku="BOWL")
    Fact.objects.create(product=mug, attribute=brand, code="acme", text={"en": "Acme"})

    rows = google(client)

    assert (rows["MUG"]["brand"], rows["BOWL"]["brand"]) == ("Acme", settings.SHOP_NAME)


def test_nothing_is_sent_again_that_did_not_change(client, pictured):
    mug = pictured(variant__sku="MUG")
    first = client.get("/feeds/google.xml")

    again = client.get("/feeds/google.xml", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again["ETag"]) == (304, first["ETag"])

    catalog.set_price(mug.variants.get(), mug.variants.get().prices.get().price_list, 990)
    changed = client.get("/feeds/google.xml", HTTP_IF_NONE_MATCH=first["ETag"])
    assert changed.status_code == 200
    assert "9.90 EUR" in b"".join(changed.streaming_content).decode()


def test_a_feed_speaks_the_language_of_its_address(client, pictured):
    pictured(
        variant__sku="MUG",
        name={"en": "Mug", "ru": "Кружка"},
        category=CategoryFactory(name={"en": "Mugs", "ru": "Кружки"}),
    )

    text = body(client, "yandex.yml", prefix="/ru")

    assert "<name>Кружка</name>" in text
    assert ">Кружки</category>" in text
    assert "/ru/p/" in text


def test_what_is_not_for_sale_is_in_no_feed(client, pictured):
    pictured(variant__sku="DRAFT", status="draft")
    retired = pictured(variant__sku="OLD")
    Variant.objects.filter(product=retired).update(is_active=False)
    refresh([retired.pk])

    assert google(client) == {}
    assert client.get("/feeds/unknown.xml").status_code == 404
    assert client.post("/feeds/google.xml").status_code == 405


def test_what_a_channel_would_refuse_is_left_out_and_named(client, pictured):
    ProductFactory(variant__sku="BLIND", category=CategoryFactory(), indexed=True)
    pictured(variant__sku="A-SKU-OF-TWENTY-ONE-C", variant__barcode="4006381333932")

    assert set(google(client)) == {"A-SKU-OF-TWENTY-ONE-C"}
    assert "gtin" not in google(client)["A-SKU-OF-TWENTY-ONE-C"]
    assert yandex(client) == {}

    actions.check_feeds()
    kept = set(FeedProblem.objects.values_list("feed", "sku", "is_refused"))
    assert ("google.xml", "BLIND", True) in kept
    assert ("yandex.yml", "A-SKU-OF-TWENTY-ONE-C", True) in kept
    assert ("google.xml", "A-SKU-OF-TWENTY-ONE-C", False) in kept

    client.force_login(User.objects.create_superuser("ines@forma.example", "not-a-secret"))
    page = client.get("/admin/feeds/?feed=google.xml").content.decode()
    assert "It has no picture." in page
    assert "4006381333932 is no GTIN" in page


def test_staff_look_again_by_a_press(client, pictured):
    ProductFactory(variant__sku="BLIND", category=CategoryFactory(), indexed=True)
    assert client.post(reverse("marketing:check_feeds")).status_code == 302
    assert not FeedProblem.objects.exists()
    client.force_login(User.objects.create_superuser("ines@forma.example", "not-a-secret"))

    page = client.post(reverse("marketing:check_feeds"), follow=True).content.decode()

    assert FeedProblem.objects.count() == 3
    assert "3 problems were found." in page
    assert "has no https" in page


def test_the_list_of_problems_costs_the_same_for_few_and_many(client, count_queries):
    client.force_login(User.objects.create_superuser("ines@forma.example", "not-a-secret"))

    def cost() -> int:
        actions.check_feeds()
        client.get("/admin/feeds/")
        return count_queries(client, "/admin/feeds/")

    ProductFactory(category=CategoryFactory(), indexed=True)
    few = cost()
    for _number in range(8):
        ProductFactory(category=CategoryFactory(), indexed=True)
    assert cost() == few


def queries_of(client) -> int:
    with CaptureQueriesContext(connection) as captured:
        body(client, "google.xml")
    return len(captured)


def test_a_feed_reads_batches_whatever_the_catalogue(client, pictured, monkeypatch):
    monkeypatch.setattr("marketing.feeds.items.BATCH", 4)
    for _number in range(4):
        pictured()
    one = queries_of(client)
    for _number in range(4):
        pictured()
    two = queries_of(client)
    assert len(google(client)) == 8
    assert two - one <= one


@pytest.mark.parametrize(
    ("code", "is_right"),
    [
        ("4006381333931", True),
        ("4006381333932", False),
        ("96385074", True),
        ("036000291452", True),
        ("2210000079199", False),
        ("", False),
        ("４００６３８１３３３９３１", False),
    ],
)
def test_check_digits(code, is_right):
    assert is_gtin(code) == is_right


def test_feeds_say_what_the_pages_of_the_demo_store_say(client, loaded):
    rows = google(client)
    assert len(rows) == sum(1 for _item in items("en")), "every variant of the demo store is sound"
    for sku, row in rows.items():
        page = client.get(row["link"].removeprefix("http://127.0.0.1:8000")).content.decode()
        shown = int(re.search(r'buy__price.*?data-minor="(\d+)"', page, re.DOTALL)[1])
        assert f"{shown // 100}.{shown % 100:02d} EUR" == row.get("sale_price", row["price"]), sku
        offers = json.loads(re.search(r'type="application/ld\+json">(.*?)</script>', page)[1])["@graph"][0][
            "offers"
        ]
        offer = next(offer["availability"].rpartition("/")[2] for offer in offers if offer["sku"] == sku)
        expected = {"InStock": "in_stock", "LimitedAvailability": "in_stock", "OutOfStock": "out_of_stock",
                    "BackOrder": "backorder", "PreOrder": "preorder"}[offer]  # fmt: skip
        assert row["availability"] == expected, sku
    assert set(rows) == set(meta(client)) == set(yandex(client))
