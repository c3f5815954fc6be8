"""The sandbox as one thing to start and stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from . import keys
from .capturing import lapse_due
from .errors import NoSuchThing
from .server import Server
from .store import Store
from .webhooks import Webhooks

SWEEP_SECONDS = 30


class Sandbox:
    """A stand-in for Stripe on `url`. `state` is a file, or ":memory:". Extra options go to Webhooks."""

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        state: str = ":memory:",
        webhook_url: str | None = None,
        webhook_secrets: Iterable[str] = ("whsec_test",),
        slow_card_seconds: float = 8,
        **delivery,
    ):
        self.slow_card_seconds = slow_card_seconds
        self.store = Store(state)
        self.faulty = bool(self.store.rows("SELECT 1 FROM faults WHERE remaining > 0"))
        self.webhooks = Webhooks(self.store, webhook_url, webhook_secrets, **delivery)
        self._webhook_defaults = webhook_url, list(webhook_secrets)
        self._calls = threading.local()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._server = Server((host, port), self)
        self.port = self._server.server_address[1]
        self.url = f"http://{host}:{self.port}"

    def start(self) -> None:
        """Serve in threads of its own; returns at once."""
        keys.pick_up_after_a_crash(self)
        self.webhooks.start()
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.02,), name="sandbox", daemon=True),
            threading.Thread(target=self._sweep, name="sandbox-sweep", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._threads:
            self._server.shutdown()
        self._server.server_close()
        self.webhooks.stop()
        for thread in self._threads:
            thread.join(timeout=5)
        self.store.close()

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(self, *exc) -> None:
        self.stop()

    def reset(self) -> None:
        """As new: nothing stored, no fault, webhooks as they were started. What is on its way may arrive."""
        self.store.run("DELETE FROM deliveries WHERE state != 'sending'")
        self.webhooks.drain(seconds=1)
        self.store.forget_everything()
        self.faulty = False
        self.webhooks.mode, self.webhooks.times = "normal", 1
        self.webhooks.url, self.webhooks.secrets = self._webhook_defaults[0], list(self._webhook_defaults[1])

    def now(self) -> int:
        """The sandbox's clock, which tests may move."""
        return int(time.time()) + self.store.setting("clock_offset", 0)

    def year(self) -> int:
        return time.gmtime(self.now()).tm_year

    def set_clock(self, offset_seconds: int) -> list[str]:
        """Move the clock; holds whose time is then up lapse. Returns their intents."""
        with self.store.transaction():
            self.store.set_setting("clock_offset", offset_seconds)
            return lapse_due(self)

    def has_multicapture(self) -> bool:
        return not self.store.setting("no_multicapture", False)

    def find(self, kind: str, id: str, *, param: str = "id", name: str | None = None) -> dict:
        """The object of this kind. Raises NoSuchThing."""
        thing = self.store.get(id)
        if thing is None or thing["object"] != kind:
            raise NoSuchThing(name or kind, id, param=param)
        return thing

    @contextmanager
    def calling(self, call) -> Iterator[None]:
        """While inside, what happens is caused by `call`."""
        self._calls.current = call
        try:
            yield
        finally:
            self._calls.current = None

    def cause(self) -> tuple[str | None, str | None]:
        """The request that is being worked on and its idempotency key, for the events it leads to."""
        call = getattr(self._calls, "current", None)
        return (call.request_id, call.key) if call else (None, None)

    def slow_down(self, card) -> None:
        """The cards that answer late, or whose answer is lost."""
        if call := getattr(self._calls, "current", None):
            call.delay_seconds += self.slow_card_seconds if card.slow else 0
            call.answer_lost = call.answer_lost or card.answer_lost

    def _sweep(self) -> None:
        while not self._stopped.wait(SWEEP_SECONDS):
            with self.store.transaction():
                lapse_due(self)
