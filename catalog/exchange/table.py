"""A file of separated values as rows, with the separator and the format that its header shows."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.utils.translation import gettext as _

from catalog.exchange import decoding
from catalog.exchange.items import Asked, Item, Note, Row
from shop.errors import Refused

DELIMITERS = (",", ";", "\t", "|")
MAX_RECORD = 2_000_000  # characters between two ends of a row: a quote that is never closed stops here
MAX_COLUMNS = 2_000


class Format(Protocol):
    """The files of one kind of shop."""

    name: str
    is_exact: bool  # cells are taken as they are, the empty ones too

    def column(self, title: str) -> str:
        """Our name of the column that the header calls so; "" for one that we do not read."""

    def fits(self, columns: set[str]) -> bool:
        """Whether a header with these columns, by our names, is of this format."""

    def key(self, row: Row, before: str) -> str:
        """Which product the row belongs to; `before` is the key of the row before it."""

    def aliases(self, row: Row) -> Sequence[str]:
        """By what else rows elsewhere in the file may name this product."""

    def item(self, rows: Sequence[Row], asked: Asked) -> Item:
        """All rows of one product."""


class Unreadable(Refused):
    """Nothing can be taken from the file; `line` is where it went wrong."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass
class Table:
    """The format and the rows of a file. `errors` grows while the rows are read."""

    format: Format
    titles: dict[str, str]  # what the header calls our columns
    rows: Iterator[Row]
    errors: list[Note]


def open_table(path: Path, formats: Sequence[Format], encoding: str = "") -> Table:
    """Raises Unreadable for a file that is empty, or whose header is of none of the formats."""
    encoding = encoding or decoding.encoding_of(path)
    source = _Lines(decoding.lines(path, encoding))
    first = _header_line(source)
    delimiter, format, titles, columns = _recognised(first, formats, source)
    named = {column: title for column, title in zip(columns, titles, strict=True) if column}
    errors: list[Note] = []
    return Table(format, named, _rows(source, delimiter, columns, format.is_exact, errors), errors)


class _Lines:
    """Physical lines, counted, with a limit to how many characters one record may take."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.count = 0
        self.taken = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        try:
            line = next(self._lines)
        except decoding.LineTooLong as error:
            raise Unreadable(error.line, str(error)) from error
        except Refused as error:
            raise Unreadable(self.count + 1, str(error)) from error
        self.count += 1
        self.taken += len(line)
        if self.taken > MAX_RECORD:
            raise Unreadable(self.count, _("The row does not end: a quotation mark is not closed."))
        return line


def _header_line(source: _Lines) -> str:
    for line in source:
        if line.strip(" \r\n,;\t\ufeff") and not line.lower().startswith("sep="):
            return line.lstrip("\ufeff")
    raise Unreadable(1, _("The file is empty."))


def _recognised(
    line: str, formats: Sequence[Format], source: _Lines
) -> tuple[str, Format, list[str], list[str]]:
    found: list[tuple[int, str, Format, list[str], list[str]]] = []
    for delimiter in DELIMITERS:
        titles = [title.strip() for title in next(csv.reader([line], delimiter=delimiter), [])[:MAX_COLUMNS]]
        for format in formats:
            columns = [format.column(title) for title in titles]
            known = {column for column in columns if column}
            if format.fits(known):
                found.append((len(known), delimiter, format, titles, columns))
    if not found:
        raise Unreadable(
            source.count,
            _("The columns are not those of a product file from Shopify, WooCommerce or this shop."),
        )
    _count, delimiter, format, titles, columns = max(found, key=lambda entry: entry[0])
    return delimiter, format, titles, columns


def _rows(
    source: _Lines, delimiter: str, columns: list[str], is_exact: bool, errors: list[Note]
) -> Iterator[Row]:
    limit = csv.field_size_limit(MAX_RECORD)
    try:
        reader = csv.reader(source, delimiter=delimiter)
        while True:
            line, source.taken = source.count + 1, 0
            record = _next(reader, line)
            if record is None:
                return
            if row := _row(line, record, columns, is_exact, errors):
                yield row
    finally:
        csv.field_size_limit(limit)


def _next(reader: Iterator[list[str]], line: int) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        raise Unreadable(line, _("The row cannot be read: %(reason)s.") % {"reason": error}) from error


def _row(line: int, record: list[str], columns: list[str], is_exact: bool, errors: list[Note]) -> Row | None:
    if any("\x00" in cell for cell in record):
        errors.append(Note(line, "", _("The row holds zero bytes: the file is damaged.")))
        return None
    if any(cell.strip() for cell in record[len(columns) :]):
        errors.append(Note(line, "", _("The row has more cells than the header has columns.")))
        return None
    if not any(cell.strip() for cell in record):
        return None
    found = {name: cell for name, cell in zip(columns, record, strict=False) if name}
    if is_exact:
        return Row(line, found)
    return Row(line, {name: cell.strip() for name, cell in found.items() if cell.strip()})
