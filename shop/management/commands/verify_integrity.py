"""Does everything still add up? The shop checks itself and names the rows that are wrong."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from shop.integrity import Check, Result, checks, counted, examine


class Command(BaseCommand):
    help = (
        "Recomputes stock, orders, payments, parcels, mails and pages from what they are made of, and checks "
        "every chain of hashes. Exits 1 and names each row that is wrong. Changes nothing; a shop may go on selling."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one object, for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        self.verify(checks(), as_json=options["json"])

    def verify(self, wanted: list[Check], *, as_json: bool) -> None:
        with translation.override("en"):
            results = []
            for result in examine(wanted):
                results.append(result)
                if not as_json:
                    self._tell(result)
            rows = counted(wanted)
        problems = sum(result.count for result in results)
        self._tell_as_json(results, rows) if as_json else self.stdout.write(_checked(results, rows, problems))
        if problems:
            sys.exit(1)

    def _tell(self, result: Result) -> None:
        mark = "FAIL" if result.count else "ok  "
        self.stdout.write(f"{mark}  {result.check} ({result.seconds:.2f} s)")
        for problem in result.problems:
            self.stdout.write(f"      {problem}")
        if result.count > len(result.problems):
            self.stdout.write(f"      and {result.count - len(result.problems)} more")

    def _tell_as_json(self, results: list[Result], rows: dict[str, int]) -> None:
        is_well = not any(result.count for result in results)
        answer = {"ok": is_well, "checked": rows, "checks": [asdict(result) for result in results]}
        self.stdout.write(json.dumps(answer, ensure_ascii=False))


def _checked(results: list[Result], rows: dict[str, int], problems: int) -> str:
    """The last line: what was checked, and how it came out."""
    over = ", ".join(f"{count} {what}" for what, count in rows.items())
    return f"{len(results)} checks over {over}: " + (f"{problems} problems" if problems else "all is well")
