"""The filters beside a list, as `catalog/_facets.html` shows them, and the chips of those that are chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from babel.numbers import get_currency_symbol
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.facets import PRICE_FROM, PRICE_TO, Chosen, Group, minor_of, parameters_of, without
from catalog.index.facets import AVAILABILITY
from catalog.paging import Paging
from shop.money import Money

OPEN = 3  # groups that are unfolded
MANY = 7  # values of a group beyond which all but the first are folded
FIRST = 6


def panel(
    groups: Sequence[Group],
    chosen: Chosen,
    counts: Mapping[int, int],
    shelf_count: int,
    parameters: QueryDict,
) -> dict[str, Any]:
    """The groups that part this shelf, with how many products each value would give, and the prices as typed."""
    shown: list[dict[str, Any]] = []
    features: list[dict[str, Any]] = []
    for group in groups:
        if group.is_yes_or_no:
            features += [value for value in _values(group, chosen, counts) if value["code"] == "true"]
        elif group.code in chosen.values or _parts(group, shelf_count):
            values = _values(group, chosen, counts)
            shown.append(_group(group.code, group.name, values, is_open=len(shown) < OPEN))
    if features:
        shown.append(_group("features", _("Features"), features, is_open=len(shown) < OPEN))
    return {"facets": shown, "price": _price(parameters)}


def applied(chosen: Chosen, paging: Paging) -> list[dict[str, str]]:
    """A chip for each filter: what it says, and the address without it."""
    without_it = [
        (value.alone, without(chosen, value)) for values in chosen.values.values() for value in values
    ]
    if chosen.has_price:
        without_it.append((_price_range(chosen), replace(chosen, price_from=None, price_to=None)))
    sort = {"sort": paging.parameters["sort"]} if "sort" in paging.parameters else {}
    return [
        {"text": text, "url": replace(paging, parameters={**parameters_of(rest), **sort}).url()}
        for text, rest in without_it
    ]


def _parts(group: Group, shelf_count: int) -> bool:
    """Whether choosing something of it would leave something out."""
    return len(group.values) > 1 or (
        group.code == AVAILABILITY and any(value.products < shelf_count for value in group.values)
    )


def _values(group: Group, chosen: Chosen, counts: Mapping[int, int]) -> list[dict[str, Any]]:
    """The boxes of a group; of a yes or no, the name of what is asked says more than «Yes»."""
    picked = {value.pk for value in chosen.values.get(group.code, ())}
    return [
        {
            "group": group.code,
            "code": value.code,
            "name": group.name if group.is_yes_or_no else value.name,
            "swatch": value.swatch,
            "count": counts.get(value.pk, 0),
            "is_chosen": value.pk in picked,
            "is_empty": not counts.get(value.pk) and value.pk not in picked,
        }
        for value in group.values
    ]


def _group(code: str, name: str, values: list[dict[str, Any]], *, is_open: bool) -> dict[str, Any]:
    first = FIRST if len(values) > MANY else len(values)
    return {
        "code": code,
        "name": name,
        "count": len(values),
        "first": values[:first],
        "rest": values[first:],
        "is_open": is_open or any(value["is_chosen"] for value in values),
        "rest_is_open": any(value["is_chosen"] for value in values[first:]),
    }


def _price(parameters: QueryDict) -> dict[str, Any]:
    typed = [parameters.get(name, "").strip() for name in (PRICE_FROM, PRICE_TO)]
    wrong = [bool(text) and minor_of(text) is None for text in typed]
    return {
        "from": typed[0][:12],
        "from_is_wrong": wrong[0],
        "to": typed[1][:12],
        "to_is_wrong": wrong[1],
        "currency": get_currency_symbol(settings.CURRENCY, locale=(get_language() or "en").replace("-", "_")),
        "error": _("Write a price in digits, such as 25 or 24.90.") if any(wrong) else "",
    }


def _price_range(chosen: Chosen) -> str:
    low, high = (
        None if minor is None else str(Money(minor, settings.CURRENCY))
        for minor in (chosen.price_from, chosen.price_to)
    )
    if low and high:
        return _("%(low)s to %(high)s") % {"low": low, "high": high}
    return _("from %(price)s") % {"price": low} if low else _("up to %(price)s") % {"price": high}
