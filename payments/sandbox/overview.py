"""The sandbox's own page: what it holds, and the switches."""

from __future__ import annotations

import time
from html import escape

from . import faults
from .cards import CARDS
from .currencies import named
from .markup import anchor, button, form, number, pair, section, select, table, text
from .webhooks import MODES

SHOWN = 30
KINDS = {
    "good": ("succeeded", "delivered", "requires_capture", "won"),
    "bad": ("failed", "canceled", "dropped", "lost"),
    "open": (
        "requires_payment_method",
        "requires_action",
        "requires_confirmation",
        "pending",
        "needs_response",
        "held",
        "queued",
        "sending",
    ),
}


def html(sandbox) -> str:
    """The body of the page."""
    sections = (
        ("Test cards", cards()),
        ("Payment intents", intents(sandbox)),
        ("Charges", charges(sandbox)),
        ("Refunds", refunds(sandbox)),
        ("Disputes", disputes(sandbox)),
        ("Events and deliveries", events(sandbox)),
        ("Switches", switches(sandbox)),
    )
    links = "".join(f'<li><a href="#{anchor(title)}">{title}</a></li>' for title, _ in sections)
    return (
        '<main class="overview"><header class="overview__head"><h1>Stripe sandbox</h1>'
        "<p>A stand-in for Stripe on this machine. No card is charged and no money moves.</p>"
        f'<p class="muted">Webhooks: {escape(sandbox.webhooks.url or "no address")} · '
        f'its clock: <span class="num">{moment(sandbox.now())}</span></p>'
        f'<nav aria-label="On this page"><ul>{links}</ul></nav></header>'
        + "".join(section(title, content) for title, content in sections)
        + "</main>"
    )


def cards() -> str:
    listed = "".join(
        f'<li><span class="num">{spaced(card.number)}</span> <span class="muted">{escape(card.meaning)}</span></li>'
        for card in CARDS
    )
    return f'<p class="muted">Any future date and any three digits go with them.</p><ul class="cards">{listed}</ul>'


def intents(sandbox) -> str:
    rows = []
    for intent in sandbox.store.all("payment_intent", limit=SHOWN):
        error = intent["last_payment_error"] or {}
        lapse = (
            button(f"lapse/{intent['id']}", "Let the hold lapse")
            if intent["status"] == "requires_capture"
            else ""
        )
        about = ", ".join(f"{key}: {value}" for key, value in intent["metadata"].items())
        rows.append(
            (
                code(intent["id"]),
                moment(intent["created"]),
                money(intent["amount"], intent),
                money(intent["amount_capturable"], intent),
                money(intent["amount_received"], intent),
                state(intent["status"])
                + (f' <span class="muted">{escape(error["message"])}</span>' if error else ""),
                escape(about),
                lapse,
            )
        )
    headings = ("Intent", "Created", "#Amount", "#Held", "#Received", "~Status", "~Metadata", "")
    return table(headings, rows)


def charges(sandbox) -> str:
    rows = []
    for charge in sandbox.store.all("charge", limit=SHOWN):
        card = charge["payment_method_details"]["card"]
        until = card.get("capture_before")
        rows.append(
            (
                code(charge["id"]),
                code(charge["payment_intent"]),
                f"{escape(card['brand'])} {card['last4']}",
                money(charge["amount"], charge),
                money(charge["amount_captured"], charge),
                money(charge["amount_refunded"], charge),
                state(charge["status"]),
                moment(until) if until and not charge["captured"] else "",
            )
        )
    headings = ("Charge", "Intent", "Card", "#Amount", "#Captured", "#Refunded", "Status", "Held until")
    return table(headings, rows)


def refunds(sandbox) -> str:
    rows = []
    for refund in sandbox.store.all("refund", limit=SHOWN):
        pending = sandbox.store.private(refund["id"])["bound_to"] != refund["status"]
        rows.append(
            (
                code(refund["id"]),
                code(refund["payment_intent"] or ""),
                moment(refund["created"]),
                money(refund["amount"], refund),
                state(refund["status"]),
                button(f"settle/{refund['id']}", "Let the bank finish") if pending else "",
            )
        )
    return table(("Refund", "Intent", "Created", "#Amount", "Status", ""), rows)


