"""Compare the payment ledger with the provider and write down what was missed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from payments.actions.reconcile import LOOK_BACK, reconcile


class Command(BaseCommand):
    help = "Feed missed events to the inbox, sync open payments, report payments without an order."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hours", type=int, help="how far to look back; 72 unless given")
        parser.add_argument("--now", help="as if it were this time (ISO 8601)")
        parser.add_argument("--dry-run", action="store_true", help="count, change nothing")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, hours: int | None, now: str | None, dry_run: bool, **options: Any) -> None:
        moment = parse_datetime(now) if now else timezone.now()
        if moment is None:
            raise CommandError(f"--now {now} is not a time such as 2026-11-24T12:00:00Z")
        back = timedelta(hours=hours) if hours else LOOK_BACK
        report = reconcile(since=moment - back, now=moment, dry_run=dry_run)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict()))
        else:
            self.stdout.write(
                f"{report.events_missed} events missed, {report.attempts_synced} payments looked at, "
                f"{report.orders_confirmed} orders confirmed, {len(report.orphans)} payments without an order"
            )
        if report.unreachable:
            raise CommandError("The payment provider does not answer.")
        if report.orphans:
            raise CommandError("Payments without an order: " + ", ".join(report.orphans))
