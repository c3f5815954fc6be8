"""Background work, for Celery where there is Redis; `outbox_relay --watch` does the same without."""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from uuid import uuid4

from celery import current_app, shared_task
from kombu import Connection
from kombu.pools import producers

from shop import outbox

logger = logging.getLogger(__name__)
BROKER_ANSWERS_WITHIN_SECONDS = 0.5  # a worker waits longer for it; a request does not
LEFT_ALONE_SECONDS = 5
NOTHING_MORE = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
_away_until = 0.0


def hand_over(names: list[str]) -> None:
    """Queue the messages of these names, as `relay_named.apply_async([names])` would, at half its cost: a message of
    Celery's protocol 2 (https://docs.celeryq.dev/en/stable/internals/protocol.html) and nothing beside it.

    A broker that is away costs a log line, and is not asked again for some seconds. What was not handed over is swept later.
    """
    global _away_until
    if current_app.conf.task_always_eager:
        relay_named.apply([names])
        return
    if time.monotonic() < _away_until:
        return
    try:
        with producers[_broker()].acquire(block=True, timeout=BROKER_ANSWERS_WITHIN_SECONDS) as producer:
            producer.publish(
                [[names], {}, NOTHING_MORE],
                serializer="json",
                routing_key=current_app.conf.task_default_queue,
                headers={"lang": "py", "task": relay_named.name, "id": str(uuid4())},
            )
    except Exception as error:  # kombu raises a dozen kinds; none of them may fail a request
        _away_until = time.monotonic() + LEFT_ALONE_SECONDS
        logger.warning("broker away, the sweeper will carry it out", extra={"error": type(error).__name__})


@lru_cache(maxsize=1)
def _broker() -> Connection:
    """Names the pool of connections that requests use."""
    return current_app.connection_for_write(
        transport_options={"socket_timeout": BROKER_ANSWERS_WITHIN_SECONDS}
    )


@shared_task(ignore_result=True)
def relay_named(names: list[str]) -> None:
    for name in names:
        outbox.relay(only=name)


@shared_task(ignore_result=True)
def relay_due() -> None:
    outbox.relay(limit=500)
