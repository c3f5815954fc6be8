"""Finding things: the same answers from both engines, whatever is asked."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import index, search
from catalog.models import SearchRow
from catalog.search import finding, matching
from catalog.search.words import normalise, stem
from tests.factories import CategoryFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def product(name, *, ru="", sku=None, **fields):
    variant = {"variant__sku": sku} if sku else {}
    names = {"en": name, **({"ru": ru} if ru else {})}
    return ProductFactory(name=names, indexed=True, **variant, **fields)


def found(query, **options):
    return search.search(query, **options).product_ids


def test_every_word_begins_a_word_of_the_product():
    mug = product("Tide mug")
    product("Tide bowl")

    assert found("mug tide") == [mug.pk]
    assert found("mu ti") == [mug.pk]
    assert found("ide mug", exactly=True) == []


@pytest.mark.parametrize("query", ["mugs", "MUG", "  Mug ", "“mug”!", "mug's", "ｍｕｇ"])
def test_the_form_of_a_word_does_not_matter(query):
    mug = product("Tide mug")

    assert mug.pk in found(query)


@pytest.mark.parametrize(
    "query", ["кружка", "кружки", "кружку", "КРУЖКАМИ", "чёрная кружка", "черная кружка"]
)
def test_russian_words_are_found_in_their_forms(query):
    mug = product("Black mug", ru="Чёрная кружка")

    assert found(query) == [mug.pk]


def test_accents_do_not_matter():
    cup = product("Café au lait bowl")

    assert found("cafe") == found("CAFÉ") == [cup.pk]


def test_article_numbers_are_found_whole_and_by_their_beginning():
    mug = product("Tide mug", sku="FRM-TDM-SAG")

    assert found("FRM-TDM-SAG") == found("frm-tdm") == found("frm tdm sag") == [mug.pk]


def test_an_exact_article_number_names_its_variant():
    mug = product("Tide mug", sku="FRM-TDM-SAG")
    rust = VariantFactory(product=mug, sku="FRM-TDM-RST")

    assert search.variant_by_code(" frm-tdm-rst ") == rust
    assert search.variant_by_code("FRM-TDM") is None
    assert search.variant_by_code("") is None


def test_the_shelf_it_stands_on_finds_a_product():
    shelf = CategoryFactory(name={"en": "Tableware"})
    mug = product("Tide", category=CategoryFactory(parent=shelf, name={"en": "Mugs & cups"}))

    assert found("tableware") == found("cups") == [mug.pk]


def test_a_title_that_begins_with_the_words_comes_first_and_sold_out_comes_last():
    sold_out = product("Mug of old", variant__level__on_hand=0)
    contains = product("Tide mug")
    begins = product("Mug with a lid")
    mentions = product("Saucer", tags=["mug"])

    assert found("mug") == [begins.pk, contains.pk, mentions.pk, sold_out.pk]


def test_what_shoppers_may_not_open_is_not_found():
    product("Tide mug", status="archived")
    product("Tide bowl", status="draft")

    assert found("tide") == []
    assert not SearchRow.objects.exists()


def test_a_new_name_is_found_and_the_old_one_is_not():
    mug = product("Tide mug")
    mug.name = {"en": "Ebb cup"}
    mug.save()

    index.refresh([mug.pk])

    assert found("ebb") == [mug.pk]
    assert found("tide") == []


def test_results_come_in_pages_with_their_number():
    products = [product(f"Mug {number}") for number in range(5)]

    first = search.search("mug", limit=2)
    last = search.search("mug", limit=2, offset=4)

    assert (first.count, last.count, first.is_capped) == (5, 5, False)
    assert first.product_ids == [products[4].pk, products[3].pk]
    assert last.product_ids == [products[0].pk]


def test_more_than_the_cap_is_not_counted(monkeypatch):
    for number in range(4):
        product(f"Mug {number}")
    monkeypatch.setattr(finding, "CAP", 3)
    monkeypatch.setattr(matching, "CAP", 3)

    found = search.search("mug", limit=24)

    assert (found.count, found.is_capped) == (3, True)


ODD = [
    "",
    " ",
    "*",
    '"',
    '"mug',
    "mug' OR 1=1 --",
    "mug & | ! ( ) : * <-> \\",
    "mug:*",
    "NEAR(mug, 2)",
    "title:mug",
    "AND OR NOT",
    "mug\x00bowl",
    "\x00",
    "%_%",
    "😀 mug 😀",
    "\u202emug\u202d",
    "mug " * 25_000,
    "x" * 100_000,
    "a b c d e f g h i j k l m n",
    "-mug",
    "^mug",
    "{mug} : tide",
    "12e5 1.5 -3",
]


@pytest.mark.parametrize("query", ODD)
def test_no_query_breaks_anything(query):
    product("Tide mug")

    with CaptureQueriesContext(connection) as captured:
        search.search(query)
        search.variant_by_code(query)

    assert len(captured) <= 15


def test_words_of_an_expression_are_only_words():
    mug = product("Tide mug or not")

    assert found("not mug") == [mug.pk]
    assert found("mug | bowl", exactly=True) == []


def test_normalising_leaves_letters_digits_and_single_spaces():
    assert normalise("  Ёлка_№5—«Прилив»\t330мл ") == "елка no5 прилив 330мл"
    assert normalise("Йогурт") == "йогурт"
    assert stem("mugs") == "mug"
    assert stem("glass") == "glass"
    assert stem("bus") == "bus"
    assert stem("frm123s") == "frm123s"
