"""Write down what the shop states about itself, for those who check it from outside."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shop.facts import all_facts, kinds


class Command(BaseCommand):
    help = (
        "Writes stock, movements, orders, payments, refunds, ledger, webhooks, outbox and audit trail to standard "
        "output, all as of one moment: a JSON object a line, named by its `kind`. Changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", action="append", help="only facts of this kind; may be repeated")
        parser.add_argument("--json", action="store_true", help="as always here: JSON lines")

    def handle(self, *args: Any, kind: list[str] | None, **options: Any) -> None:
        known = kinds()
        if unknown := set(kind or ()) - set(known):
            raise CommandError(f"Unknown kind: {', '.join(sorted(unknown))}. There are {', '.join(known)}.")
        for fact in all_facts(kind or known):
            self.stdout.write(json.dumps(fact, ensure_ascii=False, default=str))
