from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.exchange import defaults
from catalog.exchange.importing import Outcome, Result, Wishes, import_products
from catalog.exchange.pictures import Pictures
from shop.errors import Refused


class Command(BaseCommand):
    help = (
        "Imports products from a CSV file of Shopify, of WooCommerce or of this shop; the header says which. "
        "The same file twice changes nothing. Exits 1 when any line was wrong; the other products are imported."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be done, and change nothing"
        )
        parser.add_argument("--strict", action="store_true", help="import nothing when any line is wrong")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--language", default="", help="that the file's texts are in")
        parser.add_argument("--price-list", default="", help="code of the list that its prices belong to")
        parser.add_argument("--tax-class", default="", help="code of the tax class of new products")
        parser.add_argument("--location", default="", help="code of the place that its stock is at")
        parser.add_argument(
            "--keep-stock", action="store_true", help="leave stock that is counted here already"
        )
        parser.add_argument("--images", type=Path, help="a folder or ZIP file with the pictures, by name")
        parser.add_argument("--fetch-images", action="store_true", help="fetch pictures from their addresses")
        parser.add_argument("--encoding", default="", help="of the file, where it is not recognised")

    def handle(self, *, file: Path, json: bool, **options: Any) -> None:
        try:
            wishes = _wishes(options)
        except Refused as error:
            raise CommandError(str(error)) from error
        if not file.is_file():
            raise CommandError(_("There is no file %(name)s.") % {"name": file})
        result = import_products(file, wishes, (lambda outcome: None) if json else self._tell)
        self.stdout.write(_as_json(result) if json else _in_words(result))
        if result.errors:
            sys.exit(1)

    def _tell(self, outcome: Outcome) -> None:
        details = f": {', '.join(outcome.details)}" if outcome.details else ""
        self.stdout.write(f"{outcome.line:>7}  {outcome.word:<9}  {outcome.name}{details}")


def _wishes(options: dict[str, Any]) -> Wishes:
    images = options["images"]
    if images and not images.exists():
        raise Refused(_("There is no file %(name)s.") % {"name": images})
    chosen = ("language", "price_list", "tax_class", "location", "keep_stock")
    return Wishes(
        defaults.asked(**{name: options[name] for name in chosen}, is_dry_run=options["dry_run"]),
        is_dry_run=options["dry_run"],
        is_strict=options["strict"],
        encoding=options["encoding"],
        pictures=Pictures(images, options["fetch_images"]),
    )


def _as_json(result: Result) -> str:
    return json.dumps(result.as_dict(), ensure_ascii=False)


def _in_words(result: Result) -> str:
    lines = [f"{note.line:>7}  {_('warning')}  {note.field}: {note.message}" for note in result.warnings]
    lines += [f"{note.line:>7}  {_('error')}  {note.field}: {note.message}" for note in result.errors]
    counts = {name: getattr(result, name) for name in ("created", "updated", "unchanged", "skipped")}
    lines.append(
        ngettext("%(count)s product", "%(count)s products", result.products) % {"count": result.products}
        + f" ({result.format or '?'}): "
        + ", ".join(f"{count} {name}" for name, count in counts.items())
        + ", "
        + ngettext("%(count)s error", "%(count)s errors", len(result.errors)) % {"count": len(result.errors)}
    )
    return "\n".join(lines)
