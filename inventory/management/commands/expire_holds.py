"""Free the stock that shoppers left behind at the checkout."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from inventory import actions
from inventory.models import Hold
from shop.management.arguments import moment


class Command(BaseCommand):
    help = "Frees holds that ran out. A worker does this every minute; this is for doing it now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", type=moment, help="as if it were this time (ISO 8601)")
        parser.add_argument("--dry-run", action="store_true", help="count them, change nothing")
        parser.add_argument("--json", action="store_true", help="one object, for machines")

    def handle(self, *args: Any, now: datetime | None, dry_run: bool, **options: Any) -> None:
        count = Hold.objects.expired(now).count() if dry_run else actions.expire_holds(now)
        if options["json"]:
            self.stdout.write(json.dumps({"expired": count, "dry_run": dry_run}))
        else:
            self.stdout.write(f"Holds {'that would be freed' if dry_run else 'freed'}: {count}")
