"""The public pages of the catalogue: what they cost, what they say, and what they make of odd addresses."""

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog import index, media
from shop import pages
from shop.models import Counter
from tests.factories import (
    CategoryFactory,
    CollectionFactory,
    ProductFactory,
    TaxRateFactory,
    VariantFactory,
)

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def shelf():
    return CategoryFactory(slug="lighting", name={"en": "Lighting", "ru": "Свет"})


@pytest.fixture
def live(settings):
    """Every page made anew."""
    settings.PAGE_CACHE = False


def lamps(shelf, number, picture_file, *, variants=1):
    products = []
    for _ in range(number):
        lamp = ProductFactory(category=shelf, name={"en": "Lamp"})
        for _ in range(variants - 1):
            VariantFactory(product=lamp, options={"colour": f"c{lamp.pk}{VariantFactory._meta._counter.seq}"})
        media.add_picture(picture_file(size=(64, 80), colour=(lamp.pk % 255, 0, 0)), alt={}, product=lamp)
        products.append(lamp)
    index.refresh([lamp.pk for lamp in products])
    return products


# --- What they cost ------------------------------------------------------------------------------
def cost(count_queries, client, path):
    client.get(path)  # the shell is made once per version
    return count_queries(client, path)


@pytest.mark.usefixtures("live")
def test_a_category_costs_the_same_for_few_and_many_products(client, shelf, picture_file, count_queries):
    lamps(shelf, 2, picture_file)
    few = cost(count_queries, client, "/c/lighting/")
    lamps(shelf, 8, picture_file)

    assert cost(count_queries, client, "/c/lighting/") == few <= 6


@pytest.mark.usefixtures("live")
def test_a_collection_costs_the_same_for_few_and_many_products(client, shelf, picture_file, count_queries):
    picked = CollectionFactory(code="sale")
    picked.products.set(lamps(shelf, 2, picture_file))
    few = cost(count_queries, client, "/collections/sale/")
    picked.products.add(*lamps(shelf, 8, picture_file))
    index.bump()

    assert cost(count_queries, client, "/collections/sale/") == few <= 6


@pytest.mark.usefixtures("live")
def test_a_search_costs_the_same_for_few_and_many_products(client, shelf, picture_file, count_queries):
    lamps(shelf, 2, picture_file)
    few = cost(count_queries, client, "/search/?q=lamp")
    lamps(shelf, 8, picture_file)

    assert cost(count_queries, client, "/search/?q=lamp") == few <= 6


@pytest.mark.usefixtures("live")
def test_a_product_costs_the_same_with_few_and_many_variants_and_relations(
    client, shelf, picture_file, count_queries
):
    few, many = lamps(shelf, 2, picture_file, variants=2)
    for number in range(8):
        VariantFactory(product=many, options={"colour": f"shade-{number}"})
    few.related.set([many])
    many.related.set([few, *lamps(shelf, 6, picture_file)])
    index.refresh([few.pk, many.pk])

    assert cost(count_queries, client, many.get_absolute_url()) == (
        cost(count_queries, client, few.get_absolute_url())
    )
    assert cost(count_queries, client, many.get_absolute_url()) <= 4


def test_rows_of_an_older_build_are_drawn_live_at_a_constant_cost(
    client, shelf, picture_file, count_queries, settings
):
    settings.PAGE_CACHE = False
    products = lamps(shelf, 2, picture_file)
    from catalog.models import Card, Page

    Card.objects.update(build="older", html="old html")
    Page.objects.update(build="older", parts={"html": {}})
    few = cost(count_queries, client, "/c/lighting/")
    products += lamps(shelf, 8, picture_file)
    Card.objects.update(build="older", html="old html")

    assert cost(count_queries, client, "/c/lighting/") == few
    assert "old html" not in client.get("/c/lighting/").content.decode()
    assert client.get(products[0].get_absolute_url()).status_code == 200
    assert sorted(index.stale_products()) == sorted(product.pk for product in products)
    index.reindex()
    assert index.stale_products() == []


# --- What they say -------------------------------------------------------------------------------
def test_a_category_shows_its_products_and_those_below_it(client, shelf):
    below = CategoryFactory(parent=shelf, slug="table-lamps", name={"en": "Table lamps"})
    ProductFactory(category=below, name={"en": "Dome"}, indexed=True)

    page = client.get("/c/lighting/")

    html = page.content.decode()
    assert "Dome" in html
    assert page.context["count"] == 1
    assert [child["url"] for child in page.context["children"]] == ["/c/lighting/table-lamps/"]
    trail = client.get("/c/lighting/table-lamps/").context["crumbs"]
    assert trail[1:] == [("Lighting", "/c/lighting/"), ("Table lamps", None)]


