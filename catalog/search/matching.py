"""What the index finds, the best first. What it costs does not grow with the catalogue: `CAP` matches are looked at.

Products whose names have all the words are looked for first, so that of a word that many are tagged with, those
that are called so are not missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from django.db import connection

from catalog.search.asking import SHORTEST_BEGINNING, Part, Phrase, expression
from catalog.search.words import parted_names
from shop import sql

CAP = 480  # matches: twenty pages
NEWEST = 4_000  # rows among which a common word is met often enough (catalog/migrations/0009)

WHOLE, BEGUN, FORM = 4.0, 3.0, 2.0  # how well a word of the name fits
SYNONYM = 0.8  # of what the word itself would be worth
AT_THE_BEGINNING, IN_ORDER, ALL_OF_IT = 2.0, 2.0, 3.0


Name = Sequence[tuple[str, str]]  # (word, stem)


class Match(NamedTuple):
    product_id: int
    title: str
    is_sold_out: bool


def matches(parts: Sequence[Part]) -> list[Match]:
    """At most one more than `CAP`, the best first and the sold-out last; the newer of equals."""
    found = _FINDERS[connection.vendor](expression(parts))
    scored = [(match.is_sold_out, -_score(match.title, parts), -match.product_id) for match in found]
    return [found[number] for number in sorted(range(len(found)), key=scored.__getitem__)]


def _score(title: str, parts: Sequence[Part]) -> float:
    """What the name says of the query, in the language that says most."""
    return max(_score_of_name(name, parts) for name in parted_names(title))


def _score_of_name(name: Name, parts: Sequence[Part]) -> float:
    places, score = [], 0.0
    for part in parts:
        worth, place, length = max(_fits(name, part), key=lambda fit: fit[0])
        if worth:
            score += worth
            places.append((place, length))
    if not places:
        return 0.0
    if places[0][0] == 0:
        score += AT_THE_BEGINNING
    if len(places) == len(parts) and all(one[0] + one[1] == next_[0] for one, next_ in pairwise(places)):
        score += IN_ORDER
    return score + ALL_OF_IT * min(sum(length for _place, length in places) / len(name), 1)


def _fits(name: Name, part: Part) -> list[tuple[float, int, int]]:
    """(worth, place, words) of the part itself and of each of its synonyms, which are not worth more for being longer."""
    own = _fit(name, part.stems, part.words)
    others = ((phrase, _fit(name, phrase, phrase)) for phrase in part.others)
    share = SYNONYM * len(part.words)
    return [own, *((worth * share / len(phrase), place, length) for phrase, (worth, place, length) in others)]


def _fit(name: Name, stems: Phrase, words: Phrase) -> tuple[float, int, int]:
    """The worth of a phrase of which every word is in the name, in any order."""
    worth, first = 0.0, len(name)
    for stem, word in zip(stems, words, strict=True):
        value, place = max((_word_fit(*token, stem, word), -number) for number, token in enumerate(name))
        if not value:
            return 0.0, 0, 0
        worth, first = worth + value, min(first, -place)
    return worth, first, len(stems)


def _word_fit(named: str, named_stem: str, stem: str, word: str) -> float:
    if named_stem == stem:
        return WHOLE
    if named.startswith(word):
        return BEGUN
    return FORM if len(stem) >= SHORTEST_BEGINNING and named_stem.startswith(stem) else 0.0


# --- The two engines -----------------------------------------------------------------------------
def _on_postgresql(asked: str) -> list[Match]:
    statement = "SELECT * FROM catalog_search_matches(to_tsquery('simple', %s), %s, %s)"
    return [Match(*row) for row in sql.rows(statement, [asked, CAP + 1, NEWEST])]


def _on_sqlite(asked: str) -> list[Match]:
    named = _rows_on_sqlite(f"{{title}} : ({asked})")
    if len(named) > CAP:
        return named
    known = {match.product_id for match in named}
    others = [match for match in _rows_on_sqlite(asked) if match.product_id not in known]
    return (named + others)[: CAP + 1]


def _rows_on_sqlite(asked: str) -> list[Match]:
    statement = """
        SELECT product_id, row.title, is_sold_out
        FROM catalog_searchindex JOIN catalog_searchrow AS row ON product_id = catalog_searchindex.rowid
        WHERE catalog_searchindex MATCH %s ORDER BY catalog_searchindex.rowid DESC LIMIT %s"""
    return [Match(*row) for row in sql.rows(statement, [asked, CAP + 1])]


_FINDERS = {"postgresql": _on_postgresql, "sqlite": _on_sqlite}
