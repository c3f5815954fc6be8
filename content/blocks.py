"""The blocks of the home page as `catalog/home.html` takes them, with what they show looked up at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from content.models import HomeBlock
from shop.showcase import look_up
from shop.translation import Translated

Found = dict[str, Any]


def shown_blocks(rows: Iterable[HomeBlock], version: int) -> list[dict[str, Any]]:
    """In order. A block whose pictures, shelves or products are gone is left out, never shown empty."""
    rows = list(rows)
    found = look_up((name for row in rows for name in _names(row)), version)
    blocks = [(row, _SHOWN[row.kind](row, found)) for row in rows]
    return [_texts(row, found) | block for row, block in blocks if block is not None]


def _names(row: HomeBlock) -> list[str]:
    names = [row.link] if row.link else []
    if row.picture_id:
        names.append(f"picture:{row.picture_id}")
    if row.kind == HomeBlock.Kind.RAIL:
        names += [row.source, f"cards:{row.source}"]
    if row.kind == HomeBlock.Kind.CATEGORIES:
        names += [f"category:{path}" for path in row.items]
    return names


def _texts(row: HomeBlock, found: Found) -> dict[str, Any]:
    link = found.get(row.link) or {}
    return {
        "kind": row.kind,
        "title": str(row.title),
        "text": str(row.text),
        "cta": str(row.cta) if link else "",
        "url": link.get("url"),
    }


def _with_picture(row: HomeBlock, found: Found) -> dict[str, Any] | None:
    picture = found.get(f"picture:{row.picture_id}")
    return {"picture": picture} if picture else None


def _tiles(row: HomeBlock, found: Found) -> dict[str, Any] | None:
    tiles = [found[name] for path in row.items if (name := f"category:{path}") in found]
    return {"tiles": tiles} if tiles else None


def _rail(row: HomeBlock, found: Found) -> dict[str, Any] | None:
    cards = found.get(f"cards:{row.source}")
    return {"cards": cards, "url": (found.get(row.source) or {}).get("url")} if cards else None


def _promises(row: HomeBlock, found: Found) -> dict[str, Any] | None:
    items = [{"icon": item["icon"], "text": str(Translated(item["text"]))} for item in row.items]
    return {"items": items} if items else None


_SHOWN: dict[str, Callable[[HomeBlock, Found], dict[str, Any] | None]] = {
    HomeBlock.Kind.HERO: _with_picture,
    HomeBlock.Kind.BANNER: _with_picture,
    HomeBlock.Kind.CATEGORIES: _tiles,
    HomeBlock.Kind.RAIL: _rail,
    HomeBlock.Kind.PROOF: _promises,
}
