"""The outbox: what must happen after commit is a row written in the same transaction.

    publish("orders.send_mail", {"order": 12, "kind": "received"}, dedupe="mail:received:12", aggregate="order:12")

    @handles("orders.send_mail")
    def send_mail(order: int, kind: str) -> None: ...

Delivery is at least once: a handler is harmless twice. It runs with no transaction open, so it may ask
the network. Rows of one aggregate are handled one at a time, in the order they were written; one that is
meant for later does not keep the others waiting. A handler that raises is tried again with growing pauses,
up to an hour apart, and given up, visibly, after twenty tries. What is due and who has claimed it goes by
the database's clock, so that a worker whose own clock is wrong harms nobody.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from shop import sql, writes
from shop.models import Message

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 20
CLAIM_SECONDS = 60  # a claim left by a killed worker is free again after this
_handlers: dict[str, Callable[..., None]] = {}


def handles(topic: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the one function that carries out messages of `topic`."""

    def register(handler: Callable[..., None]) -> Callable[..., None]:
        _handlers[topic] = handler
        return handler

    return register


def publish(
    topic: str,
    payload: dict[str, Any],
    *,
    dedupe: str,
    aggregate: str = "",
    available_at: datetime | None = None,
) -> None:
    """Write the message in the current transaction; the same `dedupe` twice is one message."""
    writes.append_once(
        Message(
            topic=topic,
            payload=payload,
            dedupe=dedupe,
            aggregate=aggregate,
            available_at=available_at or Now(),
        )
    )
    if available_at is None or available_at <= timezone.now():
        _nudge_after_commit(dedupe)


def _nudge_after_commit(dedupe: str) -> None:
    """One nudge for all messages of a transaction. A savepoint's own is lost with it, so it serves only there."""
    within = set(connection.savepoint_ids)
    for savepoints, hook, _robust in connection.run_on_commit:
        nudge = getattr(hook, "__self__", None)
        if isinstance(nudge, Nudge) and savepoints <= within:
            nudge.names.append(dedupe)
            return
    # Robust: the transaction is committed, so whatever goes wrong now is not the request's fault.
    transaction.on_commit(Nudge([dedupe]).give, robust=True)


@dataclass
class Nudge:
    """Messages to be carried out soon, by their names. Only a hint: the sweeper finds what a lost one leaves."""

    names: list[str]

    def give(self) -> None:
        mode = settings.OUTBOX_MODE
        if mode == "inline":
            for name in self.names:
                relay(only=name)
        elif mode == "thread":
            background.wake()
        elif mode == "celery":
            from shop import tasks

            tasks.hand_over(self.names)


