"""Pages of text and the home page of the demo store."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings

from content.actions import save_page, set_home
from content.models import HomeBlock


def load(store: dict[str, Any]) -> None:
    for page in store["pages"]:
        save_page(page["slug"], title=_texts(page, "title"), body=_texts(page, "body"))
    blocks = [_block(block) for block in store["home"] if block["type"] in HomeBlock.Kind.values]
    set_home(blocks)


def _block(block: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": block["type"],
        "title": _texts(block, "title"),
        "text": _texts(block, "text"),
        "cta": _texts(block, "cta"),
        "link": block.get("link", ""),
        "source": block.get("source", ""),
        "picture": _picture(block["image"]) if "image" in block else None,
        "items": [_item(item) for item in block.get("items", [])],
    }


def _item(item: Any) -> Any:
    """A promise; of tiles, the path of a category."""
    return item if isinstance(item, str) else {"icon": item["icon"], "text": _texts_of(item)}


def _picture(name: str) -> Any:
    """The scene that the catalogue has taken in, known by its content."""
    digest = hashlib.sha256((settings.BASE_DIR / "demo" / name).read_bytes()).hexdigest()
    pictures = HomeBlock._meta.get_field("picture").related_model.objects
    return pictures.filter(sha256=digest, product=None).first()


def _texts(row: dict[str, Any], field: str) -> dict[str, str]:
    return {code: row[f"{field}_{code}"] for code, _name in settings.LANGUAGES if row.get(f"{field}_{code}")}


def _texts_of(row: dict[str, Any]) -> dict[str, str]:
    return {code: row[code] for code, _name in settings.LANGUAGES if code in row}