def test_a_category_sorts_by_price_with_the_sold_out_last(client, shelf):
    prices = {"dear": 9000, "cheap": 1000, "gone": 500}
    for slug, price in prices.items():
        ProductFactory(
            slug=slug,
            category=shelf,
            name={"en": slug},
            variant__price__amount_minor=price,
            variant__level__on_hand=0 if slug == "gone" else 5,
            indexed=True,
        )

    def order(sort):
        html = client.get("/c/lighting/", {"sort": sort}).content.decode()
        return sorted(prices, key=lambda slug: html.index(f"/p/{slug}/"))

    assert order("price") == ["cheap", "dear", "gone"]
    assert order("price-down") == ["dear", "cheap", "gone"]


def test_a_long_category_is_cut_into_pages(client, shelf, settings):
    settings.PAGE_SIZE = 2
    for _ in range(5):
        ProductFactory(category=shelf)
    index.reindex()

    first = client.get("/c/lighting/")
    last = client.get("/c/lighting/?page=3")

    assert [number for number, _url in first.context["page"]["numbers"]] == [1, 2, 3]
    assert (len(first.context["cards"]), len(last.context["cards"])) == (2, 1)
    assert first.context["page"]["next_url"] == "/c/lighting/?page=2"
    assert last.context["canonical"] == "/c/lighting/?page=3"


def test_a_hidden_category_is_not_found_and_nobodys_child(client, shelf):
    CategoryFactory(parent=shelf, slug="hidden", is_visible=False)

    assert client.get("/c/lighting/hidden/").status_code == 404
    assert client.get("/c/lighting/").context["children"] == []


def test_a_product_shows_price_stock_and_choices(client, shelf):
    TaxRateFactory()
    lamp = ProductFactory(slug="dome", category=shelf, name={"en": "Dome", "ru": "Купол"}, variant=None)
    for colour, stock in {"rust": 0, "moss": 3}.items():
        VariantFactory(product=lamp, sku=colour.upper(), options={"colour": colour}, level__on_hand=stock)
    index.refresh([lamp.pk])

    page = client.get("/p/dome/")
    html = page.content.decode()

    assert page.context["buy"]["sku"] == "MOSS"  # the first that can be had
    assert 'data-minor="2400" data-currency="EUR"' in html
    assert "Only 3 left" in html
    states = {v["code"]: v["is_sold_out"] for v in page.context["buy"]["options"][0]["values"]}
    assert states == {"rust": True, "moss": False}
    assert page.context["jsonld"]["@graph"][0]["offers"][0]["availability"].endswith("OutOfStock")
    assert "Купол" in client.get("/ru/p/dome/").content.decode()


def test_a_product_says_how_it_comes_and_goes_back_as_those_pages_read_now(client):
    from content.actions import save_page

    ProductFactory(slug="dome", indexed=True)
    ProductFactory(slug="card", kind="gift_card", indexed=True)
    assert "Delivery and returns" not in client.get("/p/dome/").content.decode()

    save_page("delivery", title={"en": "Delivery"}, body={"en": "In <two> days.\n\nMore."})
    save_page("returns", title={"en": "Returns"}, body={"en": "Within thirty days."})
    html = client.get("/p/dome/").content.decode()

    assert "<p>In &lt;two&gt; days.</p><p>Within thirty days.</p>" in html
    assert "More." not in html
    assert "Within thirty days." not in client.get("/p/card/").content.decode()


def test_results_are_kept_and_what_nobody_would_look_for_is_not(client, shelf, django_assert_num_queries):
    ProductFactory(category=shelf, name={"en": "Lamp"}, indexed=True)
    client.get("/search/?q=lamp")
    client.get("/search/?q=zebra")

    with django_assert_num_queries(1):
        client.get("/search/?q=lamp")
    with CaptureQueriesContext(connection) as captured:
        client.get("/search/?q=zebra")
    assert len(captured) > 1


