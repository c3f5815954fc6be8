"""Codes, addresses and SKUs made from names: the same name gives the same code in every run."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from django.utils.text import slugify

MAX_CODE = 50
MAX_SLUG = 150
MAX_SKU = 64
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya i yi ye g u".split(),
        strict=True,
    )
)


def transliterated(text: str) -> str:
    letters = "".join(
        _CYRILLIC.get(char, char).strip("_") for char in unicodedata.normalize("NFC", text).lower()
    )
    return unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode()


def code_of(text: str, limit: int = MAX_CODE) -> str:
    """ "Тёмно-синий" is "temno-siniy". What has no letters that we can spell is known by a digest."""
    return shortened(slugify(transliterated(text).replace("/", "-")), limit) or f"x{digest(text)}"


def slug_of(handle: str) -> str:
    """The handle as an address of ours, unchanged where it can be one."""
    if re.fullmatch(rf"[-\w]{{1,{MAX_SLUG}}}", handle):
        return handle
    return code_of(handle, MAX_SLUG)


def sku_of(handle: str, values: Sequence[str]) -> str:
    return shortened("-".join([code_of(handle, MAX_SLUG), *map(code_of, values)]), MAX_SKU)


def shortened(code: str, limit: int) -> str:
    if len(code) <= limit:
        return code
    return f"{code[: limit - 9].rstrip('-')}-{digest(code)}"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
