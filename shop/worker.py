"""The worker of a shop without Redis: relays the outbox and keeps the clock, in one small process."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import close_old_connections, connection

from shop import outbox
from shop.periodic import JOBS, Job

logger = logging.getLogger(__name__)
TICK_SECONDS = 1.0


class Worker:
    """Runs until it is told to stop; what it has begun by then it finishes.

    The outbox and the clock have a thread each, so that no mail waits for a slow reconciliation. A job that
    fails, or a database that is away, costs a line in the log and is tried again.
    """

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._due_at: dict[str, float] = {}
        self.done = 0  # messages

    def run(self) -> None:
        clock = threading.Thread(target=self._repeat, args=("clock", self._run_jobs), name="clock")
        clock.start()
        self._repeat("outbox", self._relay)
        clock.join()

    def stop_on_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_arguments: self.stop())

    def stop(self) -> None:
        self._stopping.set()

    def _repeat(self, name: str, work: Callable[[], None]) -> None:
        try:
            while not self._stopping.is_set():
                close_old_connections()
                self._try(name, work)
                self._stopping.wait(TICK_SECONDS)
        finally:
            connection.close()

    def _relay(self) -> None:
        self.done += outbox.relay(limit=500, stop=self._stopping.is_set)

    def _run_jobs(self) -> None:
        for job in list(JOBS.values()):
            if not self._stopping.is_set() and self._is_due(job):
                self._try(job.name, job.run)

    def _is_due(self, job: Job) -> bool:
        now = time.monotonic()
        if now < self._due_at.get(job.name, 0):
            return False
        self._due_at[job.name] = now + job.seconds
        return True

    def _try(self, name: str, work: Callable[[], Any]) -> None:
        try:
            work()
        except Exception:
            logger.exception("worker", extra={"job": name})
            connection.close()  # it may be broken: the next try makes a new one
