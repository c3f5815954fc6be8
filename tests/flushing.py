"""Emptying tables between tests: quick, and past the guards of the append-only ones, which refuse it as they should."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.db.backends.postgresql.base import DatabaseOperations as Postgres
from django.db.backends.sqlite3.base import DatabaseOperations as SQLite

_run_on_sqlite = SQLite.execute_sql_flush
_truncate = Postgres.sql_flush


@pytest.fixture(autouse=True, scope="session")
def tables_can_be_emptied() -> Iterator[None]:
    SQLite.execute_sql_flush = _without_guards
    Postgres.sql_flush = _delete
    yield
    SQLite.execute_sql_flush, Postgres.sql_flush = _run_on_sqlite, _truncate


def _without_guards(operations: SQLite, sql_list: list[str]) -> None:
    connection = operations.connection
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%append-only%'"
        )
        guards = cursor.fetchall()
        for name, _sql in guards:
            cursor.execute(f"DROP TRIGGER {name}")
        _run_on_sqlite(operations, sql_list)
        for _name, sql in guards:
            cursor.execute(sql)


def _delete(operations: Postgres, style: Any, tables: list[str], **options: Any) -> list[str]:
    """DELETE of the few rows a test made takes milliseconds; TRUNCATE of all tables takes seconds.

    The role switch, for which one must be superuser, lets triggers rest until the transaction ends.
    """
    if options.get("reset_sequences") or not tables or not _is_superuser(operations):
        return _truncate(operations, style, tables, **options)
    deletes = [f"DELETE FROM {operations.quote_name(table)}" for table in tables]
    return ["SET LOCAL session_replication_role = replica", *deletes]


def _is_superuser(operations: Postgres) -> bool:
    with operations.connection.cursor() as cursor:
        cursor.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
        return cursor.fetchone()[0]
