"""Telling an error of ours from a database that is away, starting, or too busy just now."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError

# PostgreSQL's classes of errors: no connection, no room, stopped by an operator or a time limit, a deadlock.
PASSING = ("08", "53", "57", "40", "55P03")
BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")


def is_outage(error: BaseException | None) -> bool:
    """Whether the same request, sent again in a moment, may well succeed."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    cause = error.__cause__
    if hasattr(cause, "sqlite_errorname"):
        return cause.sqlite_errorname.startswith(BUSY)
    if not hasattr(cause, "sqlstate"):
        return False
    return cause.sqlstate is None or cause.sqlstate.startswith(PASSING)  # None: it never got through
