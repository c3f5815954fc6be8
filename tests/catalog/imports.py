"""Files to import: those of other shops in ../shared, and small ones written by the tests themselves."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from catalog.exchange import defaults
from catalog.exchange.importing import Outcome, Result, Wishes, import_products
from catalog.exchange.pictures import Pictures


def shared(name: str) -> Path:
    """A file of ../shared/data, or of the folder LOTOK_SHARED; where it is absent the test is skipped."""
    folder = Path(os.environ.get("LOTOK_SHARED") or settings.BASE_DIR.parent / "shared")
    path = folder / "data" / name
    if not path.exists():
        pytest.skip(f"{name} is not at {path} (set LOTOK_SHARED)")
    return path


def write(
    path: Path, header: Sequence[str], *rows: Sequence[Any], encoding: str = "utf-8", **options: Any
) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, **options)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def run(
    path: Path,
    tell: Callable[[Outcome], None] = lambda outcome: None,
    *,
    images: Pictures | None = None,
    **wishes: Any,
) -> Result:
    """Import a file. `wishes` are those of `Wishes` and of `defaults.asked`."""
    own = {name: wishes.pop(name) for name in ("is_dry_run", "is_strict", "encoding") if name in wishes}
    asked = defaults.asked(**wishes, is_dry_run=own.get("is_dry_run", False))
    return import_products(path, Wishes(asked, pictures=images or Pictures(), **own), tell)


def counts(result: Result) -> dict[str, int]:
    """{"created": 20}: what is not zero of what became of products."""
    names = ("created", "updated", "unchanged", "skipped")
    return {name: getattr(result, name) for name in names if getattr(result, name)}
