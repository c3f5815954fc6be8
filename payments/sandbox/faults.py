"""Faults on demand: what a network and a far-away server can do to the next requests."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from fnmatch import fnmatchcase

from .errors import BadParameter

COLUMNS = ("id", "kind", "method", "path", "remaining")
KINDS = ("500", "slow", "lost", "refuse")


@dataclass(frozen=True)
class Fault:
    """`500` answers an error (and works all the same if it `executes`); `slow` answers `seconds` late, or
    begins late (`before`); `lost` works and hangs up; `refuse` hangs up at once. Each hits with
    its `chance`, and is used up by those it hits."""

    kind: str = ""
    seconds: float = 0
    before: bool = False
    executes: bool = False
    chance: float = 1


NONE = Fault()


def add(sandbox, kind: str, *, method: str = "*", path: str = "/v1/*", times: int = 1, **options) -> None:
    """Break the next `times` requests to `path` (a pattern such as `/v1/payment_intents/*/confirm`)."""
    if kind not in KINDS:
        raise BadParameter(f"A fault is one of {', '.join(KINDS)}.", param="kind")
    Fault(kind, **options)
    sandbox.store.run(
        "INSERT INTO faults (kind, method, path, remaining, options) VALUES (?, ?, ?, ?, ?)",
        kind,
        method,
        path,
        times,
        json.dumps(options),
    )
    sandbox.faulty = True


def listed(sandbox) -> list[dict]:
    rows = sandbox.store.rows("SELECT * FROM faults WHERE remaining > 0 ORDER BY id")
    return [{**json.loads(row["options"]), **{name: row[name] for name in COLUMNS}} for row in rows]


def clear(sandbox) -> None:
    sandbox.store.run("DELETE FROM faults")
    sandbox.faulty = False


def take(sandbox, method: str, path: str) -> Fault:
    """The fault waiting for this request, used up by one."""
    if not sandbox.faulty:
        return NONE
    with sandbox.store.transaction():
        for row in sandbox.store.rows("SELECT * FROM faults WHERE remaining > 0 ORDER BY id"):
            fault = Fault(row["kind"], **json.loads(row["options"]))
            fits = row["method"] in ("*", method) and fnmatchcase(path, row["path"])
            if fits and random.random() < fault.chance:  # noqa: S311
                sandbox.store.run("UPDATE faults SET remaining = remaining - 1 WHERE id = ?", row["id"])
                return fault
    return NONE
