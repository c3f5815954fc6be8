"""The switches under /_sandbox/: for tests, and for the forms of the sandbox's own page."""

from __future__ import annotations

from . import capturing, disputes, faults, refunds
from .errors import BadParameter, NotAuthenticated
from .wire import Answer, Request, json_answer, redirect


def handle(sandbox, request: Request) -> Answer | None:
    """Answer a switch, or None where the path is none."""
    parts = request.path.strip("/").split("/")
    if parts[0] != "_sandbox" or len(parts) < 2:
        return None
    action = SWITCHES.get((request.method, parts[1]))
    if action is None:
        return None
    _refuse_other_sites(sandbox, request)
    try:
        result = action(sandbox, request.json() if request.method == "POST" else {}, parts[2:])
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise BadParameter(f"This switch does not understand what was sent: {error!r}.") from error
    if request.method == "POST" and request.is_form:
        return redirect("/_sandbox/")
    return json_answer(result or {})


def list_events(sandbox, given, path) -> dict:
    return {"events": sandbox.store.all("event", limit=10_000)[::-1]}


def list_deliveries(sandbox, given, path) -> dict:
    return {"deliveries": [dict(row) for row in sandbox.store.rows("SELECT * FROM deliveries ORDER BY id")]}


def list_faults(sandbox, given, path) -> dict:
    return {"faults": faults.listed(sandbox)}


def set_webhooks(sandbox, given, path) -> dict:
    """{"mode": "hold"}, {"mode": "repeat", "times": 5}, {"url": …}, {"secrets": […]}.
    webhooks/release sends what is held, in the given order, and goes back to normal; webhooks/drain waits
    until nothing is queued."""
    webhooks = sandbox.webhooks
    if path[:1] == ["release"]:
        results = webhooks.release(given.get("order", "created"))
        webhooks.set_mode(given.get("mode", "normal"))
        return {"results": results}
    if path[:1] == ["drain"]:
        return {"drained": webhooks.drain(float(given.get("seconds", 5)))}
    if "mode" in given:
        webhooks.set_mode(given["mode"], int(given.get("times", 2)))
    if "url" in given:
        webhooks.url = given["url"] or None
    if "secrets" in given:
        webhooks.secrets = list(given["secrets"])
    return {"mode": webhooks.mode, "times": webhooks.times, "url": webhooks.url}


def deliver(sandbox, given, path) -> dict:
    """{"events": […]} or {"types": […], "payment_intent": …}, with times, order, parallel and at."""
    ids = _listed(given.get("events"))
    types, intent = _listed(given.get("types")), given.get("payment_intent")
    if not ids:
        found = sandbox.store.all("event", limit=10_000, **({"intent": intent} if intent else {}))[::-1]
        ids = [event["id"] for event in found if not types or event["type"] in types]
        if types and given.get("order", "given") == "given":
            kinds = {event["id"]: event["type"] for event in found}
            ids.sort(key=lambda id: types.index(kinds[id]))
    results = sandbox.webhooks.deliver(
        ids,
        times=int(given.get("times", 1)),
        order=given.get("order", "given"),
        parallel=given.get("parallel") in (True, "true"),
        at=given.get("at"),
    )
    return {"results": results}


def add_fault(sandbox, given, path) -> dict:
    """{"kind": "500", "slow", "lost" or "refuse", with method, path, times, seconds, before, executes, chance}"""
    options = {name: given[name] in (True, "true") for name in ("before", "executes") if name in given}
    options.update({name: float(given[name]) for name in ("seconds", "chance") if given.get(name)})
    faults.add(
        sandbox,
        given.get("kind", ""),
        method=given.get("method") or "*",
        path=given.get("path") or "/v1/*",
        times=int(given.get("times") or 1),
        **options,
    )
    return list_faults(sandbox, given, path)


def clear_faults(sandbox, given, path) -> dict:
    faults.clear(sandbox)
    return {"faults": []}


def set_multicapture(sandbox, given, path) -> dict:
    """{"available": false}: charges from now on can be captured once only."""
    available = given.get("available") in (True, "true")
    sandbox.store.set_setting("no_multicapture", not available)
    return {"available": available}


def set_clock(sandbox, given, path) -> dict:
    """{"offset": seconds}"""
    return {"offset": int(given["offset"]), "lapsed": sandbox.set_clock(int(given["offset"]))}


def lapse(sandbox, given, path) -> dict:
    """/_sandbox/lapse/pi_…: the hold runs out now."""
    with sandbox.store.transaction():
        return capturing.lapse(sandbox, path[0])


def dispute(sandbox, given, path) -> dict:
    """/_sandbox/dispute/ch_… opens one; /_sandbox/dispute/dp_…/won or …/lost decides it."""
    with sandbox.store.transaction():
        if path[1:]:
            return disputes.decide(sandbox, path[0], "won" if path[1] == "won" else "lost")
        return disputes.open_on(sandbox, path[0], given.get("reason", "fraudulent"))


def settle(sandbox, given, path) -> dict:
    """/_sandbox/settle/re_…, or all refunds: what a bank does later happens now."""
    with sandbox.store.transaction():
        return {"refunds": [refunds.settle(sandbox, path[0])["id"]] if path else refunds.settle_due(sandbox)}


def reset(sandbox, given, path) -> dict:
    sandbox.reset()
    return {}


def _listed(value) -> list:
    if isinstance(value, dict):
        return list(value.values())
    return [value] if isinstance(value, str) and value else list(value or [])


def _refuse_other_sites(sandbox, request: Request) -> None:
    origin = request.headers.get("origin")
    if request.method != "GET" and origin not in (None, f"http://{request.headers.get('host')}"):
        raise NotAuthenticated("The switches answer to this origin only.")


SWITCHES = {
    ("GET", "events"): list_events,
    ("GET", "deliveries"): list_deliveries,
    ("GET", "faults"): list_faults,
    ("POST", "webhooks"): set_webhooks,
    ("POST", "deliver"): deliver,
    ("POST", "faults"): add_fault,
    ("DELETE", "faults"): clear_faults,
    ("POST", "clear-faults"): clear_faults,
    ("POST", "multicapture"): set_multicapture,
    ("POST", "clock"): set_clock,
    ("POST", "lapse"): lapse,
    ("POST", "dispute"): dispute,
    ("POST", "settle"): settle,
    ("POST", "reset"): reset,
}