def events(sandbox) -> str:
    rows = []
    for event in sandbox.store.all("event", limit=SHOWN):
        sent = sandbox.store.rows("SELECT * FROM deliveries WHERE event = ? ORDER BY id", event["id"])
        told = " ".join(
            state(row["state"])
            + (f' <span class="muted">{escape(row["error"])}</span>' if row["error"] else "")
            for row in sent
        )
        send = button("deliver", "Send now", events=event["id"]) if sandbox.webhooks.url else ""
        thing = event["data"]["object"]["id"]
        rows.append(
            (code(event["id"]), moment(event["created"]), escape(event["type"]), code(thing), told, send)
        )
    return table(("Event", "Created", "Type", "About", "Deliveries", ""), rows)


def disputes(sandbox) -> str:
    rows = []
    for dispute in sandbox.store.all("dispute", limit=SHOWN):
        is_open = dispute["status"] not in ("won", "lost")
        verbs = (("won", "The shop wins"), ("lost", "The buyer wins"))
        decide = "".join(button(f"dispute/{dispute['id']}/{outcome}", verb) for outcome, verb in verbs)
        rows.append(
            (
                code(dispute["id"]),
                code(dispute["charge"]),
                moment(dispute["created"]),
                money(dispute["amount"], dispute),
                state(dispute["status"]),
                f'<div class="actions">{decide}</div>' if is_open else "",
            )
        )
    return table(("Dispute", "Charge", "Created", "#Amount", "Status", ""), rows)


def waiting_faults(sandbox) -> str:
    waiting = "".join(
        f"<li>{escape(fault['kind'])} for {escape(fault['method'])} <code>{escape(fault['path'])}</code>, "
        f"{fault['remaining']} times</li>"
        for fault in faults.listed(sandbox)
    )
    return f"<ul>{waiting}</ul>" if waiting else '<p class="muted">None.</p>'


def switches(sandbox) -> str:
    webhooks = sandbox.webhooks
    modes = "".join(
        f"<option{' selected' if mode == webhooks.mode else ''}>{mode}</option>" for mode in MODES
    )
    kinds = "".join(f"<option>{kind}</option>" for kind in faults.KINDS)
    offset = sandbox.store.setting("clock_offset", 0)
    available = sandbox.has_multicapture()
    return (
        '<div class="switches">'
        + form(
            "webhooks", "Webhooks", pair(select("mode", "Mode", modes), number("times", "Times", 2)), "Set"
        )
        + form("webhooks/release", "Held webhooks", select("order", "Order", ORDERS), "Send them now")
        + form(
            "faults",
            "Break the next requests",
            pair(select("kind", "How", kinds), number("times", "How many", 1))
            + text("path", "Path", "/v1/*")
            + number("seconds", "Seconds, when slow", 5),
            "Break",
        )
        + form("clear-faults", "Waiting faults", waiting_faults(sandbox), "Forget them")
        + form("clock", "Clock", number("offset", "Seconds ahead", offset), "Set")
        + form(
            "multicapture",
            "Capture in parts",
            f'<p class="muted">New charges can{"" if available else "not"} be captured in parts.</p>'
            f'<input type="hidden" name="available" value="{"false" if available else "true"}">',
            "Take away" if available else "Allow",
        )
        + form(
            "reset", "Start over", '<p class="muted">Everything stored here is lost.</p>', "Forget everything"
        )
        + "</div>"
    )


ORDERS = "<option>created</option><option>reverse</option><option>shuffle</option>"


def state(name: str) -> str:
    kind = next((kind for kind, names in KINDS.items() if name in names), "plain")
    return f'<span class="state" data-kind="{kind}">{escape(name.replace("_", " "))}</span>'


def code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def money(amount: int, thing: dict) -> str:
    return escape(named(amount, thing["currency"]))


def moment(at: int) -> str:
    return time.strftime("%d %b %H:%M:%S", time.gmtime(at))


def spaced(number: str) -> str:
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))
