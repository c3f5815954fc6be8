"""Keeping what products are found by: one row a product, in the transaction that changes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils import translation

from catalog.index.copies import thumb_of
from catalog.index.offers import Offered
from catalog.index.shelves import Shelves
from catalog.index.specs import fact_text
from catalog.models import Attribute, SearchRow
from catalog.search import vocabulary
from catalog.search.words import joined_names, normalise, stem

COLUMNS = ["title", "body", "spelled", "hint", "is_sold_out"]
SAID_BY_NUMBERS = (Attribute.Kind.DIMENSIONS,)  # nobody looks for 113 × 83 × 94


def write(offered: Sequence[Offered], shelves: Shelves) -> None:
    """Make the search rows of these products anew; those that shoppers may not open are not found."""
    products = [product.product.pk for product in offered]
    before = dict(SearchRow.objects.filter(product__in=products).values_list("product_id", "spelled"))
    rows = [_row(product, shelves) for product in offered if product.is_shown]
    SearchRow.objects.filter(product__in=set(before) - {row.product_id for row in rows}).delete()
    SearchRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["product"], update_fields=COLUMNS
    )
    vocabulary.move(before.values(), [row.spelled for row in rows])


def follow_the_stock(offered: Sequence[Offered]) -> None:
    """What stock changes in the rows: which products come last, and the price that they begin at."""
    rows = SearchRow.objects.in_bulk([product.product.pk for product in offered])
    changed = []
    for product in offered:
        row = rows.get(product.product.pk)
        if row is None or not product.is_shown:
            continue
        hint = _hint(product)
        if (row.is_sold_out, row.hint) != (product.is_sold_out, hint):
            row.is_sold_out, row.hint = product.is_sold_out, hint
            changed.append(row)
    SearchRow.objects.bulk_update(changed, ["is_sold_out", "hint"])


def _row(offered: Offered, shelves: Shelves) -> SearchRow:
    names, texts = [], _texts(offered)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            names.append(normalise(str(offered.product.name)))
            texts += _translated_texts(offered, shelves)
    title = joined_names(dict.fromkeys(names))
    words = " ".join(dict.fromkeys([*names, *map(normalise, texts)])).split()
    return SearchRow(
        product=offered.product,
        title=title,
        body=" ".join(_tokens(words, known=set(title.split()))),
        spelled=" ".join(vocabulary.spellable(words)),
        hint=_hint(offered),
        is_sold_out=offered.is_sold_out,
    )


def _tokens(words: Iterable[str], known: Collection[str]) -> list[str]:
    """Whole words, for who is still typing one, and their stems, for who writes another form of it."""
    found = dict.fromkeys(token for word in words for token in (word, stem(word)))
    return [token for token in found if token not in known]


def _texts(offered: Offered) -> list[str]:
    """What is the same in all languages: article numbers, with and without their hyphens, and tags."""
    texts = [*offered.product.tags]
    for offer in offered.offers:
        sku = normalise(offer.variant.sku)
        texts += [sku, sku.replace(" ", ""), offer.variant.barcode]
    return texts


def _translated_texts(offered: Offered, shelves: Shelves) -> list[str]:
    product = offered.product
    on_sale = {offer.variant.pk for offer in offered.offers}
    texts = [str(option.value.name) for offer in offered.offers for option in offer.variant.options.all()]
    texts += [str(shelf.name) for shelf in shelves.visible_above(product.category)]
    for fact in product.facts.all():
        if (fact.variant_id is None or fact.variant_id in on_sale) and (text := _fact_words(fact)):
            texts.append(text)
    return texts


def _fact_words(fact: Any) -> str:
    """What a shopper would ask for: «stoneware», «330 ml» as one word or two, «dishwasher safe» where it is."""
    if fact.attribute.kind in SAID_BY_NUMBERS:
        return ""
    if fact.attribute.kind == Attribute.Kind.BOOLEAN:
        return str(fact.attribute.name) if fact.code == "true" else ""
    text = fact_text(fact)
    if fact.attribute.kind == Attribute.Kind.NUMBER:
        return f"{text} {normalise(text).replace(' ', '')}"
    return text


def _hint(offered: Offered) -> dict[str, Any]:
    """A product as the suggestions show it."""
    leading, product = offered.leading, offered.product
    return {
        "slug": product.slug,
        "name": dict(product.name),
        "thumb": thumb_of(product, leading.variant),
        "price": leading.price.minor,
        "before": leading.compare_at.minor if leading.compare_at else None,
        "from": len({offer.price.minor for offer in offered.offers}) > 1,
    }
