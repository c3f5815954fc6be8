"""Text as the index and the query both see it: normalised words and their stems, the same on every engine."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

MAX_WORD = 40
BREVE = "\u0306"  # part of й, which is a letter of its own
SHORTEST_STEMMED = 3
NEXT_NAME, THEN_STEMS = " / ", " | "  # no word holds these, and both engines read past them
# They tell no product from another; a query of nothing else keeps them.
STOP_WORDS = frozenset(
    "a an and at by for from in of on the to with без в во для за и из к на не о об от по под с со у".split()
)
_stemmers = threading.local()  # a stemmer holds the word it works on


def normalise(text: str) -> str:
    """Lower case, ё as е, no accents; only letters, digits and single spaces, so safe in any expression."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("ё", "е")
    parted = unicodedata.normalize("NFKD", plain)
    kept = "".join(char for char in parted if char == BREVE or not unicodedata.combining(char))
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", kept))
    return " ".join(word[:MAX_WORD] for word in words)


def telling(words: Iterable[str]) -> list[str]:
    """The words without those that tell nothing."""
    words = list(words)
    return [word for word in words if word not in STOP_WORDS] or words


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """What all forms of a word begin with: by the Snowball rules of Russian or English, as its letters are."""
    if len(word) < SHORTEST_STEMMED or not word.isalpha():
        return word
    return _stemmer("russian" if word > "\u0400" else "english").stemWord(word)


def joined_names(names: Iterable[str]) -> str:
    """Names as a search row keeps them: the telling words of each, then their stems."""
    told = [telling(name.split()) for name in names if name]
    return NEXT_NAME.join(f"{' '.join(words)}{THEN_STEMS}{' '.join(map(stem, words))}" for words in told)


def names_in(title: str) -> list[str]:
    """The names of a title, each as `words_and_stems` takes it apart."""
    return title.split(NEXT_NAME)


def words_and_stems(name: str) -> tuple[list[str], list[str]]:
    words, stems = name.split(THEN_STEMS)
    return words.split(), stems.split()


def _stemmer(language: str) -> snowballstemmer.stemmer:
    if not hasattr(_stemmers, language):
        setattr(_stemmers, language, snowballstemmer.stemmer(language))
    return getattr(_stemmers, language)
