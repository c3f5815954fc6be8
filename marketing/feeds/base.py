"""What a feed is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from marketing.feeds.items import Item


class Problem(NamedTuple):
    """Why a channel would refuse an item, or show it worse."""

    field: str
    text: str
    is_refused: bool  # such an item is left out: one refused item may cost the channel's trust in all


@dataclass(frozen=True)
class Feed:
    name: str  # in its address: "google.xml"
    title: str
    content_type: str
    write: Callable[[Iterable[Item]], Iterator[str]]
    check: Callable[[Item], list[Problem]]

    def sound(self, items: Iterable[Item]) -> Iterator[Item]:
        """Those that the channel would take."""
        return (item for item in items if not any(problem.is_refused for problem in self.check(item)))
