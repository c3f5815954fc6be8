"""Carry out what must happen after commit: mails, refunds, webhooks, cards of products."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from shop import outbox
from shop.management.arguments import moment
from shop.models import Message
from shop.worker import Worker


class Command(BaseCommand):
    help = (
        "Carries out the messages of the outbox that are due. With --drain until none is left; with --watch as "
        "a worker that also does what happens by the clock, until it is stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument(
            "--drain", action="store_true", help="until nothing is due, claims of dead workers included"
        )
        how.add_argument(
            "--watch", action="store_true", help="every second, and the clock's jobs, until stopped"
        )
        how.add_argument("--dry-run", action="store_true", help="count what is due, change nothing")
        parser.add_argument("--now", type=moment, help="as if it were this time (ISO 8601)")
        parser.add_argument("--json", action="store_true", help="one object, for machines")

    def handle(self, *args: Any, now: datetime | None, **options: Any) -> None:
        done = 0
        if options["watch"]:
            done = self._watch()
        elif options["drain"]:
            done = drain(now)
        elif not options["dry_run"]:
            done = outbox.relay(limit=500, now=now)
        self._report(done, now, options["json"])

    def _watch(self) -> int:
        worker = Worker()
        worker.stop_on_signals()
        worker.run()
        return worker.done

    def _report(self, done: int, now: datetime | None, as_json: bool) -> None:
        waiting = Message.objects.filter(state=Message.State.WAITING).count()
        dead = Message.objects.filter(state=Message.State.DEAD).count()
        counts = {"done": done, "due": outbox.due(now).count(), "waiting": waiting, "dead": dead}
        if as_json:
            self.stdout.write(json.dumps(counts))
        else:
            self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()))


def drain(now: datetime | None) -> int:
    """Until nothing is due. What a killed worker has claimed is waited for: it is free within a minute."""
    done = outbox.drain(now=now)
    ends_at = time.monotonic() + outbox.CLAIM_SECONDS + 5
    while outbox.claimed().exists() and time.monotonic() < ends_at:
        time.sleep(0.5)
        done += outbox.drain(now=now)
    return done
