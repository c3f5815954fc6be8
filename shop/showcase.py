"""What a page of text may show of the shop, by name: "collection:new-in", "category:lighting", "picture:12".

Whoever keeps such things says what they are; whoever writes pages asks for all of a page's at once.

    @shows("collection")
    def collections(codes: list[str]) -> dict[str, dict]: ...

    found = look_up(["collection:new-in", "picture:12"], version)
    found.get("collection:new-in")      # {"name", "url"}; None for what does not exist
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

Find = Callable[[list[str]], dict[str, Any]]
_NOT_ASKED, _NOT_THERE = object(), object()


@dataclass(frozen=True)
class Keeper:
    """Finds things of a kind; what is `lasting` changes only with the version of all public pages."""

    find: Find
    lasting: bool


_keepers: dict[str, Keeper] = {}
_known: dict[tuple[int, str | None, str], Any] = {}  # lasting things of one version, as the shell keeps menus


def shows(kind: str, *, lasting: bool = True) -> Callable[[Find], Find]:
    """Register who finds things of a kind; called once a page with the names after the colon."""

    def register(find: Find) -> Find:
        _keepers[kind] = Keeper(find, lasting)
        return find

    return register


def look_up(names: Iterable[str], version: int) -> dict[str, Any]:
    """{name: the thing} of those that exist, in the active language; one call a kind for what is not known."""
    _forget_all_but(version)
    language, found = get_language(), {}
    wanted: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        kind, _colon, rest = name.partition(":")
        known = _known.get((version, language, name), _NOT_ASKED)
        if known is not _NOT_ASKED:
            found[name] = known
        elif kind in _keepers and rest:
            wanted.setdefault(kind, []).append(rest)
    for kind, rests in wanted.items():
        things = _keepers[kind].find(rests)
        asked = {f"{kind}:{rest}": things.get(rest, _NOT_THERE) for rest in rests}
        found |= asked
        if _keepers[kind].lasting:
            _known.update({(version, language, name): thing for name, thing in asked.items()})
    return {name: thing for name, thing in found.items() if thing is not _NOT_THERE}


def forget() -> None:
    """Keep nothing. For tests, whose rolled-back transactions take the versions back too."""
    _known.clear()


def _forget_all_but(version: int) -> None:
    """A new version has come: nobody asks for the things of an old one again."""
    for key in [key for key in list(_known) if key[0] != version]:
        _known.pop(key, None)
