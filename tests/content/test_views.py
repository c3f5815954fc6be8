"""The home page, pages of text, robots.txt."""

import pytest

from catalog import index, media
from content.actions import save_page, set_home
from content.models import HomeBlock
from tests.factories import CategoryFactory, CollectionFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(picture_file):
    return media.add_picture(picture_file(size=(320, 180)), alt={"en": "A set table"})


def blocks(scene):
    return [
        {"kind": "hero", "title": {"en": "Calm", "ru": "Покой"}, "picture": scene, "cta": {"en": "See"},
         "link": "collection:new-in"},
        {"kind": "categories", "title": {"en": "Rooms"}, "items": ["lighting", "nowhere"]},
        {"kind": "rail", "title": {"en": "New in"}, "source": "collection:new-in"},
        {"kind": "proof", "items": [{"icon": "truck", "text": {"en": "Quick"}}]},
    ]  # fmt: skip


@pytest.fixture
def home(scene):
    shelf = CategoryFactory(slug="lighting", name={"en": "Lighting"})
    products = [
        ProductFactory(category=shelf, name={"en": f"Lamp {number}"}, indexed=True) for number in range(2)
    ]
    CollectionFactory(code="new-in").products.set(products)
    set_home(blocks(scene))
    return shelf


def test_a_home_page_without_a_hero_has_a_heading_all_the_same(client):
    assert '<h1 class="sr">Forma</h1>' in client.get("/").content.decode()


def test_the_home_page_shows_its_blocks_in_order(client, home):
    page = client.get("/")
    html = page.content.decode()

    assert [block["kind"] for block in page.context["blocks"]] == ["hero", "categories", "rail", "proof"]
    assert page.context["blocks"][0]["url"] == "/collections/new-in/"
    assert [tile["name"] for tile in page.context["blocks"][1]["tiles"]] == ["Lighting"]
    assert page.context["blocks"][1]["tiles"][0]["count"] == 2
    assert "Lamp 0" in html
    assert "Lamp 1" in html
    assert "Покой" in client.get("/ru/").content.decode()


def test_a_block_whose_things_are_gone_is_left_out(client):
    set_home(
        [
            {"kind": "hero", "title": {"en": "No picture"}},
            {"kind": "rail", "title": {"en": "No products"}, "source": "collection:nothing"},
            {"kind": "categories", "items": ["nowhere"]},
        ]
    )

    assert client.get("/").context["blocks"] == []


def test_the_home_page_of_a_new_shop_is_a_page(client):
    assert client.get("/").status_code == 200


def test_the_home_page_costs_the_same_for_few_and_many_products(client, home, settings, count_queries):
    settings.PAGE_CACHE = False
    client.get("/")
    few = count_queries(client, "/")
    products = [ProductFactory(category=home, indexed=True) for _ in range(8)]
    CollectionFactory(code="more").products.set(products)
    set_home([*HOME_FIELDS(), {"kind": "rail", "source": "collection:more", "title": {"en": "More"}}])
    client.get("/")

    assert count_queries(client, "/") == few <= 4


def HOME_FIELDS():
    names = ("kind", "title", "text", "cta", "link", "source", "items", "picture_id")
    return [{name: getattr(block, name) for name in names} for block in HomeBlock.objects.all()]


def test_a_change_of_the_home_page_is_seen_at_once(client, home, scene):
    client.get("/")
    changed = blocks(scene)
    changed[0]["title"] = {"en": "Storm"}

    set_home(changed)

    assert "Storm" in client.get("/").content.decode()


def test_the_same_home_page_twice_writes_nothing(home, scene, django_assert_num_queries):
    before = list(HomeBlock.objects.values_list("pk", flat=True))

    set_home(blocks(scene))

    assert list(HomeBlock.objects.values_list("pk", flat=True)) == before


def test_a_page_of_text_is_shown_in_paragraphs_and_escaped(client):
    save_page("about", title={"en": "About"}, body={"en": "One.\n\nTwo <script>alert(1)</script>."})

    page = client.get("/pages/about/")
    html = page.content.decode()

    assert page.context["page"]["paragraphs"] == ["One.", "Two <script>alert(1)</script>."]
    assert "<p>One.</p>" in html
    assert "<script>alert(1)" not in html
    assert page["Cache-Control"].startswith("public")


def test_a_changed_page_of_text_is_seen_at_once(client):
    save_page("about", title={"en": "About"}, body={"en": "Old words."})
    client.get("/pages/about/")

    save_page("about", title={"en": "About"}, body={"en": "New words."})

    assert "New words." in client.get("/pages/about/").content.decode()


def test_an_unknown_page_is_not_found(client):
    assert client.get("/pages/nothing/").status_code == 404


def test_robots_may_read_what_is_public(client, settings):
    text = client.get("/robots.txt").content.decode()

    assert "Disallow: /checkout/" in text
    assert "Disallow: /ru/checkout/" in text
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in text


def test_pages_of_text_stand_in_the_menus_and_the_sitemap(client):
    save_page("delivery", title={"en": "Delivery times"}, body={"en": "Two days."})
    index.bump()

    assert "Delivery times" in client.get("/pages/delivery/").content.decode().split("<footer")[1]
    assert "/pages/delivery/" in client.get("/sitemap.xml").content.decode()
