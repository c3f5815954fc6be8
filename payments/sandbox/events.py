"""Events: what happened, as Stripe tells it, kept 30 days and sent to the webhook address."""

from __future__ import annotations

import copy

from .listing import page
from .params import Flag, Listed, Text, read
from .store import new_id

API_VERSION = "2026-08-26.dahlia"
KEPT_SECONDS = 30 * 24 * 3600
UNDELIVERED = "EXISTS (SELECT 1 FROM deliveries WHERE event = objects.id AND state != 'delivered')"


def record(sandbox, type: str, thing: dict, *, previous: dict | None = None) -> dict:
    """Write an event about `thing` as it is now, and line it up for delivery."""
    request_id, key = sandbox.cause()
    data = {"object": copy.deepcopy(thing)}
    if previous is not None:
        data["previous_attributes"] = previous
    event = {
        "id": new_id("evt", 24),
        "object": "event",
        "api_version": API_VERSION,
        "created": sandbox.now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": 1 if sandbox.webhooks.url else 0,
        "request": {"id": request_id, "idempotency_key": key},
        "type": type,
    }
    intent = thing["id"] if thing["object"] == "payment_intent" else thing.get("payment_intent")
    sandbox.store.put(event, intent=intent)
    sandbox.webhooks.line_up(event)
    return event


def retrieve(sandbox, call) -> dict:
    """GET /v1/events/…"""
    read(call.params, {})
    return sandbox.find("event", call.ids[0])


def list_all(sandbox, call) -> dict:
    """GET /v1/events: by `type` or `types`, of the last 30 days."""

    def narrowed(given: dict) -> list:
        conditions = [("created >= ?", [sandbox.now() - KEPT_SECONDS])]
        if types := given.get("types"):
            conditions.append((f"label IN ({', '.join('?' * len(types))})", types))
        if "delivery_success" in given:
            conditions.append((("NOT " if given["delivery_success"] else "") + UNDELIVERED, []))
        return conditions

    filters = {"type": Text(), "types": Listed(Text()), "delivery_success": Flag()}
    return page(sandbox, call, "event", filters, narrowed)
