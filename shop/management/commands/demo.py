"""`manage.py demo`: the demo store on this machine. `shop.demo` knows how; here is only its door."""

from __future__ import annotations

from json import dumps as to_json
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
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object: where the shop is")

    def handle(self, *, load: bool, reset: bool, dry_run: bool, json: bool, **options: Any) -> None:
        say = (lambda text: None) if json else self.stdout.write
        if dry_run:
            self._tell({"would_do": demo.would_do(reset=reset, load_only=load)}, as_json=json)
        elif load:
            demo.load(say)
            self._tell(demo.contents(), as_json=json)
        else:
            demo.run(say, reset=reset, tell_facts=self._tell_as_json if json else None)

    def _tell_as_json(self, facts: dict[str, Any]) -> None:
        self._tell(facts, as_json=True)
        self.stdout.flush()

    def _tell(self, facts: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(to_json(facts))
            return
        for name, value in facts.items():
            text = ", ".join(value) or "nothing" if isinstance(value, list) else value
            self.stdout.write(f"{name.replace('_', ' ')}: {text}")
