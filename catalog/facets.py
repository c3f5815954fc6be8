"""Narrowing a category: what can be chosen with how many products each, and which products are left.

Values of one group widen the list, groups narrow it: (sage OR chalk) AND oak, and one variant has to be all of it.
A group counts what each of its values would give with the other groups as they are, its own left aside.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _

from catalog.index.facets import AVAILABILITY
from catalog.index.specs import country_name
from catalog.models import Attribute
from catalog.paging import Paging
from catalog.shelves import Order
from shop import sql
from shop.money import Money, parse_minor
from shop.translation import Translated

PRICE_FROM, PRICE_TO = "price_min", "price_max"
RESERVED = {"page", "sort", "q", PRICE_FROM, PRICE_TO}
MOST_MINOR = 10**12
SIGNS = "€$£₽"  # what people write around a price


@dataclass(frozen=True)
class Value:
    """One value of a group on this shelf."""

    pk: int
    code: str
    name: str
    alone: str  # how it reads away from its group: "Dishwasher safe: Yes"
    swatch: str
    products: int  # without anything chosen


@dataclass(frozen=True)
class Group:
    code: str
    name: str
    values: Sequence[Value]
    is_yes_or_no: bool = False


@dataclass(frozen=True)
class Chosen:
    """What the address says the list is narrowed to; prices in minor units, both included."""

    values: Mapping[str, Sequence[Value]] = field(default_factory=dict)  # by group
    price_from: int | None = None
    price_to: int | None = None

    def __bool__(self) -> bool:
        return bool(self.values or self.has_price)

    @property
    def has_price(self) -> bool:
        return self.price_from is not None or self.price_to is not None

    @property
    def count(self) -> int:
        """How many filters: what a search engine is asked to leave alone from three on."""
        return sum(map(len, self.values.values())) + self.has_price


@dataclass(frozen=True)
class Narrowed:
    """One page of what is left, and how many products each value would give: {value id: products}."""

    product_ids: list[int]
    count: int
    counts: Mapping[int, int]


# --- What there is -------------------------------------------------------------------------------
_GROUPS = """
    SELECT value.id, value."group", value.code, value.text, counted.products,
      option_value.name, option_value.swatch, option.name, attribute.name, attribute.kind
    FROM catalog_facetcount counted JOIN catalog_facetvalue value ON value.id = counted.value_id
    LEFT JOIN catalog_optiontype option ON option.code = value."group"
    LEFT JOIN catalog_optionvalue option_value
      ON option_value.option_type_id = option.id AND option_value.code = value.code
    LEFT JOIN catalog_attribute attribute ON attribute.code = value."group"
    WHERE counted.category_id = %s AND counted.products > 0
    ORDER BY COALESCE(attribute.position, -1), option.id, value."group", COALESCE(option_value.position, 0),
      counted.products DESC, value.id
"""


def groups_of(category_id: int) -> list[Group]:
    """What a shelf can be narrowed by, in the active language: what can be had first, options, then attributes."""
    names: dict[str, str] = {}
    values: dict[str, list[Value]] = {}
    yes_or_no: set[str] = set()
    for pk, group, code, text, products, name, swatch, option, attribute, kind in sql.rows(
        _GROUPS, [category_id]
    ):
        names[group] = _group_name(group, option, attribute)
        shown = _text(name) or _value_name(group, code, kind, text)
        is_yes_or_no = kind == Attribute.Kind.BOOLEAN and not option
        yes_or_no |= {group} if is_yes_or_no else set()
        alone = f"{names[group]}: {shown.lower()}" if is_yes_or_no else shown
        values.setdefault(group, []).append(Value(pk, code, shown, alone, swatch or "", products))
    order = sorted(names, key=lambda group: group != AVAILABILITY)
    return [Group(group, names[group], values[group], group in yes_or_no) for group in order]


def _group_name(code: str, option: str | None, attribute: str | None) -> str:
    return _("Availability") if code == AVAILABILITY else _text(option) or _text(attribute) or code


def _value_name(group: str, code: str, kind: str | None, text: str) -> str:
    if group == AVAILABILITY:
        return _("In stock")
    if kind == Attribute.Kind.BOOLEAN:
        return _("Yes") if code == "true" else _("No")
    return country_name(code) if kind == Attribute.Kind.COUNTRY else _text(text) or code


def _text(value: str | None) -> str:
    return str(Translated(json.loads(value))) if value else ""


# --- What is chosen ------------------------------------------------------------------------------
def chosen_in(parameters: QueryDict, groups: Iterable[Group]) -> Chosen:
    """What of the address is known on this shelf; the rest says nothing."""
    values: dict[str, list[Value]] = {}
    for group in groups:
        wanted = set(parameters.getlist(group.code)) if group.code not in RESERVED else set()
        if found := [value for value in group.values if value.code in wanted]:
            values[group.code] = found
    low, high = minor_of(parameters.get(PRICE_FROM, "")), minor_of(parameters.get(PRICE_TO, ""))
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Chosen(values, low, high)


def minor_of(text: str) -> int | None:
    """A price as people write it; None where it is none."""
    plain = "".join(text[:40].split()).replace(",", ".").strip(SIGNS)
    try:
        return min(max(parse_minor(plain, settings.CURRENCY), 0), MOST_MINOR)
    except ValueError:
        return None


def parameters_of(chosen: Chosen) -> dict[str, str | list[str]]:
    """The same as parts of an address."""
    found: dict[str, str | list[str]] = {
        code: [value.code for value in values] for code, values in chosen.values.items()
    }
    for name, minor in ((PRICE_FROM, chosen.price_from), (PRICE_TO, chosen.price_to)):
        if minor is not None:
            found[name] = Money(minor, settings.CURRENCY).plain.removesuffix(".00")
    return found


def without(chosen: Chosen, value: Value) -> Chosen:
    """Everything but this value."""
    left = {code: [kept for kept in values if kept != value] for code, values in chosen.values.items()}
    return replace(chosen, values={code: values for code, values in left.items() if values})


# --- What is left --------------------------------------------------------------------------------
# A variant's mask has the bit of each chosen group that it has a value of; with a group left aside, the rest count.
_NARROWED = """
    WITH hit AS MATERIALIZED ({hits}),
    matched AS MATERIALIZED (SELECT DISTINCT product_id FROM hit WHERE mask = %(all)s)
    SELECT 0, page.product_id, page.found, page.place FROM (
      SELECT listing.product_id, COUNT(*) OVER () AS found, ROW_NUMBER() OVER (ORDER BY {order}) AS place
      FROM catalog_listing listing JOIN matched ON matched.product_id = listing.product_id
      WHERE listing.category_id = %(category)s AND listing.currency = %(currency)s
      ORDER BY {order} LIMIT %(size)s OFFSET %(start)s
    ) page
    UNION ALL
    SELECT 1, facet.value_id, COUNT(DISTINCT facet.product_id), 0
    FROM hit JOIN catalog_facetrow facet ON facet.variant_id = hit.variant_id
    JOIN catalog_facetvalue value ON value.id = facet.value_id
    WHERE hit.mask | {bit_of_group} = %(all)s
    GROUP BY facet.value_id
    ORDER BY 1, 4
