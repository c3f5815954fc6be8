"""The audit trail: who did what, in one gap-free chain that the database will not let anyone rewrite."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shop.models import AuditEntry, Counter, canonical

GENESIS = "0" * 64
HEAD = "audit"


@transaction.atomic
def record(action: str, target: str, *, actor: Any = None, **facts: Any) -> AuditEntry:
    """Append an entry in the current transaction. `facts` are numbers and codes, never personal data.

    Takes the lock of the chain's head until the transaction ends: call it last.
    """
    head = _next()
    entry = AuditEntry(
        seq=head.value,
        prev=head.text,
        action=action,
        target=target,
        actor_id=getattr(actor, "pk", None),
        at=timezone.now(),
    )
    entry.body = canonical({**_columns(entry), "facts": facts})
    entry.hash = AuditEntry.seal(entry.prev, entry.body)
    entry.save(force_insert=True)
    Counter.objects.filter(name=HEAD).update(text=entry.hash)
    return entry


def verify() -> tuple[int, str]:
    """(entries checked, what is wrong with the first bad one or ""). Reads the chain from its start.

    Entries may be added meanwhile. The head, read before and after, gives away a tail that was cut off.
    """
    before = _head()
    prev, seq, at_head = GENESIS, 0, GENESIS
    for entry in AuditEntry.objects.order_by("seq").iterator():
        if problem := _problem(entry, seq + 1, prev):
            return seq, problem
        seq, prev = entry.seq, entry.hash
        if seq == before.value:
            at_head = entry.hash
    after = _head()
    if seq < before.value:
        return seq, f"audit entries after {seq} are missing: the head is {before.value}"
    if seq > after.value or at_head != before.text:
        return seq, f"the head of the audit chain, {after.value}, is not that of its entries, {seq}"
    return seq, ""


def _next() -> Counter:
    """The head, counted up and locked. On SQLite the transaction is the lock, on PostgreSQL the updated row is."""
    if not Counter.objects.filter(name=HEAD).update(value=F("value") + 1):
        Counter.objects.bulk_create([Counter(name=HEAD, text=GENESIS)], ignore_conflicts=True)
        Counter.objects.filter(name=HEAD).update(value=F("value") + 1)
    return Counter.objects.get(name=HEAD)


def _head() -> Counter:
    return Counter.objects.filter(name=HEAD).first() or Counter(name=HEAD, text=GENESIS)


def _problem(entry: AuditEntry, seq: int, prev: str) -> str:
    if entry.seq != seq:
        return f"audit entry {seq} is missing"
    if entry.prev != prev:
        return f"audit entry {seq} does not follow the one before it"
    if entry.hash != AuditEntry.seal(entry.prev, entry.body):
        return f"audit entry {seq} was changed"
    if json.loads(entry.body) | _columns(entry) != json.loads(entry.body):
        return f"audit entry {seq} does not say what its body says"
    return ""


def _columns(entry: AuditEntry) -> dict[str, Any]:
    """What stands in the body and, for looking it up, in columns of its own."""
    return {
        "seq": entry.seq,
        "action": entry.action,
        "target": entry.target,
        "actor": entry.actor_id,
        "at": entry.at.isoformat(),
    }
