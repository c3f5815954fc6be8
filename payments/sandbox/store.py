"""What the sandbox remembers: Stripe's objects as JSON documents in one SQLite file."""

from __future__ import annotations

import json
import secrets
import sqlite3
import string
import threading
from collections.abc import Iterator
from contextlib import contextmanager

TABLES = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    created INTEGER NOT NULL, intent TEXT, charge TEXT, label TEXT,
    body TEXT NOT NULL, private TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_label ON objects (label, kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_intent ON objects (intent, kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_charge ON objects (charge, kind, seq);
CREATE TABLE IF NOT EXISTS keys (
    key TEXT PRIMARY KEY, endpoint TEXT NOT NULL, params TEXT NOT NULL, created INTEGER NOT NULL,
    running INTEGER NOT NULL, request TEXT NOT NULL, status INTEGER, body BLOB);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, state TEXT NOT NULL, due REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, status INTEGER, error TEXT, at REAL);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due);
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    remaining INTEGER NOT NULL, options TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
LETTERS = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    return f"{prefix}_" + "".join(secrets.choice(LETTERS) for _ in range(length))


class Store:
    """One writer at a time; whatever happens inside `transaction()` is kept whole or not at all."""

    def __init__(self, path: str):
        self._lock = threading.RLock()
        self._depth = 0
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.executescript(TABLES)

    def close(self) -> None:
        with self._lock:
            self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._lock:
            if self._depth:
                yield
                return
            self.db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            else:
                self.db.execute("COMMIT")
            finally:
                self._depth -= 1

    def rows(self, sql: str, *values) -> list[sqlite3.Row]:
        with self._lock:
            return self.db.execute(sql, values).fetchall()

    def run(self, sql: str, *values) -> sqlite3.Cursor:
        with self._lock:
            return self.db.execute(sql, values)

    def get(self, id: str) -> dict | None:
        rows = self.rows("SELECT body FROM objects WHERE id = ?", id)
        return json.loads(rows[0]["body"]) if rows else None

    def private(self, id: str) -> dict:
        """What the sandbox knows about an object and Stripe would not show."""
        rows = self.rows("SELECT private FROM objects WHERE id = ?", id)
        return json.loads(rows[0]["private"]) if rows else {}

    def put(self, thing: dict, *, intent: str | None = None, **private) -> dict:
        """Write an object, new or changed; named `private` values are added to those it has."""
        body = json.dumps(thing, ensure_ascii=False)
        known = {**self.private(thing["id"]), **private}
        self.run(
            "INSERT INTO objects (id, kind, created, intent, charge, label, body, private)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body, private = excluded.private,"
            " label = excluded.label",
            thing["id"],
            thing["object"],
            thing["created"],
            intent or thing.get("payment_intent"),
            thing.get("charge"),
            _label(thing),
            body,
            json.dumps(known),
        )
        return thing

    def all(self, kind: str, *, limit: int = 1000, **where: str) -> list[dict]:
        """Objects of a kind, newest first; `where` may name intent, charge or label."""
        narrowed = "".join(f" AND {column} = ?" for column in where)
        sql = f"SELECT body FROM objects WHERE kind = ?{narrowed} ORDER BY seq DESC LIMIT ?"  # noqa: S608
        rows = self.rows(sql, kind, *where.values(), limit)
        return [json.loads(row["body"]) for row in rows]

    def setting(self, name: str, default=None):
        rows = self.rows("SELECT value FROM settings WHERE name = ?", name)
        return json.loads(rows[0]["value"]) if rows else default

    def set_setting(self, name: str, value) -> None:
        self.run(
            "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name,
            json.dumps(value),
        )

    def forget_everything(self) -> None:
        with self.transaction():
            for table in ("objects", "keys", "deliveries", "faults", "settings"):
                self.run(f"DELETE FROM {table}")  # noqa: S608 (the five names above)


def _label(thing: dict) -> str | None:
    """What things of a kind are sought by: an event's type, a balance transaction's source, a status."""
    named = {"event": "type", "balance_transaction": "source"}
    return thing.get(named.get(thing["object"], "status"))
