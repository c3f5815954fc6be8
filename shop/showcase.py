"""What a page of text may show of the shop, by name: "collection:new-in", "category:lighting", "picture:12".

Whoever keeps such things says what they are; whoever writes pages asks for all of a page's at once.

    @shows("collection")
    def collections(codes: list[str]) -> dict[str, dict]: ...

    found = look_up(["collection:new-in", "picture:12"])
    found.get("collection:new-in")      # {"name", "url"}; None for what does not exist
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

_keepers: dict[str, Callable[[list[str]], dict[str, Any]]] = {}


def shows(
    kind: str,
) -> Callable[[Callable[[list[str]], dict[str, Any]]], Callable[[list[str]], dict[str, Any]]]:
    """Register who finds things of a kind; called once a page with the names after the colon."""

    def register(find: Callable[[list[str]], dict[str, Any]]) -> Callable[[list[str]], dict[str, Any]]:
        _keepers[kind] = find
        return find

    return register


def look_up(names: Iterable[str]) -> dict[str, Any]:
    """{name: the thing} of those that exist, in the active language. One call a kind."""
    wanted: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        kind, _colon, rest = name.partition(":")
        if kind in _keepers and rest:
            wanted.setdefault(kind, []).append(rest)
    found: dict[str, Any] = {}
    for kind, rests in wanted.items():
        found |= {f"{kind}:{rest}": thing for rest, thing in _keepers[kind](rests).items()}
    return found
