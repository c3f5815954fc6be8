"""The audit trail: who did what, in one gap-free chain that the database will not let anyone rewrite."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from shop.models import AuditEntry, Counter, canonical

GENESIS = "0" * 64
HEAD = "audit"


@transaction.atomic
def record(action: str, target: str, *, actor: Any = None, **facts: Any) -> AuditEntry:
    """Append an entry in the current transaction. `facts` are numbers and codes, never personal data.

    Takes the lock of the chain's head until the transaction ends: call it last.
    """
    Counter.objects.bulk_create([Counter(name=HEAD, text=GENESIS)], ignore_conflicts=True)
    Counter.bump(HEAD)  # on SQLite the transaction is the lock; on PostgreSQL the updated row is
    head = Counter.objects.get(name=HEAD)
    at = timezone.now()
    body = canonical(
        {
            "seq": head.value,
            "action": action,
            "target": target,
            "actor": getattr(actor, "pk", None),
            "at": at.isoformat(),
            "facts": facts,
        }
    )
    entry = AuditEntry(
        seq=head.value,
        prev=head.text,
        body=body,
        hash=AuditEntry.seal(head.text, body),
        action=action,
        target=target,
        actor_id=getattr(actor, "pk", None),
        at=at,
    )
    entry.save(force_insert=True)
    Counter.objects.filter(name=HEAD).update(text=entry.hash)
    return entry


def verify() -> tuple[int, str]:
    """(entries checked, what is wrong with the first bad one or ""). Reads the chain from its start."""
    prev, expected = GENESIS, 0
    for entry in AuditEntry.objects.order_by("seq").iterator():
        expected += 1
        if entry.seq != expected:
            return expected - 1, f"audit entry {expected} is missing"
        if entry.prev != prev:
            return expected - 1, f"audit entry {entry.seq} does not follow the one before it"
        if entry.hash != AuditEntry.seal(entry.prev, entry.body):
            return expected - 1, f"audit entry {entry.seq} was changed"
        prev = entry.hash
    head = Counter.objects.filter(name=HEAD).first()
    if head and (head.value != expected or head.text != prev):
        return expected, f"audit entries after {expected} are missing: the head is {head.value}"
    return expected, ""
