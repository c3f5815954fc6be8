"""What a check of the installation can say."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

OK, WARNING, FAILURE = "ok", "warning", "failure"


@dataclass(frozen=True)
class Finding:
    check: str
    level: str
    words: str


def ok(words: str) -> Finding:
    return Finding("", OK, words)


def warning(words: str) -> Finding:
    return Finding("", WARNING, words)


def failure(words: str) -> Finding:
    return Finding("", FAILURE, words)


def risk(words: str) -> Finding:
    """Fine on one's own machine, wrong on a shop that others reach."""
    return warning(words) if settings.DEMO or settings.DEBUG else failure(words)
