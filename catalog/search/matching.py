"""What the index finds, the best first. What it costs does not grow with the catalogue: `CAP` matches are looked at.

Products whose names have all the words are looked for first, so that of a word that many are tagged with, those
that are called so are not missed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from django.db import connection

from catalog.search.asking import SHORTEST_BEGINNING, Part, Phrase, expression
from catalog.search.vocabulary import products_with
from catalog.search.words import names_in, words_and_stems
from shop import sql

CAP = 480  # matches: twenty pages
RARE = 5_000  # products; a word that fewer have is looked up at once
COMMON = 30_000  # products; a word that more have is not looked up where another one is
NEWEST = 4_000  # rows among which a common word is met often enough (catalog/migrations/0012)

WHOLE, BEGUN, FORM = 4.0, 3.0, 2.0  # how well a word of the name fits
SYNONYM = 0.8  # of what the word itself would be worth
AT_THE_BEGINNING, IN_ORDER, ALL_OF_IT = 2.0, 2.0, 3.0


Name = tuple[list[str], list[str]]  # words, and the stem of each
Scorer = Callable[[Name, Sequence[Part]], float]


class Match(NamedTuple):
    product_id: int
    title: str
    is_sold_out: bool


def matches(parts: Sequence[Part]) -> list[Match]:
    """At most one more than `CAP`, the best first and the sold-out last; the newer of equals."""
    found = _FINDERS[connection.vendor](parts)
    signs, score = _signs(parts), _scorer(parts)
    scored = [(sold_out, -_score(title, parts, signs, score), -pk) for pk, title, sold_out in found]
    return [found[number] for number in sorted(range(len(found)), key=scored.__getitem__)][: CAP + 1]


def _signs(parts: Sequence[Part]) -> list[str]:
    """A name that holds none of these says nothing of the query; to look for them costs little."""
    phrases = [phrase for part in parts for phrase in (part.stems, part.words, *part.others)]
    return sorted({word for phrase in phrases for word in phrase})


def _score(title: str, parts: Sequence[Part], signs: Sequence[str], score: Scorer) -> float:
    """What the name says of the query, in the language that says most."""
    best = 0.0
    for name in names_in(title):
        for sign in signs:
            if sign in name:
                best = max(best, score(words_and_stems(name), parts))
                break
    return best


def _scorer(parts: Sequence[Part]) -> Scorer:
    is_plain = all(len(part.words) == 1 and not part.others for part in parts)
    return _score_of_words if is_plain else _score_of_name


def _score_of_name(name: Name, parts: Sequence[Part]) -> float:
    fits = [max(_fits(name, part)) for part in parts]
    places = [(-place, length) for worth, place, length in fits if worth]
    if not places:
        return 0.0
    score = sum(worth for worth, _place, _length in fits)
    if places[0][0] == 0:
        score += AT_THE_BEGINNING
    if len(places) == len(parts) and all(one[0] + one[1] == next_[0] for one, next_ in pairwise(places)):
        score += IN_ORDER
    return score + ALL_OF_IT * min(sum(length for _place, length in places) / len(name[0]), 1)


def _score_of_words(name: Name, parts: Sequence[Part]) -> float:
    """The same for single words without synonyms, as nearly all queries are: hundreds of names are scored for one."""
    score, places, in_order = 0.0, 0, True
    behind = -1  # the place after the word that was met last
    for part in parts:
        worth, place = _word_fit(name, part.stems[0], part.words[0])
        if not worth:
            in_order = False
            continue
        score += worth + (AT_THE_BEGINNING if not places and place == 0 else 0.0)
        in_order = in_order and (not places or place == behind)
        places += 1
        behind = place + 1
    if not places:
        return 0.0
    return score + (IN_ORDER if in_order else 0.0) + ALL_OF_IT * min(places / len(name[0]), 1)


def _fits(name: Name, part: Part) -> list[tuple[float, int, int]]:
    """(worth, -place, words) of the part itself and of each of its synonyms, which are not worth more for being longer."""
    fits = [_fit(name, part.stems, part.words)]
    share = SYNONYM * len(part.words)
    for phrase in part.others:
        worth, place, length = _fit(name, phrase, phrase)
        fits.append((worth * share / len(phrase), place, length))
    return fits


def _fit(name: Name, stems: Phrase, words: Phrase) -> tuple[float, int, int]:
    """The worth of a phrase of which every word is in the name, in any order."""
    fits = [_word_fit(name, stem, word) for stem, word in zip(stems, words, strict=True)]
    if not all(worth for worth, _place in fits):
        return 0.0, 0, 0
    return sum(worth for worth, _place in fits), -min(place for _worth, place in fits), len(stems)


def _word_fit(name: Name, stem: str, word: str) -> tuple[float, int]:
    """(worth, place) of the best word of the name."""
    words, stems = name
    if stem in stems:
        return WHOLE, stems.index(stem)
    for place, named in enumerate(words):
        if named.startswith(word):
            return BEGUN, place
    if len(stem) >= SHORTEST_BEGINNING:
        for place, named in enumerate(stems):
            if named.startswith(stem):
                return FORM, place
    return 0.0, 0


# --- The two engines -----------------------------------------------------------------------------
def _on_postgresql(parts: Sequence[Part]) -> list[Match]:
    statement = """
        SELECT * FROM catalog_search_matches(to_tsquery('simple', %s), to_tsquery('simple', %s), %s, %s)"""
    counts = products_with({stem for part in parts for stem in part.stems})
    rarity = [min(counts.get(stem, 0) for stem in part.stems) for part in parts]
    asked = [expression(_sought(parts, rarity)), expression(parts)]
    newest = 0 if 0 < min(rarity) <= RARE else NEWEST
    return [Match(*row) for row in sql.rows(statement, [*asked, CAP + 1, newest])]


def _sought(parts: Sequence[Part], rarity: Sequence[int]) -> Sequence[Part]:
    """The parts worth looking up: without those that very many products have."""
    rare = [part for part, count in zip(parts, rarity, strict=True) if count <= COMMON or part.others]
    return rare or [parts[rarity.index(min(rarity))]]


def _on_sqlite(parts: Sequence[Part]) -> list[Match]:
    asked = expression(parts)
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
