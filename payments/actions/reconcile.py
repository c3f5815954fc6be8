"""Comparing with the provider what webhooks and returning browsers should have told us."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from orders.models import Order
from payments.actions.inbox import known_by, note_name, receive_event
from payments.actions.sync import sync
from payments.errors import GatewayDown
from payments.gateways import gateway_of
from payments.gateways.stripe import ask, client
from payments.models import Attempt, InboxEvent
from shop import outbox
from shop.models import Counter

logger = logging.getLogger(__name__)
EVENT_TYPES = [
    "payment_intent.amount_capturable_updated", "payment_intent.canceled", "payment_intent.payment_failed",
    "payment_intent.succeeded", "charge.refunded", "charge.expired", "refund.created", "refund.updated",
    "refund.failed",
]  # fmt: skip
LOOK_BACK = timedelta(days=3)  # Stripe keeps trying a webhook for three days
OVERLAP = timedelta(minutes=15)  # of two regular runs: clocks differ, and lists may lag
WATERMARK = "payments-reconciled-at"


@dataclass
class Report:
    """What a reconciliation did and found."""

    events_missed: int = 0
    attempts_synced: int = 0
    orders_confirmed: int = 0
    orphans: list[str] = field(default_factory=list)  # intents with our mark and no attempt of ours
    unreachable: bool = False

    @property
    def is_clean(self) -> bool:
        return not self.orphans and not self.unreachable

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def reconcile(*, since: datetime | None = None, now: datetime | None = None, dry_run: bool = False) -> Report:
    """Feed missed events to the inbox, sync every attempt money may still come of, look for orphans.

    A second run right after changes nothing.
    """
    now = now or timezone.now()
    report = Report()
    if not settings.STRIPE_SECRET_KEY:
        return report
    since = since or now - LOOK_BACK
    confirmed_before = Order.objects.filter(confirmed_at__isnull=False).count()
    try:
        _missed_events(report, since, dry_run)
        _open_attempts(report, now, dry_run)
        _orphans(report, since, dry_run)
    except GatewayDown:
        report.unreachable = True
    report.orders_confirmed = Order.objects.filter(confirmed_at__isnull=False).count() - confirmed_before
    return report


def reconcile_since_last() -> Report:
    """The regular run: from where the last complete one began, so that its work does not grow with the shop."""
    started = timezone.now()
    last = Counter.objects.filter(name=WATERMARK).values_list("value", flat=True).first()
    since = datetime.fromtimestamp(last, UTC) - OVERLAP if last else None
    report = reconcile(since=since, now=started)
    if not report.unreachable:
        Counter.objects.update_or_create(name=WATERMARK, defaults={"value": int(started.timestamp())})
    return report


def _missed_events(report: Report, since: datetime, dry_run: bool) -> None:
    params: Any = {"types": EVENT_TYPES, "created": {"gte": int(since.timestamp())}, "limit": 100}
    for event in ask(lambda: list(client().v1.events.list(params).auto_paging_iter())):
        if InboxEvent.objects.filter(event_id=event.id).exists():
            continue
        report.events_missed += 1
        if not dry_run:
            receive_event(event.to_dict())
            outbox.relay(only=f"inbox:{event.id}")


def _open_attempts(report: Report, now: datetime, dry_run: bool) -> None:
    """Attempts not looked at for a minute, oldest look first; a bounded number a run."""
    rows = Attempt.objects.filter(gateway="stripe", is_open=True, reference__isnull=False)
    for attempt in rows.exclude(synced_at__gt=now - timedelta(minutes=1)).order_by("synced_at")[:500]:
        report.attempts_synced += 1
        if not dry_run:
            sync(attempt)


def _orphans(report: Report, since: datetime, dry_run: bool) -> None:
    params: Any = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    for intent in ask(lambda: list(client().v1.payment_intents.list(params).auto_paging_iter())):
        metadata = intent.metadata.to_dict() if intent.metadata else {}
        is_ours = "order" in metadata and "attempt" in metadata
        if not is_ours or intent.status == "canceled" or Attempt.objects.filter(reference=intent.id).exists():
            continue
        attempt = known_by(metadata)
        if attempt is None or attempt.reference is not None:
            report.orphans.append(intent.id)
        elif not dry_run and note_name(attempt, intent.id):
            _take_up(attempt)


def _take_up(attempt: Attempt) -> None:
    """The answer with its name was lost, so no browser has its secret. What was given up meanwhile ends here."""
    if not attempt.is_open:
        gateway_of(attempt.gateway).cancel(attempt)
    sync(attempt)
