"""The words that products are described with, how many products have each, and how they may be mistyped.

Words that only synonyms have are of it too. Kept in the transaction of the search rows. A word's misspellings are its beginning with letters left out
(as SymSpell does): whatever was mistyped, its own beginning with letters left out meets them in an index, so a
look-up reads the same few rows in a small shop and in a large one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import combinations

from django.db import transaction

from catalog.models import Misspelling, SearchRow, SynonymGroup, Word
from catalog.search.words import STOP_WORDS, normalise, stem

SHORTEST = 2
SHORTEST_MENDED = 4  # shorter words are too near to one another
LONG = 8  # from here on two edits are forgiven
BEGINNING = 7  # letters that misspellings are made of
AT_ONCE = 2_000


def spellable(words: Iterable[str]) -> list[str]:
    """Those that may be a correction: words of letters, each once."""
    fit = (word for word in words if len(word) >= SHORTEST and word.isalpha() and word not in STOP_WORDS)
    return sorted(set(fit))


def edits_forgiven(word: str) -> int:
    if len(word) < SHORTEST_MENDED or not word.isalpha():
        return 0
    return 1 if len(word) < LONG else 2


def beginnings(word: str) -> set[str]:
    """The beginning of the word and of its stem, whole and with as many letters left out as are forgiven."""
    found = set()
    for text in {word[:BEGINNING], stem(word)[:BEGINNING]}:
        for left_out in range(edits_forgiven(word) + 1):
            found |= {"".join(kept) for kept in combinations(text, max(len(text) - left_out, 1))}
    return found


def move(before: Iterable[str], after: Iterable[str]) -> None:
    """Texts of words changed from `before` to `after`: those of search rows, or of synonyms."""
    steps = _counted(after)
    steps.subtract(_counted(before))
    moved = {word: step for word, step in sorted(steps.items()) if step}
    if not moved:
        return
    _learn(moved)
    # Sorted, so that two writers of the same words wait for each other in one order.
    known = {word.text: word for word in _locked(moved)}
    for text, step in moved.items():
        known[text].products = max(known[text].products + step, 0)
    Word.objects.bulk_update(known.values(), ["products"], batch_size=500)


def products_with(stems: Collection[str]) -> dict[str, int]:
    """{stem: how many products have it in some form}; somewhat more where one product has several forms."""
    rows = Word.objects.filter(stem__in=stems).values_list("stem", "products")
    counts: Counter[str] = Counter()
    for text, products in rows:
        counts[text] += products
    return counts


@transaction.atomic
def recount() -> int:
    """Count every word from the search rows; how many were wrong."""
    # Locked first, then counted: whoever writes rows meanwhile moves the counts after us.
    known = {word.text: word for word in Word.objects.order_by("text").select_for_update(no_key=True)}
    found = _counted(_all_texts())
    _learn(found.keys() - known.keys())
    known |= {word.text: word for word in Word.objects.filter(products=0)}
    wrong = [word for word in known.values() if word.products != found[word.text]]
    for word in wrong:
        word.products = found[word.text]
    Word.objects.bulk_update(wrong, ["products"], batch_size=500)
    return len(wrong)


def miscounted() -> Iterator[tuple[Word, int]]:
    """Words whose count is not that of the search rows, with what it should be."""
    found = _counted(_all_texts())
    for word in Word.objects.order_by("text").iterator():
        if word.products != (count := found.pop(word.text, 0)):
            yield word, count
    for text, count in sorted(found.items()):
        yield Word(text=text), count


def spelled(text: str) -> str:
    """The words of a text that a correction may be."""
    return " ".join(spellable(normalise(text).split()))


def _all_texts() -> Iterator[str]:
    yield from SearchRow.objects.values_list("spelled", flat=True).iterator()
    yield from map(spelled, SynonymGroup.objects.values_list("asked", flat=True))


def _counted(texts: Iterable[str]) -> Counter[str]:
    return Counter(word for text in texts for word in text.split())


def _locked(words: Iterable[str]) -> list[Word]:
    rows = Word.objects.filter(text__in=list(words)).order_by("text")
    return list(rows.select_for_update(no_key=True))


def _learn(words: Iterable[str]) -> None:
    """Take up those that are new, each with its misspellings."""
    words = sorted(words)
    for start in range(0, len(words), AT_ONCE):
        _learn_some(words[start : start + AT_ONCE])


def _learn_some(words: list[str]) -> None:
    known = set(Word.objects.filter(text__in=words).values_list("text", flat=True))
    new = [word for word in words if word not in known]
    if not new:
        return
    Word.objects.bulk_create([Word(text=word, stem=stem(word)) for word in new], ignore_conflicts=True)
    ids = dict(Word.objects.filter(text__in=new).order_by("text").values_list("text", "pk"))
    misspellings = [
        Misspelling(letters=letters, word_id=pk)
        for text, pk in ids.items()
        if edits_forgiven(text)
        for letters in sorted(beginnings(text))
    ]
    Misspelling.objects.bulk_create(misspellings, ignore_conflicts=True, batch_size=AT_ONCE)
