"""Idempotency keys: the first answer to a key is the only one, errors after work began included."""

from __future__ import annotations

import json

from .errors import BadParameter, IdempotencyError, KeyInUse
from .wire import Answer

KEPT_SECONDS = 24 * 3600
LONGEST = 255


def begin(sandbox, key: str, endpoint: str, params: dict, request_id: str) -> Answer | None:
    """The stored answer, or None and the key is ours. Raises KeyInUse or IdempotencyError."""
    if len(key) > LONGEST:
        raise BadParameter(f"Idempotency keys can be up to {LONGEST} characters long.")
    sent = json.dumps(params, sort_keys=True)
    with sandbox.store.transaction():
        rows = sandbox.store.rows("SELECT * FROM keys WHERE key = ?", key)
        if rows and rows[0]["created"] <= sandbox.now() - KEPT_SECONDS:
            forget(sandbox, key)
            rows = []
        if not rows:
            sandbox.store.run(
                "INSERT INTO keys (key, endpoint, params, created, running, request) VALUES (?, ?, ?, ?, "
                "1, ?)",
                key,
                endpoint,
                sent,
                sandbox.now(),
                request_id,
            )
            return None
    return _replay(key, rows[0], endpoint, sent)


def keep(sandbox, key: str, status: int, body: bytes, *, running: bool = False) -> None:
    """Store the answer. While `running`, it is on its way to whoever asked first and nobody else gets it."""
    sandbox.store.run(
        "UPDATE keys SET status = ?, body = ?, running = ? WHERE key = ?", status, body, int(running), key
    )


def finish(sandbox, key: str) -> None:
    sandbox.store.run("UPDATE keys SET running = 0 WHERE key = ?", key)


def forget(sandbox, key: str) -> None:
    sandbox.store.run("DELETE FROM keys WHERE key = ?", key)


def pick_up_after_a_crash(sandbox) -> None:
    """Requests that were running when the process died: those that had worked keep their answer."""
    sandbox.store.run("UPDATE keys SET running = 0 WHERE body IS NOT NULL")
    sandbox.store.run("DELETE FROM keys WHERE body IS NULL")


def _replay(key: str, row, endpoint: str, sent: str) -> Answer:
    if row["endpoint"] != endpoint:
        raise IdempotencyError(
            "Keys for idempotent requests can only be used for the same endpoint they were first used for "
            f"('{endpoint}' vs '{row['endpoint']}'). Try using a key other than '{key}' if you meant to "
            "execute a different request."
        )
    if row["params"] != sent:
        raise IdempotencyError(
            "Keys for idempotent requests can only be used with the same parameters they were first used "
            f"with. Try using a key other than '{key}' if you meant to execute a different request."
        )
    if row["running"]:
        raise KeyInUse(key)
    headers = {"Idempotent-Replayed": "true", "Original-Request": row["request"]}
    return Answer(row["body"], row["status"], headers=headers)
