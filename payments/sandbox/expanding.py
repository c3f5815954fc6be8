"""`expand[]`: ids replaced by what they stand for."""

from __future__ import annotations

from .errors import BadParameter

REFERENCES = frozenset(
    {
        "latest_charge",
        "payment_method",
        "payment_intent",
        "charge",
        "balance_transaction",
        "failure_balance_transaction",
        "source",
    }
)
DEEPEST = 4


def expand(sandbox, thing: dict, paths: list[str]) -> dict:
    """`thing` with each path (`latest_charge.balance_transaction`, in lists `data.charge`) filled in."""
    for path in paths:
        parts = path.split(".")
        if len(parts) > DEEPEST:
            raise BadParameter(f"You cannot expand more than {DEEPEST} levels of a property.", param="expand")
        _walk(sandbox, thing, parts, path)
    return thing


def _walk(sandbox, thing: dict, parts: list[str], path: str) -> None:
    name, rest = parts[0], parts[1:]
    if name == "data" and thing.get("object") == "list":
        for item in thing["data"]:
            _walk(sandbox, item, rest, path)
        return
    if name == "refunds" and thing.get("object") == "charge":
        thing.setdefault("refunds", _refunds(sandbox, thing))
    elif name not in REFERENCES or name not in thing:
        raise BadParameter(f"This property cannot be expanded ({path}).", param="expand")
    elif isinstance(thing[name], str):
        thing[name] = sandbox.store.get(thing[name]) or thing[name]
    if rest and isinstance(thing[name], dict):
        _walk(sandbox, thing[name], rest, path)


def _refunds(sandbox, charge: dict) -> dict:
    found = sandbox.store.all("refund", charge=charge["id"])
    return {
        "object": "list",
        "data": found[:10],
        "has_more": len(found) > 10,
        "url": f"/v1/charges/{charge['id']}/refunds",
    }
