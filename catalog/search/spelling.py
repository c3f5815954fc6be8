"""What was meant by words that nothing is called by: another layout, another alphabet, a slip of the finger.

A look-up is a few indexed reads, whatever the size of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from catalog.search.alphabets import readings
from catalog.search.vocabulary import beginnings, edits_forgiven
from catalog.search.words import STOP_WORDS, normalise, stem
from shop import sql

MAX_TOKENS = 8
MOST_MENDED = 4  # tokens: who mistypes more than that is asked to look again
MOST_CANDIDATES = 600
SHORTEST_BEGINNING = 3  # with fewer letters there is always a word that begins so


class Near(NamedTuple):
    """A word of the vocabulary near to one that was typed; the nearest, then the most common comes first."""

    edits: int
    differs_at_once: bool
    rarity: int
    text: str


def corrected(query: str) -> str:
    """The query with what was probably meant in place of words that no product has; "" where nothing is better."""
    tokens = [readings(token) for token in query.split()[:MAX_TOKENS]]
    tokens = [texts for texts in tokens if texts]
    known = known_words({word for texts in tokens for text in texts for word in text.split()})
    chosen = [_understood(texts, known) for texts in tokens]
    doubtful = [texts for texts, text in zip(tokens, chosen, strict=True) if text is None][:MOST_MENDED]
    near = _near({word for texts in doubtful for text in texts for word in text.split()} - known)
    better = " ".join(
        text if text is not None else _mended(texts, known, near)
        for texts, text in zip(tokens, chosen, strict=True)
    )
    return better if better != normalise(query) else ""


def known_words(words: Iterable[str]) -> set[str]:
    """Those that a product has, in this form or another, or that begin a word of one."""
    words = set(words)
    known = {word for word in words if word in STOP_WORDS or not word.isalpha()}
    known |= _in_some_form(words - known)
    return known | _beginning_others(words - known)


def _in_some_form(words: Collection[str]) -> set[str]:
    if not words:
        return set()
    stems = {word: stem(word) for word in words}
    asked = sorted({*words, *stems.values()})
    statement = f"""
        SELECT text, stem FROM catalog_word
        WHERE (text IN ({sql.marks(asked)}) OR stem IN ({sql.marks(asked)})) AND products > 0"""  # noqa: S608
    found = {form for row in sql.rows(statement, asked + asked) for form in row}
    return {word for word in words if word in found or stems[word] in found}


def _beginning_others(words: Iterable[str]) -> set[str]:
    """One probe of the index a word."""
    asked = sorted(word for word in words if len(word) >= SHORTEST_BEGINNING)
    if not asked:
        return set()
    probe = _BEGINS[connection.vendor]
    parameters = [value for word in asked for value in (word, word)]
    return {row[0] for row in sql.rows(" UNION ALL ".join([probe] * len(asked)), parameters)}


# Words are letters only, so that no pattern has anything to escape.
_BEGINS = {
    "postgresql": "SELECT %s::text WHERE EXISTS"
    " (SELECT 1 FROM catalog_word WHERE text LIKE %s || '%%' AND products > 0)",
    "sqlite": "SELECT %s WHERE EXISTS (SELECT 1 FROM catalog_word WHERE text GLOB %s || '*' AND products > 0)",
}


def _understood(texts: Sequence[str], known: Collection[str]) -> str | None:
    """The likeliest reading of which every word is known."""
    return next((text for text in texts if all(word in known for word in text.split())), None)


def _mended(texts: Sequence[str], known: Collection[str], near: Mapping[str, Near]) -> str:
    """The reading that takes the fewest edits to be known; what was typed where none can be."""
    best, fewest = texts[0], None
    for text in texts:
        words = text.split()
        if all(word in known or word in near for word in words):
            edits = sum(near[word].edits for word in words if word not in known)
            if fewest is None or edits < fewest:
                best, fewest = (
                    " ".join(near[word].text if word not in known else word for word in words),
                    edits,
                )
    return best


def _near(words: Iterable[str]) -> dict[str, Near]:
    """The best word of the vocabulary for each that has one."""
    asked: dict[str, set[str]] = {}
    for word in words:
        for letters in beginnings(word) if edits_forgiven(word) else ():
            asked.setdefault(letters, set()).add(word)
    best: dict[str, Near] = {}
    for letters, text, stemmed, products in _neighbours(sorted(asked)):
        for word in asked[letters]:
            edits = min(distance(word, text), distance(stem(word), stemmed))
            candidate = Near(edits, word[0] != text[0], -products, text)
            if edits <= edits_forgiven(word) and (word not in best or candidate < best[word]):
                best[word] = candidate
    return best


def _neighbours(letters: Sequence[str]) -> list[tuple[str, str, str, int]]:
    if not letters:
        return []
    statement = f"""
        SELECT letters, text, stem, products
        FROM catalog_misspelling JOIN catalog_word AS word ON word.id = word_id
        WHERE letters IN ({sql.marks(letters)}) AND products > 0
        ORDER BY products DESC, text LIMIT {MOST_CANDIDATES}"""  # noqa: S608
    return sql.rows(statement, letters)


def distance(one: str, other: str) -> int:
    """Letters added, left out, changed, and neighbours that changed places (optimal string alignment)."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, wanted in enumerate(other, 1):
            cost = min(line[-1] + 1, above[column] + 1, above[column - 1] + (letter != wanted))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, above = above, line
    return above[-1]