def test_an_address_may_name_a_variant(client):
    lamp = ProductFactory(slug="dome", variant__sku="A")
    VariantFactory(product=lamp, sku="B", level__on_hand=0)
    index.refresh([lamp.pk])

    page = client.get("/p/dome/?variant=B")

    assert page.context["buy"]["sku"] == "B"
    assert page.context["buy"]["can_buy"] is False
    assert page.context["canonical"] == "/p/dome/"


@pytest.fixture
def shirt():
    """Red in S and M, blue in M only."""
    shirt = ProductFactory(slug="shirt", variant=None)
    for colour, size in (("red", "s"), ("red", "m"), ("blue", "m")):
        VariantFactory(product=shirt, sku=f"{colour}-{size}", options={"colour": colour, "size": size})
    index.refresh([shirt.pk])
    return shirt


def test_choosing_an_option_without_a_script_leads_to_the_variant(client, shirt):
    answer = client.get("/p/shirt/?colour=red&size=m")

    assert (answer.status_code, answer["Location"]) == (302, "/p/shirt/?variant=red-m")


def test_choosing_an_option_with_htmx_answers_the_buy_box_alone(client, shirt):
    address = "http://testserver/p/shirt/?variant=red-s"
    answer = client.get(
        "/p/shirt/?colour=blue&size=s", **HTMX, HTTP_HX_TARGET="div#buy", HTTP_HX_CURRENT_URL=address
    )

    assert answer["HX-Replace-Url"] == "/p/shirt/?variant=blue-m"  # what was changed just now is kept
    assert "<html" not in answer.content.decode()
    assert 'id="buy"' in answer.content.decode()


def test_an_option_is_answered_whatever_the_browser_says_it_looked_at(client, shirt):
    answer = client.get(
        "/p/shirt/?colour=blue&size=s", **HTMX, HTTP_HX_TARGET="div#buy", HTTP_HX_CURRENT_URL="http://["
    )

    assert answer["HX-Replace-Url"] == "/p/shirt/?variant=blue-m"


def test_an_option_after_a_kept_page_is_not_answered_by_it(client, shirt):
    client.get("/p/shirt/")
    client.get("/p/shirt/?utm_source=mail")

    assert client.get("/p/shirt/?colour=blue").status_code == 302


def test_another_order_with_htmx_answers_the_results_alone(client, shelf):
    ProductFactory(category=shelf, indexed=True)

    answer = client.get("/c/lighting/?sort=price", **HTMX, HTTP_HX_TARGET="div#results")

    assert answer.content.decode().lstrip().startswith('<div id="results">')
    assert "HX-Request" in answer["Vary"]


def test_an_archived_product_says_so_and_shows_its_shelf(client, shelf):
    ProductFactory(slug="dome", category=shelf, name={"en": "Dome"}, status="archived", indexed=True)

    answer = client.get("/p/dome/")

    assert answer.status_code == 410
    assert "/c/lighting/" in answer.content.decode()


def test_a_draft_is_not_found(client):
    ProductFactory(slug="dome", status="draft", indexed=True)

    assert client.get("/p/dome/").status_code == 404


def test_a_search_finds_or_suggests(client, shelf):
    ProductFactory(slug="dome", category=shelf, name={"en": "Dome lamp"}, indexed=True)

    hit = client.get("/search/?q=lamps")
    miss = client.get("/search/?q=zebra")

    assert hit.context["count"] == 1
    assert 'content="noindex"' in hit.content.decode()
    assert miss.context["cards"] == []
    assert [entry["name"] for entry in miss.context["suggestions"]["categories"]] == ["Lighting"]
    assert len(miss.context["suggestions"]["cards"]) == 1


def test_an_article_number_leads_to_its_product(client):
    ProductFactory(slug="dome", variant__sku="FRM-DML-RST", indexed=True)

    answer = client.get("/search/?q=frm-dml-rst")

    assert (answer.status_code, answer["Location"]) == (302, "/p/dome/?variant=FRM-DML-RST")


def test_pages_name_their_one_address_and_the_other_languages(client, shelf, settings):
    html = client.get("/c/lighting/?utm_source=mail").content.decode()

    assert f'<link rel="canonical" href="{settings.SITE_URL}/c/lighting/">' in html
    assert f'hreflang="ru" href="{settings.SITE_URL}/ru/c/lighting/"' in html
    assert "utm_source" not in html


