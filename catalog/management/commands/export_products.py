from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import ngettext

from catalog.exchange.exporting import Counts, export_products


class Command(BaseCommand):
    help = "Writes all products as a CSV file, which import_products takes back without a change."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="without it: standard output")
        parser.add_argument(
            "--dry-run", action="store_true", help="say how much it would be, and write nothing"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object about it")

    def handle(self, *, file: Path | None, dry_run: bool, json: bool, **options: Any) -> None:
        counts = _counted() if dry_run else _written(file)
        report = _as_json(counts) if json else _in_words(counts)
        (self.stdout if file or dry_run else self.stderr).write(report)


def _counted() -> Counts:
    return export_products(_Nowhere())


def _written(file: Path | None) -> Counts:
    if file is None:
        return export_products(sys.stdout)
    with file.open("w", encoding="utf-8", newline="") as target:
        return export_products(target)


class _Nowhere:
    def write(self, text: str) -> int:
        return len(text)


def _as_json(counts: Counts) -> str:
    return json.dumps({"products": counts.products, "variants": counts.variants})


def _in_words(counts: Counts) -> str:
    products = ngettext("%(count)s product", "%(count)s products", counts.products)
    variants = ngettext("%(count)s variant", "%(count)s variants", counts.variants)
    return f"{products % {'count': counts.products}}, {variants % {'count': counts.variants}}"
