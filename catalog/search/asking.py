"""A query as both engines take it: every part must be met, each by its word or by what means the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db import connection

from catalog.models import SynonymTerm
from catalog.search.words import normalise, stem, telling

MAX_QUERY = 200  # characters that are read of what was asked
MAX_WORDS = 8
LONGEST_SYNONYM = 4  # words
SHORTEST_BEGINNING = 4  # a stem of so many letters may begin another word: «столы» finds the «столик»

Phrase = tuple[str, ...]  # stems


@dataclass(frozen=True)
class Part:
    """A word of the query, or several that have synonyms together."""

    words: Phrase  # as they were written, normalised
    others: tuple[Phrase, ...] = ()  # what means the same, in stems

    @cached_property
    def stems(self) -> Phrase:
        return tuple(map(stem, self.words))


def parts_of(query: str) -> list[Part]:
    words = telling(normalise(query[:MAX_QUERY]).split())[:MAX_WORDS]
    if not words:
        return []
    return list(_joined(words, _synonyms(list(map(stem, words)))))


def expression(parts: Iterable[Part]) -> str:
    """Words only, so there is nothing to escape; each is quoted all the same."""
    engine = _ENGINES[connection.vendor]
    return engine.and_.join(_part(part, engine) for part in parts)


def _joined(words: Sequence[str], synonyms: dict[Phrase, list[Phrase]]) -> Iterable[Part]:
    """The words, the longest run that has synonyms taken as one part."""
    start = 0
    while start < len(words):
        lengths = range(min(LONGEST_SYNONYM, len(words) - start), 0, -1)
        runs = (tuple(words[start : start + length]) for length in lengths)
        run = next((run for run in runs if tuple(map(stem, run)) in synonyms), (words[start],))
        yield Part(run, tuple(synonyms.get(tuple(map(stem, run)), ())))
        start += len(run)


def _synonyms(stems: Sequence[str]) -> dict[Phrase, list[Phrase]]:
    """{what was asked: what it finds as well}, in one indexed read."""
    ends = range(1, LONGEST_SYNONYM + 1)
    runs = {" ".join(stems[start : start + end]) for start in range(len(stems)) for end in ends}
    found: dict[Phrase, list[Phrase]] = {}
    terms = SynonymTerm.objects.filter(asked__in=runs).order_by("pk")
    for asked, meant in terms.values_list("asked", "meant"):
        found.setdefault(tuple(asked.split()), []).append(tuple(meant.split()))
    return found


# --- The two engines -----------------------------------------------------------------------------
@dataclass(frozen=True)
class _Engine:
    whole: str
    beginning: str
    and_: str
    or_: str


_ENGINES = {
    "postgresql": _Engine("'{}'", "'{}':*", " & ", " | "),
    "sqlite": _Engine('"{}"', '"{}"*', " AND ", " OR "),
}


def _part(part: Part, engine: _Engine) -> str:
    ways = [engine.and_.join(_word(word, engine) for word in part.words)]
    ways += [engine.and_.join(_stem(text, engine) for text in phrase) for phrase in part.others]
    return f"({engine.or_.join(f'({way})' for way in ways)})"


def _word(word: str, engine: _Engine) -> str:
    """As it is written, perhaps not to its end, or in another form."""
    ways = {engine.beginning.format(word), _stem(stem(word), engine)}
    return f"({engine.or_.join(sorted(ways))})"


def _stem(text: str, engine: _Engine) -> str:
    return (engine.beginning if len(text) >= SHORTEST_BEGINNING else engine.whole).format(text)
