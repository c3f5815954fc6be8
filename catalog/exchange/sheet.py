"""The cells of our own file: lists in one cell, and text that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")


def packed(parts: Iterable[str]) -> str:
    """ "new, half price" and "mug" in one cell: '"new, half price",mug'. `unpacked` gives them back."""
    parts = list(parts)
    if parts == [""]:
        return '""'
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow(parts)
    return target.getvalue().removesuffix("\r\n")


def unpacked(cell: str) -> list[str]:
    return next(csv.reader(io.StringIO(cell, newline=""), strict=True), [])


def escaped(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    return text[1:] if _ESCAPED.match(text) else text
