"""Cancel orders that were not paid in time."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from orders.actions import expire_orders


class Command(BaseCommand):
    help = "Cancel unpaid orders past their time: the payment first, then the stock."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", help="as if it were this time (ISO 8601)")
        parser.add_argument("--dry-run", action="store_true", help="name them, change nothing")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, now: str | None, dry_run: bool, **options: Any) -> None:
        moment = parse_datetime(now) if now else None
        if now and moment is None:
            raise CommandError(f"--now {now} is not a time such as 2026-11-24T12:00:00Z")
        expired = expire_orders(now=moment, dry_run=dry_run)
        if options["json"]:
            self.stdout.write(json.dumps({"expired": expired, "dry_run": dry_run}))
        else:
            self.stdout.write(f"{len(expired)} orders expired")
