"""SQLite with a queue: the threads of a process take turns at writing.

SQLite lets a waiting writer try again now and then, in no order, so among many threads an unlucky one can wait out its
whole timeout ("database is locked"). Here a transaction waits for its process's turn first, and then competes only with
the few other processes.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

_turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


class DatabaseWrapper(base.DatabaseWrapper):
    _has_turn = False

    def _start_transaction_under_autocommit(self) -> None:
        if self.transaction_mode == "DEFERRED":  # it only reads, and nobody waits for a reader
            super()._start_transaction_under_autocommit()
            return
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()
        finally:
            self._end_turn()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()
        finally:
            self._end_turn()

    def _close(self) -> Any:
        try:
            return super()._close()
        finally:
            self._end_turn()

    def _take_turn(self) -> None:
        seconds = self.settings_dict["OPTIONS"].get("timeout", 5)
        if not _turns[str(self.settings_dict["NAME"])].acquire(timeout=seconds):
            raise OperationalError("database is locked")
        self._has_turn = True

    def _end_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            _turns[str(self.settings_dict["NAME"])].release()