def test_the_sitemap_names_every_public_page_in_every_language(client, shelf, settings):
    ProductFactory(slug="dome", category=shelf, indexed=True)
    ProductFactory(slug="secret", category=shelf, status="draft", indexed=True)
    CollectionFactory(code="sale")

    text = client.get("/sitemap.xml").content.decode()

    for path in ("/", "/c/lighting/", "/collections/sale/", "/p/dome/", "/ru/p/dome/"):
        assert f"<loc>{settings.SITE_URL}{path}</loc>" in text
    assert "secret" not in text


def test_a_large_shop_has_a_map_of_maps(client, shelf, monkeypatch):
    for _ in range(5):
        ProductFactory(category=shelf, indexed=True)
    monkeypatch.setattr("shop.sitemap.PER_MAP", 2)

    whole = client.get("/sitemap.xml").content.decode()
    part = client.get("/sitemap.xml?part=products-3").content.decode()

    assert whole.count("part=products-") == 3
    assert part.count("<url>") == 2  # one product in two languages
    assert client.get("/sitemap.xml?part=products-4").status_code == 404


# --- Odd addresses -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/c/lighting/?page=99999", 404),
        ("/c/lighting/?page=999999999999999999999", 302),
        ("/c/lighting/?page=0", 302),
        ("/c/lighting/?page=-1", 302),
        ("/c/lighting/?page=abc", 302),
        ("/c/lighting/?page=1e5", 302),
        ("/c/lighting/?page=%00", 302),
        ("/c/lighting/?page=１", 302),
        ("/c/lighting/?page=1&page=2", 404),
        ("/c/lighting/?sort=x", 200),
        ("/c/lighting/?sort=product__tax_class", 200),
        ("/c/lighting/?sort=%00", 200),
        ("/c/lighting/?category__secret=1&page_size=1000000", 200),
        ("/c/light%00ing/", 404),
        ("/c//", 404),
        ("/c/lighting/nothing/", 404),
        ("/c/" + "a/" * 200, 404),
        ("/collections/nothing/", 404),
        ("/collections/%00/", 404),
        ("/p/nothing/", 404),
        ("/p/%00/", 404),
        ("/p/dome/?variant=OTHER", 302),
        ("/p/dome/?variant=%00", 302),
        ("/p/dome/?variant=", 302),
        ("/p/dome/?colour=%00&size=xxl", 200),
        ("/search/", 200),
        ("/search/?q=%00", 200),
        ("/search/?q=%FF%FE", 200),
        ("/search/?q=lamp&page=99999", 404),
        ("/search/?q=lamp&page=x", 302),
        ("/sitemap.xml?part=%00", 404),
        ("/pages/%00/", 404),
    ],
)
@pytest.mark.parametrize("is_kept", [True, False])
def test_odd_addresses_get_clear_answers(client, settings, shelf, path, status, is_kept):
    settings.PAGE_CACHE = is_kept
    ProductFactory(slug="dome", category=shelf, indexed=True)
    ProductFactory(slug="other", category=shelf, variant__sku="OTHER", indexed=True)

    answer = client.get(path)

    assert answer.status_code == status
    if status == 302:
        assert answer["Location"].startswith(path.split("?")[0])
        assert "%00" not in answer["Location"]


def test_a_hundred_kilobytes_of_query_are_searched_for_all_the_same(client):
    assert client.get(reverse("catalog:search"), {"q": "lamp " * 20_000}).status_code == 200


# --- Kept pages ----------------------------------------------------------------------------------
def test_a_kept_page_costs_one_query_and_is_the_same_page(client, shelf, django_assert_num_queries):
    ProductFactory(category=shelf, indexed=True)
    first = client.get("/c/lighting/")

    with django_assert_num_queries(1):
        second = client.get("/c/lighting/")

    assert second.content == first.content
    assert second["ETag"] == first["ETag"]


def test_a_write_is_seen_by_the_next_request(client, shelf):
    lamp = ProductFactory(slug="dome", category=shelf, name={"en": "Dome"}, indexed=True)
    assert "Dome" in client.get("/c/lighting/").content.decode()

    lamp.name = {"en": "Cupola"}
    lamp.save()
    index.refresh([lamp.pk])

    assert "Cupola" in client.get("/c/lighting/").content.decode()
    assert "Cupola" in client.get("/p/dome/").content.decode()


