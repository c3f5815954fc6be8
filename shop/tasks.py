"""Background work, for Celery where there is Redis; `outbox_relay --watch` does the same without."""

from __future__ import annotations

import logging

from celery import shared_task

from shop import outbox

logger = logging.getLogger(__name__)


def hand_over(dedupe: str) -> None:
    """Queue one message. A broker that is away costs a log line: beat sweeps the row later."""
    try:
        relay_one.apply_async([dedupe], retry=False)
    except Exception as error:  # kombu raises a dozen kinds; none of them may fail a request
        logger.warning("broker away, the sweeper will carry it out", extra={"error": type(error).__name__})


@shared_task(ignore_result=True)
def relay_one(dedupe: str) -> None:
    outbox.relay(only=dedupe)


@shared_task(ignore_result=True)
def relay_due() -> None:
    outbox.relay(limit=500)
