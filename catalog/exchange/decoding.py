"""A file as lines of text, whatever wrote it, without ever holding more than one line."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from shop.errors import Refused

BLOCK = 1 << 16
MAX_LINE = 1_000_000  # characters; a description of that length is a mistake
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Bytes that are Russian words in cp1251, and in cp1252 would be three accented capitals or more in a row.
_RUSSIAN = re.compile(rb"[\xc0-\xff\xa8\xb8]{3,}")


class LineTooLong(Refused):
    def __init__(self, line: int) -> None:
        super().__init__(_("The line is longer than %(limit)s characters.") % {"limit": MAX_LINE})
        self.line = line


def encoding_of(path: Path) -> str:
    """By its mark, else UTF-8 where all of it is, else UTF-16 by its zeros, else Russian or Western Windows."""
    with path.open("rb") as file:
        start = file.read(BLOCK)
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return encoding
    if len(start) > 3 and start[1::2].count(0) > len(start) // 5:
        return "utf-16-le"
    if len(start) > 3 and start[::2].count(0) > len(start) // 5:
        return "utf-16-be"
    if _is_utf8(path):
        return "utf-8"
    return "cp1251" if _is_russian(path) else "cp1252"


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in _blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_russian(path: Path) -> bool:
    in_words = high = 0
    for block in _blocks(path):
        in_words += sum(len(word) for word in _RUSSIAN.findall(block))
        high += sum(byte >= 0x80 for byte in block)
    return in_words * 2 > high


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def lines(path: Path, encoding: str) -> Iterator[str]:
    """Each with its end. Raises LineTooLong before such a line is in memory, and Refused for a wrong encoding."""
    waiting, number = "", 0
    for text in _texts(path, encoding):
        waiting += text
        *whole, waiting = waiting.split("\n")
        for line in whole:
            number += 1
            if len(line) > MAX_LINE:
                raise LineTooLong(number)
            yield f"{line}\n"
        if len(waiting) > MAX_LINE:
            raise LineTooLong(number + 1)
    if waiting:
        yield waiting


def _texts(path: Path, encoding: str) -> Iterator[str]:
    """Blocks of text. A file of an old Mac has no \\n: its \\r end the lines."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict" if encoding != "cp1252" else "replace")
    is_old_mac = None
    try:
        for block in _blocks(path):
            text = decoder.decode(block)
            if is_old_mac is None:
                is_old_mac = "\r" in text and "\n" not in text
            yield text.replace("\r", "\n") if is_old_mac else text
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Refused(_("The file is not written in %(encoding)s.") % {"encoding": encoding}) from error