def test_public_pages_set_no_cookie_and_carry_no_token(client, shelf):
    ProductFactory(slug="dome", category=shelf, indexed=True)

    for path in ("/", "/c/lighting/", "/p/dome/", "/search/?q=mug"):
        answer = client.get(path)
        assert not answer.cookies, path
        assert "csrfmiddlewaretoken" not in answer.content.decode(), path
        assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_a_page_is_kept_apart_for_each_language_and_theme(client, shelf):
    client.get("/c/lighting/")
    russian = client.get("/ru/c/lighting/").content.decode()
    client.cookies["theme"] = "dark"
    dark = client.get("/c/lighting/").content.decode()
    client.cookies["theme"] = "evil<script>"
    plain = client.get("/c/lighting/").content.decode()

    assert "Свет" in russian
    assert 'data-theme="dark"' in dark
    assert "data-theme" not in plain.split("<head>")[0]
    assert "evil" not in plain


@pytest.mark.parametrize("part", ["results", "buy"])
@pytest.mark.parametrize("path", ["/c/lighting/", "/c/lighting/?page=1", "/p/dome/", "/search/?q=dome"])
def test_a_part_of_a_page_is_never_kept_in_its_place(client, shelf, path, part):
    ProductFactory(slug="dome", category=shelf, name={"en": "Dome"}, indexed=True)
    client.get(path, HTTP_HX_TARGET=f"div#{part}")

    assert "</html>" in client.get(path).content.decode()


def test_marks_of_campaigns_neither_split_nor_poison_a_page(client, shelf, django_assert_num_queries):
    client.get("/c/lighting/?utm_source=<script>alert(1)</script>")

    with django_assert_num_queries(1):
        page = client.get("/c/lighting/?gclid=1")

    assert "alert(1)" not in page.content.decode()


def test_what_is_told_to_one_visitor_is_kept_for_nobody(client, shelf):
    from django.contrib.messages import constants
    from django.contrib.messages.storage.base import Message
    from django.contrib.messages.storage.cookie import CookieStorage, MessageEncoder

    storage = CookieStorage(None)
    client.cookies["messages"] = storage._encode([Message(constants.INFO, "Only for you")])
    assert MessageEncoder
    mine = client.get("/c/lighting/")
    del client.cookies["messages"]
    yours = client.get("/c/lighting/")

    assert "Only for you" in mine.content.decode()
    assert "no-store" in mine["Cache-Control"]
    assert "Only for you" not in yours.content.decode()


def test_a_browser_that_has_the_page_is_told_so(client, shelf):
    tag = client.get("/c/lighting/")["ETag"]

    answer = client.get("/c/lighting/", HTTP_IF_NONE_MATCH=tag)

    assert (answer.status_code, answer.content) == (304, b"")


def test_a_page_is_sent_packed_to_who_can_unpack_it(client, shelf):
    import gzip

    plain = client.get("/c/lighting/")
    packed = client.get("/c/lighting/", HTTP_ACCEPT_ENCODING="gzip, br")

    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content


def test_a_page_that_counts_down_is_not_kept(client):
    product = ProductFactory(slug="dome", variant__level__on_hand=2, indexed=True)
    assert "Only 2 left" in client.get("/p/dome/").content.decode()

    product.variants.get().levels.update(on_hand=1)  # sold by one, without crossing a boundary

    assert "Only 1 left" in client.get("/p/dome/").content.decode()


def test_errors_are_not_kept(client, shelf):
    assert client.get("/c/later/").status_code == 404
    CategoryFactory(slug="later")

    assert client.get("/c/later/").status_code == 200


def test_without_the_page_cache_every_page_is_made_anew(client, shelf, settings):
    settings.PAGE_CACHE = False
    client.get("/c/lighting/")
    shelf.name = {"en": "Lamps"}
    shelf.save()  # past the actions: the version does not move

    assert "Lamps" in client.get("/c/lighting/").content.decode()
    assert Counter.objects.filter(name="catalog").count() <= 1


def test_a_page_at_hand_is_not_looked_for_again(client, monkeypatch):
    ProductFactory(slug="mug", indexed=True)
    client.get("/p/mug/")
    first = client.get("/p/mug/")
    asked = []
    monkeypatch.setattr(pages, "cache", SimpleNamespace(get=asked.append, set=lambda *args: None))
    assert client.get("/p/mug/").content == first.content
    assert asked == []
    Counter.bump("catalog")
    assert client.get("/p/mug/").status_code == 200
    assert len(asked) == 1
