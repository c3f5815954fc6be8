"""Addresses as each country writes them."""

import pytest
from django.utils import translation

from accounts.addresses import address_lines, clean_phone, country_choices, country_name, format_for
from accounts.forms import AddressForm

LISBON = {
    "full_name": "Ana Sousa",
    "line1": "Rua do Norte 12",
    "city": "Lisboa",
    "postal_code": "1200-284",
    "country": "PT",
}


def test_the_country_decides_which_parts_are_asked_for_and_in_which_order():
    assert format_for("PT").order == ("line1", "line2", "postal_code", "city")
    assert format_for("US").order == ("line1", "line2", "city", "region", "postal_code")
    assert format_for("AE").order == ("line1", "line2", "region")
    assert "region" in format_for("US").required
    assert "postal_code" not in format_for("IE").required


def test_parts_have_their_name_of_the_country():
    assert str(format_for("US").labels["postal_code"]) == "ZIP code"
    assert str(format_for("IE").labels["region"]) == "County"
    assert str(format_for("GB").labels["city"]) == "Town or city"


def test_a_country_nobody_has_data_for_gets_a_plain_format():
    assert format_for("XX").required == {"line1"}
    assert format_for("XX").clean_postal_code(" ab 1 ") == "AB 1"


@pytest.mark.parametrize(
    ("country", "typed", "written"),
    [
        ("PT", "1200284", "1200-284"),
        ("PT", " 1200 284 ", "1200-284"),
        ("DE", "10115", "10115"),
        ("GB", "sw1a  1aa", "SW1A 1AA"),
        ("US", "62701", "62701"),
        ("IE", "d02x285", "D02X285"),
    ],
)
def test_a_postcode_is_set_as_its_country_writes_it(country, typed, written):
    assert format_for(country).clean_postal_code(typed) == written


@pytest.mark.parametrize(
    ("country", "typed"), [("PT", "12"), ("DE", "1011"), ("US", "ABCDE"), ("RU", "12345")]
)
def test_what_cannot_be_a_postcode_there_is_refused(country, typed):
    with pytest.raises(ValueError, match=typed):
        format_for(country).clean_postal_code(typed)


def test_an_envelope_is_written_in_the_order_of_its_country():
    us = {
        "full_name": "Lee",
        "line1": "1 Main St",
        "city": "Springfield",
        "region": "IL",
        "postal_code": "62701",
        "country": "US",
    }
    assert address_lines(us) == ["Lee", "1 Main St", "Springfield, IL 62701", "United States"]
    assert address_lines(LISBON) == ["Ana Sousa", "Rua do Norte 12", "1200-284 Lisboa", "Portugal"]
    assert address_lines(LISBON, "ru")[-1] == "Португалия"


def test_an_address_with_parts_missing_leaves_no_stray_signs():
    assert address_lines({"full_name": "", "line1": "", "city": "", "postal_code": "", "country": "US"}) == [
        "United States"
    ]
    assert address_lines({"country": ""}) == []


def test_countries_stand_by_their_name_in_the_readers_language():
    assert country_choices(["PT", "DE", "RU"]) == [("DE", "Germany"), ("PT", "Portugal"), ("RU", "Russia")]
    assert country_name("DE", "ru") == "Германия"
    assert country_name("ZZZ") == "ZZZ"


def test_each_language_has_its_own_names_of_the_same_countries():
    in_english = country_choices(["DE", "PT"])
    with translation.override("ru"):
        assert country_choices(["DE", "PT"]) == [("DE", "Германия"), ("PT", "Португалия")]
    assert country_choices(["DE", "PT"]) == in_english


def test_any_spelling_of_a_phone_number_becomes_the_international_one():
    assert clean_phone("912 345 678", "PT") == "+351 912 345 678"
    assert clean_phone("+49 (151) 5550-1234", "PT") == "+49 1515 5501234"
    with pytest.raises(ValueError, match="91"):
        clean_phone("91", "PT")


# --- The form ------------------------------------------------------------------------------------
def test_an_address_of_the_country_is_taken():
    form = AddressForm({**LISBON, "postal_code": "1200284", "phone": "912345678"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["postal_code"] == "1200-284"
    assert form.cleaned_data["region"] == form.cleaned_data["line2"] == ""


def test_a_postcode_and_a_city_that_are_neighbours_share_a_row():
    rows = [[field.name for field in row] for row in AddressForm(initial={"country": "PT"}).address_rows]
    assert rows == [["line1"], ["line2"], ["postal_code", "city"]]
    rows = [[field.name for field in row] for row in AddressForm(initial={"country": "US"}).address_rows]
    assert rows == [["line1"], ["line2"], ["city"], ["region"], ["postal_code"]]


def test_what_is_missing_is_said_at_its_field():
    form = AddressForm({"country": "US"})
    assert set(form.errors) == {"full_name", "line1", "city", "region", "postal_code"}


def test_a_country_that_is_not_offered_is_refused_and_nothing_breaks():
    form = AddressForm({**LISBON, "country": "XX"}, countries=["PT", "DE"])
    assert set(form.errors) == {"country"}


def test_names_in_any_script_are_names():
    form = AddressForm({**LISBON, "full_name": "山田 太郎", "line1": "ул. Ленина, д. 1"})
    assert form.is_valid(), form.errors


@pytest.mark.parametrize("name", ["Anna\x00", "An\nna", "A\x1bnna"])
def test_invisible_characters_are_refused(name):
    assert "full_name" in AddressForm({**LISBON, "full_name": name}).errors


def test_every_field_says_what_a_browser_may_fill_in():
    class Delivery(AddressForm):
        autocomplete_section = "shipping"

    tokens = {
        name: field.widget.attrs["autocomplete"]
        for name, field in Delivery(initial={"country": "US"}).fields.items()
    }
    assert tokens["country"] == "shipping country"
    assert tokens["region"] == "shipping address-level1"
    assert tokens["phone"] == "shipping tel"
