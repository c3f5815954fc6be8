"""Django's PostgreSQL, asked less often whether it is still there."""

from __future__ import annotations

import select
import time

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

RECENT_SECONDS = 5  # as long as the system itself waits before it probes a quiet connection


class DatabaseWrapper(base.DatabaseWrapper):
    """Before the first query of a request Django asks `SELECT 1`, a tenth of what a small page costs.

    A connection that the server closed can be read from: there is its end. One that answered a moment ago and has
    nothing to read is taken to be well. Where packets vanish without a word, `tcp_user_timeout` tells.
    """

    _well_at = float("-inf")

    def is_usable(self) -> bool:
        if time.monotonic() - self._well_at < RECENT_SECONDS and self._is_quiet():
            return True
        is_well = super().is_usable()
        self._well_at = time.monotonic() if is_well else float("-inf")
        return is_well

    def _is_quiet(self) -> bool:
        """Open, in no transaction, and with nothing to read."""
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.pgconn.transaction_status != TransactionStatus.IDLE:
            return False
        poll = select.poll()
        poll.register(self.connection.pgconn.socket, select.POLLIN)
        return not poll.poll(0)

    def connect(self) -> None:
        super().connect()
        self._well_at = time.monotonic()
