"""Lists, newest first, a page at a time."""

from __future__ import annotations

import json

from .errors import BadParameter, NoSuchThing
from .params import Integer, Moments, Text, read

PAGING = {"limit": Integer(), "starting_after": Text(), "ending_before": Text(), "created": Moments()}
COLUMNS = {"payment_intent": "intent", "charge": "charge", "type": "label", "source": "label"}
BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "="}


def page(sandbox, call, kind: str, filters: dict | None = None, narrowed=lambda given: []) -> dict:
    """One page of `kind`. `filters` are the parameters beside paging; `narrowed` turns those that are no
    plain column into (condition, values)."""
    given = read(call.params, {**PAGING, **(filters or {})})
    limit = _limit(given)
    conditions = [("kind = ?", [kind]), *_by_column(given), *narrowed(given), *_cursor(sandbox, kind, given)]
    backwards = "ending_before" in given
    rows = sandbox.store.rows(
        "SELECT body FROM objects WHERE "  # noqa: S608 (conditions are ours, values are bound)
        + " AND ".join(condition for condition, _ in conditions)
        + f" ORDER BY seq {'ASC' if backwards else 'DESC'} LIMIT ?",
        *(value for _, values in conditions for value in values),
        limit + 1,
    )
    found = [json.loads(row["body"]) for row in rows[:limit]]
    return {
        "object": "list",
        "data": found[::-1] if backwards else found,
        "has_more": len(rows) > limit,
        "url": call.path,
    }


def _limit(given: dict) -> int:
    limit = given.get("limit", 10)
    if not 1 <= limit <= 100:
        bound = "greater than or equal to 1" if limit < 1 else "less than or equal to 100"
        raise BadParameter(f"This value must be {bound}.", code="parameter_invalid_integer", param="limit")
    return limit


def _by_column(given: dict) -> list:
    columns = [(f"{COLUMNS[name]} = ?", [value]) for name, value in given.items() if name in COLUMNS]
    return columns + [(f"created {BOUNDS[name]} ?", [at]) for name, at in given.get("created", {}).items()]


def _cursor(sandbox, kind: str, given: dict) -> list:
    for param, sign in (("ending_before", ">"), ("starting_after", "<")):
        if param in given:
            rows = sandbox.store.rows("SELECT seq FROM objects WHERE id = ? AND kind = ?", given[param], kind)
            if not rows:
                raise NoSuchThing(kind, given[param], param=param)
            return [(f"seq {sign} ?", [rows[0]["seq"]])]
    return []
