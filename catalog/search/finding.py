"""The order of attempts: as asked; else what was probably meant; else without a word that finds nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalog.models import Variant
from catalog.search.asking import MAX_QUERY, Part, parts_of
from catalog.search.matching import CAP, Match, matches
from catalog.search.spelling import corrected, known_words

MOST_LEFT_OUT = 3  # parts, one at a time
SHORTEST_BARCODE, LONGEST_BARCODE = 8, 14


@dataclass(frozen=True)
class Found:
    """One page of results, the best first and the sold-out last."""

    product_ids: list[int]
    count: int
    is_capped: bool = False  # there are more than `count`
    instead: str = ""  # what was searched for, where what was asked found nothing
    is_partial: bool = False  # `instead` has fewer words than were asked for
    meant: str = ""  # what may have been meant, where nothing else was searched for


@dataclass(frozen=True)
class Attempt:
    """What is searched for instead of what was asked, and what it finds."""

    instead: str
    found: list[Match]
    is_partial: bool = False


def search(query: str, *, limit: int = 24, offset: int = 0, exactly: bool = False) -> Found:
    """Products that have every word of `query`, in any form and any language; `exactly`, or nothing."""
    query = query[:MAX_QUERY]
    parts = parts_of(query)
    best = Attempt("", matches(parts) if parts else [])
    if parts and not best.found and not exactly:
        best = next((attempt for attempt in _attempts(query, parts) if attempt.found), best)
    count = len(best.found)
    meant = corrected(query) if exactly and not count else ""
    page = [match.product_id for match in best.found[:CAP][offset : offset + limit]]
    return Found(page, min(count, CAP), count > CAP, best.instead, best.is_partial, meant)


def variant_by_code(query: str) -> Variant | None:
    """The variant on sale whose article number or barcode is exactly what was asked for."""
    code = query.strip()
    if not code or len(code) > 64 or "\x00" in code:
        return None
    sellable = Variant.objects.sellable().select_related("product")
    return sellable.filter(sku__in={code, code.upper()}).first() or _by_barcode(sellable, code)


def _by_barcode(variants, code: str) -> Variant | None:
    """As it is printed, with spaces, or with the zeros that make a UPC a GTIN."""
    digits = "".join(code.replace("-", " ").split())
    if not (digits.isascii() and digits.isdigit() and SHORTEST_BARCODE <= len(digits) <= LONGEST_BARCODE):
        return None
    bare = digits.lstrip("0")
    alike = {bare.zfill(length) for length in range(max(len(bare), SHORTEST_BARCODE), LONGEST_BARCODE + 1)}
    return variants.filter(barcode__in=alike).order_by("pk").first()


def _attempts(query: str, parts: Sequence[Part]) -> Iterator[Attempt]:
    """Until the caller is content."""
    if meant := corrected(query):
        parts = parts_of(meant)
        yield Attempt(meant, matches(parts))
    for fewer in _with_fewer(parts):
        words = (word for part in fewer for word in part.words)
        yield Attempt(" ".join(words), matches(fewer), is_partial=True)


def _with_fewer(parts: Sequence[Part]) -> Iterator[Sequence[Part]]:
    """Without what no product has; if that was nothing, without one part at a time, the last first."""
    known = known_words(word for part in parts for word in part.words)
    kept = [part for part in parts if part.others or all(word in known for word in part.words)]
    if not kept:
        return
    if len(kept) < len(parts):
        yield kept
    if len(kept) > 1:
        for number in range(len(kept) - 1, max(len(kept) - 1 - MOST_LEFT_OUT, -1), -1):
            yield [part for place, part in enumerate(kept) if place != number]