class Background:
    """One daemon thread a process that relays when woken, so that no request waits for a mail server."""

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._pid = 0

    def wake(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive() or self._pid != os.getpid():
                self._pid = os.getpid()  # a forked worker has the object but not the thread
                self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
                self._thread.start()
        self._wanted.set()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                drain()
            except Exception:  # the database may be away; the rows are still there for the sweeper
                logger.exception("outbox thread")
            finally:
                connection.close()


background = Background()


def relay(
    *,
    limit: int = 100,
    only: str | None = None,
    now: datetime | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Carry out messages that are due, oldest first, until `stop` says so; the number that were done.

    `now` stands in for the database's time when it is asked what is due, never for claims.
    """
    done = 0
    for _turn in range(1 if only else limit):
        message = None if stop() else _claim(only, now)
        if message is None:
            break
        done += _carry_out(message, now)
    return done


def drain(*, now: datetime | None = None) -> int:
    """Relay until nothing is due. Messages that fail wait for their next time."""
    total = 0
    while (done := relay(now=now)) or due(now).exists():
        total += done
    return total


def due(now: datetime | None = None) -> models.QuerySet[Message]:
    """Messages that may be carried out now: of each aggregate one, the oldest, and none while one is at work."""
    waiting = Message.objects.filter(state=Message.State.WAITING)
    has_come = models.Q(available_at__lte=now or Now())
    in_line = waiting.filter(aggregate=models.OuterRef("aggregate")).exclude(pk=models.OuterRef("pk"))
    goes_first = models.Q(id__lt=models.OuterRef("id")) & (has_come | models.Q(attempts__gt=0))
    at_work = models.Q(claimed_until__gte=Now())
    return (
        waiting.filter(has_come)
        .exclude(at_work)
        .filter(models.Q(aggregate="") | ~models.Exists(in_line.filter(goes_first | at_work)))
        .order_by("available_at", "id")
    )


def claimed() -> models.QuerySet[Message]:
    """Messages that a relay is at work on, or was when it was killed: then they are free again in a minute."""
    return Message.objects.filter(state=Message.State.WAITING, claimed_until__gte=Now())


def _claim(only: str | None, now: datetime | None) -> Message | None:
    """Take one message for CLAIM_SECONDS. Of two relays that want it, the compare-and-set lets one have it."""
    while True:
        message = _first_due(only, now)
        if message is None:
            return None
        if message.attempts >= MAX_ATTEMPTS:
            _put_back(message, "Given up: no worker came back from it.", now)
            continue
        until = message.read_at + timedelta(seconds=CLAIM_SECONDS)
        if sql.change(_CLAIM, [sql.moment(until), message.pk, message.attempts]):
            message.claimed_until, message.attempts = until, message.attempts + 1
            return message


_CLAIM = """
    UPDATE shop_message SET claimed_until = %s, attempts = attempts + 1
    WHERE id = %s AND state = 'waiting' AND attempts = %s
"""
_DONE = """
    UPDATE shop_message SET state = 'done', done_at = {now}, error = '', claimed_until = NULL
    WHERE id = %s AND state = 'waiting' AND attempts = %s
"""
_WHOLE = sql.Select(Message, "")


def _first_due(only: str | None, now: datetime | None) -> Message | None:
    """The message whose turn it is, with `read_at`, the database's time when it was read."""
    statement, parameters = (
        _due_statement(connection.vendor, only is not None)
        if now is None
        else (_first_of(due(now), only).query.sql_with_params())
    )
    found = sql.rows(statement, [only if value == _NAME else value for value in parameters])
    if not found:
        return None
    *row, read_at = found[0]
    [message] = _WHOLE.made([tuple(row)])
    message.read_at = sql.when(read_at)
    return message


_NAME = "the message that is asked for"


@lru_cache(maxsize=4)
def _due_statement(vendor: str, is_named: bool) -> tuple[str, tuple[Any, ...]]:
    """`due` in SQL, built once: the worker asks it for every message."""
    return _first_of(due(), _NAME if is_named else None).query.sql_with_params()


def _first_of(rows: models.QuerySet[Message], only: str | None) -> models.QuerySet[Message]:
    return (rows.filter(dedupe=only) if only else rows).annotate(read_at=Now())[:1]


def _carry_out(message: Message, now: datetime | None) -> bool:
    try:
        _handlers[message.topic](**message.payload)
    except Exception as error:  # whatever a handler raises, the row must say so and be tried again
        logger.exception("outbox message failed", extra={"topic": message.topic, "dedupe": message.dedupe})
        _put_back(message, f"{type(error).__name__}: {error}"[:500], now)
        return False
    return bool(sql.change(_DONE.format(now=sql.now()), [message.pk, message.attempts]))


def _put_back(message: Message, error: str, now: datetime | None) -> None:
    is_dead = message.attempts >= MAX_ATTEMPTS
    now = now or Message.objects.annotate(read_at=Now()).values_list("read_at", flat=True).get(pk=message.pk)
    _as_read(message).update(
        state=Message.State.DEAD if is_dead else Message.State.WAITING,
        error=error,
        available_at=now + timedelta(seconds=min(3600, 5 * 2 ** min(message.attempts, 12))),
        claimed_until=None,
    )


def _as_read(message: Message) -> models.QuerySet[Message]:
    """The row, if nobody has claimed it since: what a worker does that slept through its claim counts no more."""
    return Message.objects.filter(pk=message.pk, state=Message.State.WAITING, attempts=message.attempts)
