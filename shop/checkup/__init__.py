"""What `manage.py doctor` looks at: each check says in words what it found, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shop.checkup import files, services, values
from shop.checkup.finding import FAILURE, OK, WARNING, Finding

__all__ = ["FAILURE", "OK", "WARNING", "Finding", "examine"]


def examine() -> list[Finding]:
    """Run every check. One that breaks is a finding too, so that the others are still heard."""
    checks = [*values.CHECKS, *services.CHECKS, *files.CHECKS]
    return [finding for check in checks for finding in _run(check)]


def _run(check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    name = check.__name__
    try:
        return [Finding(name, finding.level, finding.words) for finding in check()]
    except Exception as error:
        return [Finding(name, FAILURE, f"The check itself failed: {type(error).__name__}: {error}")]
