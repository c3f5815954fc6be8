"""What a product states, as words: the specification on its page and the text it is found by."""

from __future__ import annotations

from decimal import Decimal

from babel.core import Locale, UnknownLocaleError
from django.utils.formats import number_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from catalog.models import Attribute, Fact, Product

NBSP = "\u00a0"
GRAMS_IN_KILOGRAM = 1000


def specs(product: Product, skus: set[str]) -> list[tuple[str, str]]:
    """(name, value) in the order of the attributes, in the active language.

    What the variants on sale state differently stands as a list: "Sage, Chalk".
    """
    on_sale = {variant.pk for variant in product.variants.all() if variant.sku in skus}
    found: dict[int, tuple[str, list[str]]] = {}
    for fact in product.facts.all():
        if fact.variant_id is None or fact.variant_id in on_sale:
            _name, values = found.setdefault(fact.attribute_id, (str(fact.attribute.name), []))
            if (text := fact_text(fact)) and text not in values:
                values.append(text)
    return [(name, ", ".join(values)) for name, values in found.values() if values]


def fact_text(fact: Fact) -> str:
    kind, unit = fact.attribute.kind, fact.attribute.unit
    if kind == Attribute.Kind.BOOLEAN:
        return _("Yes") if fact.code == "true" else _("No")
    if kind == Attribute.Kind.NUMBER and fact.number is not None:
        number, unit = _readable(fact.number, unit)
        return _with_unit(number_format(number, use_l10n=True, force_grouping=True), unit)
    if kind == Attribute.Kind.DIMENSIONS:
        return _with_unit(fact.code.replace("x", f"{NBSP}×{NBSP}"), unit)
    if kind == Attribute.Kind.COUNTRY:
        return country_name(fact.code)
    return str(fact.text) or fact.code


def country_name(code: str) -> str:
    try:
        locale = Locale.parse(get_language() or "en", sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return locale.territories.get(code, code)


def _readable(number: int, unit: str) -> tuple[int | Decimal, str]:
    """4200 g is 4.2 kg to a reader."""
    if unit == "g" and number >= GRAMS_IN_KILOGRAM:
        return Decimal(number) / GRAMS_IN_KILOGRAM, "kg"
    return number, unit


def _with_unit(value: str, unit: str) -> str:
    return f"{value}{NBSP}{_unit_names().get(unit, unit)}" if unit else value


def _unit_names() -> dict[str, str]:
    return {
        "g": pgettext("unit", "g"),
        "kg": pgettext("unit", "kg"),
        "mm": pgettext("unit", "mm"),
        "ml": pgettext("unit", "ml"),
    }
