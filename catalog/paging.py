"""One page of a long list: which it is, what is on it, and the way to the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404

AROUND = 1  # pages named on either side of the current one


class NotAPage(Exception):
    """`?page=` holds something that is no page number: the list's own address is meant."""


@dataclass(frozen=True)
class Paging:
    """`parameters` are what else the address says: the order, the query, what the list is narrowed to."""

    number: int
    size: int
    path: str
    parameters: Mapping[str, str | list[str]]

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size

    def url(self, number: int = 1) -> str:
        values = {**self.parameters, **({"page": number} if number > 1 else {})}
        return f"{self.path}?{urlencode(values, doseq=True)}" if values else self.path

    def of(self, count: int) -> dict[str, Any]:
        """What `components/pagination.html` takes. Raises Http404 past the last page."""
        pages = max(1, -(-count // self.size))
        if self.number > pages:
            raise Http404
        return {
            "number": self.number,
            "pages": pages,
            "previous_url": self.url(self.number - 1) if self.number > 1 else None,
            "next_url": self.url(self.number + 1) if self.number < pages else None,
            "numbers": [
                (number, self.url(number) if number else None) for number in _shown(self.number, pages)
            ],
        }


def page_number(text: str | None) -> int:
    """The number in `?page=`, 1 without one. Raises NotAPage."""
    if text is None:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) >= 1):
        raise NotAPage(text[:20])
    return int(text)


def _shown(number: int, pages: int) -> list[int | None]:
    """The first, the last and those around: 1 … 4 5 6 … 20. None stands for a gap."""
    near = range(number - AROUND, number + AROUND + 1)
    named = sorted({1, pages, *near} & set(range(1, pages + 1)))
    shown: list[int | None] = []
    for page in named:
        if shown and page - (shown[-1] or 0) == 2:
            shown.append(page - 1)
        elif shown and page - (shown[-1] or 0) > 2:
            shown.append(None)
        shown.append(page)
    return shown
