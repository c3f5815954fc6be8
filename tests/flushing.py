"""Emptying append-only tables between tests: the database refuses that, as it should, so its guards step aside."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.db.backends.sqlite3.base import DatabaseOperations  # not from its own module: a circle

_flush = DatabaseOperations.execute_sql_flush


@pytest.fixture(autouse=True, scope="session")
def append_only_tables_can_be_flushed() -> Any:
    """On SQLite only: PostgreSQL empties tables with TRUNCATE, which fires no row triggers."""
    DatabaseOperations.execute_sql_flush = _flush_without_guards
    yield
    DatabaseOperations.execute_sql_flush = _flush


def _flush_without_guards(operations: DatabaseOperations, sql_list: list[str]) -> None:
    connection = operations.connection
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%append-only%'")
        guards = cursor.fetchall()
        for name, _sql in guards:
            cursor.execute(f"DROP TRIGGER {name}")
        _flush(operations, sql_list)
        for _name, sql in guards:
            cursor.execute(sql)