"""
# Nothing but values chosen, of several groups: who has none of them counts nowhere.
_HITS = """
    SELECT facet.variant_id, facet.product_id, {mask} AS mask
    FROM catalog_facetrow facet JOIN catalog_listing listing ON listing.product_id = facet.product_id
    WHERE facet.value_id IN ({chosen}) AND listing.category_id = %(category)s AND listing.currency = %(currency)s
    GROUP BY facet.variant_id, facet.product_id
"""
_HITS_BY_PRICE = """
    SELECT offer.variant_id, offer.product_id, {mask} AS mask
    FROM catalog_offerrow offer JOIN catalog_listing listing ON listing.product_id = offer.product_id
    LEFT JOIN catalog_facetrow facet ON facet.variant_id = offer.variant_id AND facet.value_id IN ({chosen})
    WHERE offer.currency = %(currency)s AND offer.price_minor BETWEEN %(price_from)s AND %(price_to)s
      AND listing.category_id = %(category)s AND listing.currency = %(currency)s
    GROUP BY offer.variant_id, offer.product_id
"""


def narrow(
    category_id: int, groups: Sequence[Group], chosen: Chosen, order: Order, paging: Paging
) -> Narrowed:
    """The page of `chosen`, which is not empty, with the counts of all values in `groups`, in one query."""
    asked = list(chosen.values)
    bits = {value.pk: 1 << asked.index(code) for code in asked for value in chosen.values[code]}
    statement = _NARROWED.format(
        hits=(_HITS_BY_PRICE if chosen.has_price else _HITS).format(
            mask=_mask(bits), chosen=", ".join(map(str, bits)) or "NULL"
        ),
        order=_ordered(order),
        bit_of_group=_bit_of_group(len(asked)),
    )
    rows = sql.rows(
        statement,
        {
            "all": (1 << len(asked)) - 1,
            "category": category_id,
            "currency": settings.CURRENCY,
            "price_from": chosen.price_from or 0,
            "price_to": MOST_MINOR if chosen.price_to is None else chosen.price_to,
            "size": paging.size,
            "start": paging.start,
            **{f"group{number}": code for number, code in enumerate(asked)},
        },
    )
    page = [row for row in rows if row[0] == 0]
    counts = {pk: products for part, pk, products, _place in rows if part == 1}
    if len(asked) == 1 and not chosen.has_price:  # with it left aside nothing is chosen: as the shelf counts
        own = next(group for group in groups if group.code == asked[0])
        counts |= {value.pk: value.products for value in own.values}
    return Narrowed([row[1] for row in page], page[0][2] if page else 0, counts)


def _mask(bits: Mapping[int, int]) -> str:
    if not bits:
        return "0"
    cases = " ".join(f"WHEN {pk} THEN {bit}" for pk, bit in bits.items())
    return f"CAST(COALESCE(SUM(DISTINCT CASE facet.value_id {cases} END), 0) AS integer)"


def _bit_of_group(groups: int) -> str:
    """The bit of the group that a counted value belongs to, 0 where nothing of it is chosen."""
    if not groups:
        return "0"
    cases = " ".join(f"WHEN %(group{number})s THEN {1 << number}" for number in range(groups))
    return f'(CASE value."group" {cases} ELSE 0 END)'


def _ordered(order: Order) -> str:
    return ", ".join(
        f"listing.{column.lstrip('-')}" + (" DESC" if column.startswith("-") else "")
        for column in order.columns
    )
