"""Merchant texts in every language of the shop, in one column."""

import pytest
from django.template import Context, Template
from django.utils import translation

from inventory.models import Location
from shop.translation import Translated


def test_a_text_reads_in_the_active_language():
    name = Translated({"en": "Mug", "ru": "Кружка"})
    with translation.override("ru"):
        assert (str(name), f"{name}") == ("Кружка", "Кружка")
    with translation.override("en"):
        assert str(name) == "Mug"


@pytest.mark.parametrize(
    ("texts", "language", "text"),
    [
        ({"en": "Mug", "ru": ""}, "ru", "Mug"),
        ({"en": "Mug"}, "ru", "Mug"),
        ({"ru": "Кружка"}, "en", "Кружка"),
        ({"en": "Mug"}, "en-gb", "Mug"),
        ({"en": "", "ru": ""}, "en", ""),
        ({}, "en", ""),
    ],
)
def test_what_is_missing_reads_in_the_nearest_language_there_is(texts, language, text):
    assert Translated(texts).within(language) == text


def test_without_an_active_language_it_is_the_shops_own():
    with translation.override(None):
        assert str(Translated({"en": "Mug", "ru": "Кружка"})) == "Mug"


def test_no_text_in_any_language_is_no_text():
    assert not Translated({"en": "", "ru": ""})
    assert not Translated({})
    assert Translated({"ru": "Кружка"})


def test_templates_escape_it_like_any_text():
    context = Context({"name": Translated({"en": "<b>Mug</b> & saucer"})})
    assert Template("{{ name }}").render(context) == "&lt;b&gt;Mug&lt;/b&gt; &amp; saucer"


@pytest.mark.django_db
def test_what_was_set_reads_the_same_as_what_was_stored():
    texts = {"en": "Main warehouse", "ru": "Склад"}
    made = Location.objects.create(code="main", name=texts)
    assert str(made.name) == "Main warehouse"
    read = Location.objects.get()
    assert isinstance(read.name, Translated)
    assert (read.name, str(read.name)) == (texts, "Main warehouse")
    read.name = {"en": "Barn"}
    read.save()
    assert str(Location.objects.get()) == "Barn"
    assert str(Location.objects.values_list("name", flat=True).get()) == "Barn"


@pytest.mark.django_db
def test_a_text_that_was_never_written_is_empty_and_shows_nothing():
    place = Location.objects.create(code="main")
    assert str(place.name) == ""
    assert Location.objects.get().name == {}
    assert str(place) == "main"
