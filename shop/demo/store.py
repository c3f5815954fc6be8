"""What is in the demo store: each app brings its own part."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings

FOLDER = settings.BASE_DIR / "demo"
# Each brings its part of the store to what the file says, in this order; twice is the same as once.
LOADERS = [
    "pricing.demo",
    "inventory.demo",
    "catalog.demo",
    "content.demo",
    "shipping.demo",
    "accounts.demo",
]


def load(say: Callable[[str], object]) -> None:
    store = read()
    for loader in LOADERS:
        say(f"Loading {loader.partition('.')[0]} ...")
        import_module(loader).load(store)


def contents() -> dict[str, int]:
    """What the file holds."""
    store = read()
    variants = sum(len(product["variants"]) for product in store["products"])
    pictures = sum(len(product["images"]) for product in store["products"]) + len(store["scenes"])
    return {"products": len(store["products"]), "variants": variants, "pictures": pictures}


def read() -> dict[str, Any]:
    return json.loads((FOLDER / "catalogue.json").read_text(encoding="utf-8"))
