from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalog import index
from catalog.models import Product


class Command(BaseCommand):
    help = "Make cards, product pages, listings, counts and search rows anew, in short transactions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--stale", action="store_true", help="only what is missing or of an older release"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say how many products, and change nothing"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, stale: bool, dry_run: bool, json: bool, **options: Any) -> None:
        ids = index.stale_products() if stale else list(Product.objects.values_list("pk", flat=True))
        if not dry_run and (ids or not stale):
            index.reindex(ids)
        self.stdout.write(self._report(len(ids), dry_run, as_json=json))

    def _report(self, count: int, dry_run: bool, *, as_json: bool) -> str:
        if as_json:
            return json.dumps({"products": count, "dry_run": dry_run})
        return f"{count} products {'would be' if dry_run else 'were'} made anew"
