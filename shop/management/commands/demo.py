"""`manage.py demo`: the demo store on this machine. `shop.demo` knows how; here is only its door."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from shop import demo


class Command(BaseCommand):
    help = "Set up the demo store and run it: web, card sandbox and worker. PORT= moves it, Ctrl-C stops it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--load", action="store_true", help="only load the store into DATABASE_URL")
        parser.add_argument(
            "--reset", action="store_true", help="throw the demo's data away and start afresh"
        )

    def handle(self, *, load: bool, reset: bool, **options: Any) -> None:
        if load:
            demo.load(self.stdout.write)
        else:
            demo.run(self.stdout.write, reset=reset)
