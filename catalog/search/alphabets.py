"""One word in other letters: as another keyboard layout would have typed it, and as another alphabet writes it."""

from __future__ import annotations

import re

from catalog.search.words import normalise

LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
RUSSIAN_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_OTHER_KEYS = str.maketrans(LATIN_KEYS + RUSSIAN_KEYS, RUSSIAN_KEYS + LATIN_KEYS)

_TO_RUSSIAN = {
    "shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "tz": "ц", "ch": "ч", "sh": "ш", "yu": "ю",
    "ju": "ю", "iu": "ю", "ya": "я", "ja": "я", "ia": "я", "yo": "е", "jo": "е", "ye": "е", "je": "е", "oo": "у",
    "ee": "и", "ph": "ф", "a": "а", "b": "б", "c": "к", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х",
    "i": "и", "j": "й", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р", "s": "с",
    "t": "т", "u": "у", "v": "в", "w": "в", "x": "кс", "y": "ы", "z": "з", "'": "ь",
}  # fmt: skip
_TO_LATIN = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
})  # fmt: skip
_SYLLABLE = re.compile("|".join(sorted(_TO_RUSSIAN, key=len, reverse=True)))
_SHORT_I = re.compile("(?<=[аеиоуыэюя])[иы]")  # «чайник», written «chainik» or «chaynik»
_FIRST_E = re.compile(r"\bе")


def readings(token: str) -> list[str]:
    """What was typed and what may have been meant by it, the likeliest first; normalised, each once."""
    lower = token.lower()
    found = [lower, lower.translate(_OTHER_KEYS), *_transliterated(lower)]
    return [text for text in dict.fromkeys(map(normalise, found)) if text]


def _transliterated(token: str) -> list[str]:
    if not token.isascii():
        return [normalise(token).translate(_TO_LATIN)]
    russian = _SHORT_I.sub("й", _SYLLABLE.sub(lambda found: _TO_RUSSIAN[found[0]], token))
    return [_FIRST_E.sub("э", russian), russian]
