"""What several commands take."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware


def moment(text: str) -> datetime:
    """An argument such as --now: a time in ISO 8601, in the shop's time zone unless it names another."""
    try:
        value = parse_datetime(text)
    except ValueError:
        value = None
    if value is None:
        raise ArgumentTypeError(f"{text!r} is not a time such as 2026-11-24T12:00:00Z")
    return make_aware(value) if is_naive(value) else value
