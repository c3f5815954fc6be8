"""Reads that every page makes, in SQL: there, building a query costs Python more than the database's answer.

For the handful of statements that a public page cannot do without; everything else is a QuerySet. Values
arrive as the driver gives them: JSON as text, on SQLite also times.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection


def rows(statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of one SELECT."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def marks(values: Collection[Any]) -> str:
    """Placeholders for `IN (...)`: as many as there are values."""
    return ", ".join(["%s"] * len(values))


def moment(value: datetime) -> Any:
    """A time as the database compares it."""
    return connection.ops.adapt_datetimefield_value(value)
