"""What lists are narrowed by: which values each variant on sale has, its price, and how many products have a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Q

from catalog.index.offers import Offer, Offered
from catalog.models import Attribute, FacetCount, FacetRow, FacetValue, Listing, OfferRow
from shop import sql
from shop.sql import Query

AVAILABILITY, IN_STOCK = "availability", "in-stock"
KINDS = {Attribute.Kind.CHOICE, Attribute.Kind.BOOLEAN, Attribute.Kind.COUNTRY}
Texts = dict[str, str]
Key = tuple[int, int]  # category, value
Triple = tuple[int, int, int]  # category, value, product


class Value(NamedTuple):
    group: str
    code: str


# --- Counts --------------------------------------------------------------------------------------
@contextmanager
def counted(product_ids: Sequence[int]) -> Iterator[None]:
    """Around a change of these products' listings or facet rows: the counts of shelves move by the difference."""
    before = _on_shelves(product_ids)
    yield
    _move_counts(before, _on_shelves(product_ids))


def recount() -> int:
    """Count every shelf's values from the rows; the number of counts that were wrong."""
    rows = Listing.objects.filter(product__facet_rows__isnull=False).order_by()
    counts = rows.values_list("category_id", "product__facet_rows__value_id")
    found = {
        (category, value): products
        for category, value, products in counts.annotate(n=Count("product", distinct=True))
    }
    known = {
        (category, value): products
        for category, value, products in FacetCount.objects.values_list("category_id", "value_id", "products")
    }
    wrong = {
        key: found.get(key, 0)
        for key in found.keys() | known.keys()
        if known.get(key, 0) != found.get(key, 0)
    }
    FacetCount.objects.bulk_create(
        [FacetCount(category_id=key[0], value_id=key[1], products=n) for key, n in wrong.items()],
        update_conflicts=True,
        unique_fields=["category", "value"],
        update_fields=["products"],
    )
    return len(wrong)


def _on_shelves(product_ids: Sequence[int]) -> set[Triple]:
    rows = Listing.objects.filter(product__in=product_ids, product__facet_rows__isnull=False).order_by()
    return set(rows.values_list("category_id", "product__facet_rows__value_id", "product_id"))


def _move_counts(before: set[Triple], after: set[Triple]) -> None:
    steps = Counter(triple[:2] for triple in after - before)
    steps.subtract(triple[:2] for triple in before - after)
    moved = {key: step for key, step in sorted(steps.items()) if step}
    FacetCount.objects.bulk_create(
        [FacetCount(category_id=category, value_id=value) for category, value in moved], ignore_conflicts=True
    )
    if moved:
        sql.changes(*(Query(_STEP, [step, *key]) for key, step in moved.items()))


_STEP = "UPDATE catalog_facetcount SET products = products + %s WHERE category_id = %s AND value_id = %s"


# --- Rows ----------------------------------------------------------------------------------------
def write(offered: Sequence[Offered]) -> None:
    """Make the facet rows and prices of these products anew; what is not on sale has none."""
    products = [product.product.pk for product in offered]
    texts: dict[Value, Texts] = {}
    wanted: dict[tuple[int, Value], int] = {}
    for product in offered:
        if product.is_shown and product.currency == settings.CURRENCY:
            for offer in product.offers:
                for value, text in _values_of(product, offer):
                    texts[value] = texts.get(value) or text
                    wanted[offer.variant.pk, value] = product.product.pk
    ids = _ids_of(texts)
    _write_rows(products, {(variant, ids[value]): product for (variant, value), product in wanted.items()})
    _write_prices(products, offered)


def _values_of(offered: Offered, offer: Offer) -> Iterator[tuple[Value, Texts]]:
    for option in offer.variant.options.all():
        yield Value(option.option_type.code, option.value.code), {}
    for fact in offered.product.facts.all():
        if fact.variant_id in (None, offer.variant.pk) and fact.attribute.kind in KINDS:
            yield Value(fact.attribute.code, fact.code), dict(fact.text)
    if offer.stock.can_buy:
        yield Value(AVAILABILITY, IN_STOCK), {}


def _ids_of(texts: Mapping[Value, Texts]) -> dict[Value, int]:
    """The stored values, made where they are missing and renamed where they read differently now."""
    known = _known(texts)
    changed = [
        FacetValue(group=value.group, code=value.code, text=text)
        for value, text in sorted(texts.items())
        if value not in known or (text and known[value][1] != text)
    ]
    if not changed:
        return {value: pk for value, (pk, _text) in known.items()}
    FacetValue.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["group", "code"], update_fields=["text"]
    )
    return {value: pk for value, (pk, _text) in _known(texts).items()}


def _known(values: Iterable[Value]) -> dict[Value, tuple[int, Texts]]:
    by_group: dict[str, set[str]] = {}
    for value in values:
        by_group.setdefault(value.group, set()).add(value.code)
    if not by_group:
        return {}
    any_of = Q()
    for group, codes in by_group.items():
        any_of |= Q(group=group, code__in=codes)
    rows = FacetValue.objects.filter(any_of)
    return {Value(row.group, row.code): (row.pk, dict(row.text)) for row in rows}


def _write_rows(products: Sequence[int], wanted: Mapping[Key, int]) -> None:
    """{(variant, value): product}"""
    known = {
        (variant, value): pk
        for pk, variant, value in FacetRow.objects.filter(product__in=products).values_list(
            "pk", "variant_id", "value_id"
        )
    }
    FacetRow.objects.filter(pk__in=[pk for key, pk in known.items() if key not in wanted]).delete()
    FacetRow.objects.bulk_create(
        FacetRow(variant_id=variant, value_id=value, product_id=product)
        for (variant, value), product in wanted.items()
        if (variant, value) not in known
    )


def _write_prices(products: Sequence[int], offered: Sequence[Offered]) -> None:
    rows = {
        (offer.variant.pk, product.currency): OfferRow(
            variant=offer.variant,
            product=product.product,
            currency=product.currency,
            price_minor=offer.price.minor,
        )
        for product in offered
        if product.is_shown
        for offer in product.offers
    }
    known = {
        (variant, currency): (pk, minor)
        for pk, variant, currency, minor in OfferRow.objects.filter(product__in=products).values_list(
            "pk", "variant_id", "currency", "price_minor"
        )
    }
    OfferRow.objects.filter(pk__in=[pk for key, (pk, _minor) in known.items() if key not in rows]).delete()
    changed = [row for key, row in rows.items() if key not in known or known[key][1] != row.price_minor]
    OfferRow.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["variant", "currency"], update_fields=["price_minor"]
    )
