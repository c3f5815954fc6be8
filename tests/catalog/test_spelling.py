"""What was meant: slips of the finger, the wrong layout, another alphabet, and words that mean the same."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import index, search
from catalog.models import SynonymGroup, Word
from catalog.search import spelling, synonyms, vocabulary
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def product(name, *, ru="", **fields):
    return ProductFactory(name={"en": name, **({"ru": ru} if ru else {})}, indexed=True, **fields)


def found(query, **options):
    return search.search(query, **options).product_ids


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cushon", "cushion"),
        ("cushionn", "cushion"),
        ("cusjion", "cushion"),
        ("cushoin", "cushion"),
        ("candleholdre", "candleholder"),
        ("candelholdr", "candleholder"),
        ("подушак", "подушка"),
        ("падушка", "подушка"),
        ("канделябар", "канделябр"),
        ("gjleirf", "подушка"),
        ("сгырщт", "cushion"),
        ("podushka", "подушка"),
        ("kandelyabr", "канделябр"),
    ],
)
def test_a_mistyped_word_finds_what_was_meant(typed, meant):
    cushion = product("Cushion", ru="Подушка")
    candleholder = product("Candleholder", ru="Канделябр")

    result = search.search(typed)

    assert result.instead == meant
    assert result.product_ids == ([cushion.pk] if meant in ("cushion", "подушка") else [candleholder.pk])


@pytest.mark.parametrize("typed", ["cup", "cpu", "cushxyz", "mkg", "12345678"])
def test_what_is_too_far_from_any_word_is_left_alone(typed):
    product("Cushion")

    assert search.search(typed).instead == ""
    assert found(typed) == []


def test_what_was_asked_for_exactly_is_searched_for_exactly():
    cushion = product("Cushion")

    assert found("cushon") == [cushion.pk]
    exactly = search.search("cushon", exactly=True)
    assert (exactly.product_ids, exactly.instead, exactly.meant) == ([], "", "cushion")


def test_what_is_found_as_asked_is_not_corrected():
    product("Cushion")
    rare = product("Cushon")

    result = search.search("cushon")

    assert (result.product_ids, result.instead) == ([rare.pk], "")


def test_among_words_as_near_the_common_one_is_meant():
    product("Plate")
    product("Slate")
    product("Slate board")

    assert search.search("flate").instead == "slate"


def test_words_no_product_has_are_left_out_where_others_find():
    mug = product("Tide mug")

    result = search.search("electric mug")

    assert (result.product_ids, result.instead) == ([mug.pk], "mug")


def test_where_no_product_has_all_words_those_with_most_are_found():
    mug = product("Tide mug")
    product("Oak bowl")

    assert found("tide mug oak") == [mug.pk]


def test_a_word_that_no_product_has_any_more_corrects_nothing():
    mug = product("Ebb mug")
    cushion = product("Cushion")
    cushion.name = {"en": "Pillow"}
    cushion.save()

    index.refresh([cushion.pk])

    assert search.search("cushon").instead == ""
    assert search.search("pillw").product_ids == [cushion.pk]
    assert found("ebb") == [mug.pk]
    assert list(vocabulary.miscounted()) == []


def test_counting_anew_mends_wrong_counts():
    product("Cushion")
    Word.objects.filter(text="cushion").update(products=7)

    assert [(word.text, count) for word, count in vocabulary.miscounted()] == [("cushion", 1)]
    assert vocabulary.recount() == 1
    assert list(vocabulary.miscounted()) == []


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("mug", "mug", 0),
        ("mug", "mgu", 1),
        ("mug", "mag", 1),
        ("mug", "mugs", 1),
        ("", "mug", 3),
        ("ab", "ba", 1),
    ],
)
def test_an_edit_is_a_letter_more_less_or_other_or_two_that_changed_places(one, other, edits):
    assert spelling.distance(one, other) == spelling.distance(other, one) == edits


def test_a_correction_costs_the_same_few_reads_for_few_and_many_words():
    product("Cushion")

    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert search.search("cushon").instead == "cushion"
        return len(captured)

    few = cost()
    for number in range(10):
        product(f"Cushion cover {'abcdefghij'[number] * 5}")

    assert cost() == few <= 10


# --- Synonyms ------------------------------------------------------------------------------------
def test_synonyms_find_each_other():
    sofa = product("Oak sofa")
    couch = product("Linen couch")
    synonyms.save(SynonymGroup(asked="Sofa, couch, love seat"))

    assert found("sofa") == [sofa.pk, couch.pk]
    assert found("couches") == [couch.pk, sofa.pk]
    assert found("love seat") == [couch.pk, sofa.pk]
    assert found("linen love seat") == [couch.pk]


def test_one_way_synonyms_do_not_lead_back():
    pendant = product("Pendant lamp")
    chandelier = product("Chandelier")
    synonyms.save(SynonymGroup(asked="chandelier", meant="pendant lamp"))

    assert found("chandelier") == [chandelier.pk, pendant.pk]
    assert found("pendant lamp") == [pendant.pk]


def test_a_mistyped_synonym_is_understood_and_a_removed_one_is_not():
    sofa = product("Oak sofa")
    group = SynonymGroup(asked="sofa, settee")
    synonyms.save(group)
    assert found("setee") == [sofa.pk]

    synonyms.remove(group)

    assert found("settee") == found("setee") == []
    assert list(vocabulary.miscounted()) == []
