"""Say in words what is wrong with this installation, before a shopper does."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from shop.checkup import FAILURE, WARNING, Finding, examine

MARKS = {"ok": "ok  ", WARNING: "look", FAILURE: "FAIL"}


class Command(BaseCommand):
    help = "Checks settings, database, cache, files, mail, payments, outbox and clock. Exits 1 on a failure."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one object, for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = examine()
        failures = [finding for finding in findings if finding.level == FAILURE]
        self._print_json(findings) if options["json"] else self._print(findings, len(failures))
        if failures:
            sys.exit(1)

    def _print_json(self, findings: list[Finding]) -> None:
        is_well = all(finding.level != FAILURE for finding in findings)
        self.stdout.write(json.dumps({"ok": is_well, "findings": [asdict(finding) for finding in findings]}))

    def _print(self, findings: list[Finding], failures: int) -> None:
        for finding in findings:
            self.stdout.write(f"{MARKS[finding.level]}  {finding.check:13} {finding.words}")
        warnings = sum(finding.level == WARNING for finding in findings)
        self.stdout.write(f"{len(findings)} findings: {failures} failures, {warnings} to look at")
