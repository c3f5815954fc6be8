"""Webhooks: events sent to the shop, signed and retried; held, repeated, mixed or dropped on demand."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import random
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from .errors import BadParameter

MODES = ("normal", "hold", "repeat", "reorder", "drop")
TIMEOUT_SECONDS = 10
REORDER_SECONDS = 1.0


class Webhooks:
    """Sends what `line_up` was given, from a thread of its own."""

    def __init__(
        self,
        store,
        url: str | None,
        secrets: Iterable[str],
        *,
        events: Iterable[str] = ("*",),
        retry_base_seconds: float = 1.0,
        retry_limit: int = 8,
        workers: int = 4,
    ):
        self.store, self.url, self.secrets = store, url, list(secrets)
        self.events = set(events)  # that the endpoint is subscribed to; "*" is all
        self.retry_base_seconds, self.retry_limit = retry_base_seconds, retry_limit
        self.mode = store.setting("webhook_mode", "normal")
        self.times = store.setting("webhook_times", 1)
        self._workers, self._awake, self._stopping = workers, threading.Event(), False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self.store.run("UPDATE deliveries SET state = 'queued' WHERE state = 'sending'")
        self._stopping = False
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="sandbox-webhook")
        self._thread = threading.Thread(target=self._run, name="sandbox-webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._awake.set()
        if self._thread:
            self._thread.join(timeout=5)
            self._pool.shutdown(wait=True, cancel_futures=True)

    def set_mode(self, mode: str, times: int = 2) -> None:
        """`repeat` sends each new event `times` times; the others are told by their names."""
        if mode not in MODES:
            raise BadParameter(f"A mode is one of {', '.join(MODES)}.", param="mode")
        self.mode, self.times = mode, times if mode == "repeat" else 1
        self.store.set_setting("webhook_mode", self.mode)
        self.store.set_setting("webhook_times", self.times)

    def line_up(self, event: dict) -> None:
        """Put a new event in the queue, inside the transaction that wrote it."""
        if not self.url or not self.events & {"*", event["type"]}:
            return
        state = {"hold": "held", "drop": "dropped"}.get(self.mode, "queued")
        wait = random.uniform(0, REORDER_SECONDS) if self.mode == "reorder" else 0  # noqa: S311
        for _ in range(self.times):
            self.store.run(
                "INSERT INTO deliveries (event, state, due) VALUES (?, ?, ?)",
                event["id"],
                state,
                time.time() + wait,
            )
        self._awake.set()

    def release(self, order: str = "created") -> list[dict]:
        """Send everything held, now and one after the other. Whatever is refused is retried later."""
        rows = self.store.rows("SELECT id, event FROM deliveries WHERE state = 'held' ORDER BY id")
        return [self._send(row["id"], row["event"]) for row in ordered(rows, order)]

    def deliver(
        self,
        event_ids: list[str],
        *,
        times: int = 1,
        order: str = "given",
        parallel: bool = False,
        at: int | None = None,
    ) -> list[dict]:
        """Send these events now, `times` times each, whatever became of them. `at` dates the signature."""
        if not self.url:
            raise BadParameter("The sandbox has no webhook address to deliver to.")
        todo = ordered([id for id in event_ids for _ in range(times)], order)
        if parallel:
            with ThreadPoolExecutor(max(1, len(todo))) as pool:
                return list(pool.map(lambda id: self._attempt(id, at), todo))
        return [self._attempt(id, at) for id in todo]

    def drain(self, seconds: float = 5) -> bool:
        """Wait until nothing is queued or on its way. Returns whether that came true in time."""
        ends_at = time.monotonic() + seconds
        waiting = "SELECT 1 FROM deliveries WHERE state IN ('queued', 'sending') LIMIT 1"
        while pending := bool(self.store.rows(waiting)):
            if time.monotonic() > ends_at:
                break
            time.sleep(0.01)
        return not pending

    def signature(self, body: bytes, at: int | None = None) -> str:
        """The Stripe-Signature header, one v1 for each secret."""
        at = int(time.time()) if at is None else at
        signed = f"{at}.".encode() + body
        digests = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in self.secrets]
        return ",".join([f"t={at}", *(f"v1={digest}" for digest in digests)])

    def _run(self) -> None:
        while not self._stopping:
            now = time.time()
            rows = self.store.rows(
                "SELECT id, event FROM deliveries WHERE state = 'queued' AND due <= ? ORDER BY due, id "
                "LIMIT 50",
                now,
            )
            for row in rows:
                self.store.run("UPDATE deliveries SET state = 'sending' WHERE id = ?", row["id"])
                self._pool.submit(self._send, row["id"], row["event"])
            if not rows:
                self._awake.wait(self._seconds_to_next(now))
                self._awake.clear()

    def _seconds_to_next(self, now: float) -> float:
        due = self.store.rows("SELECT min(due) AS due FROM deliveries WHERE state = 'queued'")[0]["due"]
        return 5.0 if due is None else min(5.0, max(0.0, due - now))

    def _send(self, delivery: int, event_id: str) -> dict:
        result = self._attempt(event_id)
        with self.store.transaction():
            rows = self.store.rows("SELECT attempts FROM deliveries WHERE id = ?", delivery)
            attempts = rows[0]["attempts"] + 1 if rows else 0
            state, due = "delivered", time.time()
            if not result["delivered"]:
                state = "queued" if attempts < self.retry_limit else "failed"
                due += self.retry_base_seconds * 2 ** (attempts - 1)
            self.store.run(
                "UPDATE deliveries SET state = ?, due = ?, attempts = ?, status = ?, error = ?, at = ?"
                " WHERE id = ?",
                *(state, due, attempts, result["status"], result["error"], time.time(), delivery),
            )
        self._awake.set()
        return result

    def _attempt(self, event_id: str, at: int | None = None) -> dict:
        event = self.store.get(event_id)
        if event is None:
            raise BadParameter(f"No such event: {event_id}", param="events")
        body = json.dumps(event, indent=2, ensure_ascii=False).encode()
        status, error = post(self.url or "", body, self.signature(body, at))
        delivered = status is not None and 200 <= status < 300
        if delivered and event["pending_webhooks"]:
            with self.store.transaction():
                self.store.put({**event, "pending_webhooks": 0})
        return {
            "event": event_id,
            "type": event["type"],
            "status": status,
            "error": error,
            "delivered": delivered,
        }


def post(url: str, body: bytes, signature: str) -> tuple[int | None, str | None]:
    """Post a webhook; redirects are not followed, as Stripe does not."""
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature,
        "Connection": "close",
    }
    try:
        connection.request("POST", address.path or "/", body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, None if 200 <= answer.status < 300 else f"HTTP {answer.status}"
    except (OSError, http.client.HTTPException) as error:
        return None, f"{type(error).__name__}: {error}"
    finally:
        connection.close()


def ordered(things: list, order: str) -> list:
    """As given, reversed, or shuffled."""
    if order == "reverse":
        return list(things)[::-1]
    if order == "shuffle":
        return random.sample(list(things), len(things))
    return list(things)
