"""The last block of a run: which engines and which browser were used, and what was left out."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.browser import CHROMIUM


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any) -> Any:
    """Printed after everything but pytest's own last line. Earlier runs of `make test` are in a file."""
    result = yield
    if hasattr(terminalreporter.config, "workerinput"):  # one of several workers; the whole run has its own
        return result
    account = [*_earlier(), _this_run(terminalreporter.stats)]
    _keep(account[-1])
    terminalreporter.section("What was tested")
    for run in account:
        terminalreporter.line(f"{run['engine']}: {run['counts']}")
    terminalreporter.line(f"Browser: {_browser()}")
    for words in _left_out(terminalreporter.stats):
        terminalreporter.line(f"Left out: {words}")
    return result


def _this_run(stats: dict[str, list[Any]]) -> dict[str, str]:
    kinds = [kind for kind in ("passed", "failed", "error", "skipped", "xfailed") if stats.get(kind)]
    counts = ", ".join(f"{len(stats[kind])} {kind}" for kind in kinds)
    return {"engine": _engine(), "counts": counts or "no tests"}


def _engine() -> str:
    if connection.vendor == "sqlite":
        return "SQLite, without services"
    return "PostgreSQL + Redis" if settings.REDIS_URL else "PostgreSQL, without Redis"


def _browser() -> str:
    if not CHROMIUM:
        return "none"
    return subprocess.run([CHROMIUM, "--version"], capture_output=True, text=True).stdout.strip() or CHROMIUM


def _left_out(stats: dict[str, list[Any]]) -> list[str]:
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in stats.get("skipped", []))
    skipped = [f"{count} tests: {reason}" for reason, count in reasons.items()]
    engines = [words for words in os.environ.get("TEST_LEFT_OUT", "").split("\n") if words]
    return engines + skipped or ["nothing"]


def _earlier() -> list[dict[str, str]]:
    path = _account()
    return [json.loads(line) for line in path.read_text().splitlines()] if path and path.exists() else []


def _keep(run: dict[str, str]) -> None:
    if path := _account():
        with path.open("a") as file:
            file.write(json.dumps(run) + "\n")


def _account() -> Path | None:
    return Path(os.environ["TEST_ACCOUNT"]) if "TEST_ACCOUNT" in os.environ else None
