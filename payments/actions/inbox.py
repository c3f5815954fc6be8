"""Webhooks: stored as they come, then taken as a hint to look at the truth."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from payments.actions.sync import sync
from payments.models import Attempt, InboxEvent
from shop import outbox, writes

logger = logging.getLogger(__name__)
WANTED = ("payment_intent.", "charge.", "refund.")


@transaction.atomic
def receive_event(payload: dict[str, Any]) -> bool:
    """Store a verified event and have it processed after commit. False when it was here before."""
    about = payload.get("data", {}).get("object", {})
    event = InboxEvent(
        event_id=payload["id"],
        kind=payload.get("type", "")[:80],
        api_version=str(payload.get("api_version") or "")[:40],
        livemode=bool(payload.get("livemode")),
        object_id=_intent_of(about)[:100],
        payload=payload,
        created_at=datetime.fromtimestamp(payload.get("created", 0), UTC),
    )
    if not writes.insert_once(event):
        return False
    outbox.publish("payments.inbox", {"event": event.event_id}, dedupe=f"inbox:{event.event_id}")
    return True


def process_event(event: InboxEvent) -> None:
    """Sync the attempt the event is about. What is not ours is marked so and changes nothing."""
    if event.state in {InboxEvent.State.DONE, InboxEvent.State.IGNORED}:
        return
    attempt = Attempt.objects.filter(reference=event.object_id).first() if event.object_id else None
    if attempt is None:
        attempt = _by_metadata(event)
    if attempt is None or not event.kind.startswith(WANTED):
        logger.info("webhook not ours", extra={"event": event.event_id, "kind": event.kind})
        _close(event, InboxEvent.State.IGNORED)
        return
    sync(attempt)
    _close(event, InboxEvent.State.DONE)


def _by_metadata(event: InboxEvent) -> Attempt | None:
    """The event outran our own note of the intent's name."""
    about = event.payload.get("data", {}).get("object", {})
    if about.get("object") != "payment_intent":
        return None
    attempt = known_by(about.get("metadata") or {})
    return attempt if attempt and note_name(attempt, about.get("id") or "") else None


def known_by(metadata: dict[str, Any]) -> Attempt | None:
    """The attempt that an intent was made for, by the metadata we gave it."""
    return Attempt.objects.filter(
        order__token=metadata.get("order") or "", number=_number(metadata.get("attempt")), gateway="stripe"
    ).first()


def note_name(attempt: Attempt, reference: str) -> bool:
    """The intent of this attempt is `reference`; False when we know it by another."""
    Attempt.objects.filter(pk=attempt.pk, reference__isnull=True).update(reference=reference)
    attempt.refresh_from_db()
    return attempt.reference == reference


def _number(text: Any) -> int:
    return int(text) if str(text).isdecimal() and len(str(text)) < 9 else 0


def _intent_of(about: dict[str, Any]) -> str:
    if about.get("object") == "payment_intent":
        return str(about.get("id") or "")
    return str(about.get("payment_intent") or "")


def _close(event: InboxEvent, state: str) -> None:
    InboxEvent.objects.filter(pk=event.pk).update(state=state, processed_at=timezone.now())
