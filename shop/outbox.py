"""The outbox: what must happen after commit is a row written in the same transaction.

    publish("orders.send_mail", {"order": 12, "kind": "received"}, dedupe="mail:received:12", aggregate="order:12")

    @handles("orders.send_mail")
    def send_mail(order: int, kind: str) -> None: ...

Delivery is at least once: a handler is harmless twice. It runs with no transaction open, so it may ask
the network. Rows of one aggregate are handled in the order they were written. A handler that raises is
tried again with growing pauses, up to an hour apart, and given up, visibly, after twenty tries.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

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
    message = Message(
        topic=topic,
        payload=payload,
        dedupe=dedupe,
        aggregate=aggregate,
        available_at=available_at or timezone.now(),
    )
    Message.objects.bulk_create([message], ignore_conflicts=True)
    if available_at is None or available_at <= timezone.now():
        transaction.on_commit(partial(nudge, dedupe))


def nudge(dedupe: str) -> None:
    """Have the message carried out soon. Only a hint: the sweeper finds whatever a lost hint leaves."""
    mode = settings.OUTBOX_MODE
    if mode == "inline":
        relay(only=dedupe)
    elif mode == "thread":
        background.wake()
    elif mode == "celery":
        from shop import tasks

        tasks.hand_over(dedupe)


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
                relay()
            except Exception:  # the database may be away; the rows are still there for the sweeper
                logger.exception("outbox thread")
            finally:
                connection.close()


background = Background()


def relay(*, limit: int = 100, only: str | None = None, now: datetime | None = None) -> int:
    """Carry out messages that are due, oldest first; the number that were done."""
    done = 0
    for _attempt in range(limit):
        message = _claim(only, now or timezone.now())
        if message is None:
            break
        done += _carry_out(message)
    return done


def drain(*, now: datetime | None = None) -> int:
    """Relay until nothing is due. Messages that fail wait for their next time."""
    total = 0
    while (done := relay(now=now)) or _has_due(now or timezone.now()):
        total += done
    return total


def due(now: datetime) -> models.QuerySet[Message]:
    """Messages that may be carried out now: each the oldest of its aggregate still waiting."""
    waiting = Message.objects.filter(state=Message.State.WAITING)
    older = waiting.filter(aggregate=models.OuterRef("aggregate"), id__lt=models.OuterRef("id"))
    return (
        waiting.filter(available_at__lte=now)
        .filter(models.Q(claimed_until__isnull=True) | models.Q(claimed_until__lt=now))
        .filter(models.Q(aggregate="") | ~models.Exists(older))
        .order_by("available_at", "id")
    )


def _has_due(now: datetime) -> bool:
    return due(now).exists()


def _claim(only: str | None, now: datetime) -> Message | None:
    """Take one message for CLAIM_SECONDS. Of two relays that want it, the compare-and-set lets one have it."""
    while True:
        rows = due(now).filter(dedupe=only) if only else due(now)
        message = rows.first()
        if message is None:
            return None
        free = Message.objects.filter(pk=message.pk, state=Message.State.WAITING, attempts=message.attempts)
        free = free.filter(models.Q(claimed_until__isnull=True) | models.Q(claimed_until__lt=now))
        if free.update(claimed_until=now + timedelta(seconds=CLAIM_SECONDS), attempts=message.attempts + 1):
            message.attempts += 1
            return message


def _carry_out(message: Message) -> bool:
    try:
        _handlers[message.topic](**message.payload)
    except Exception as error:  # whatever a handler raises, the row must say so and be tried again
        logger.exception("outbox message failed", extra={"topic": message.topic, "dedupe": message.dedupe})
        _put_back(message, f"{type(error).__name__}: {error}"[:500])
        return False
    Message.objects.filter(pk=message.pk).update(
        state=Message.State.DONE, done_at=timezone.now(), error="", claimed_until=None
    )
    return True


def _put_back(message: Message, error: str) -> None:
    is_dead = message.attempts >= MAX_ATTEMPTS
    pause = timedelta(seconds=min(3600, 5 * 2 ** min(message.attempts, 12)))
    Message.objects.filter(pk=message.pk).update(
        state=Message.State.DEAD if is_dead else Message.State.WAITING,
        error=error,
        available_at=timezone.now() + pause,
        claimed_until=None,
    )
