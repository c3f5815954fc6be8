"""The facts that the shop states about itself, so that a check of it needs no knowledge of the code.

    @states("stock")
    def stock() -> Iterator[dict[str, Any]]:
        yield {"sku": "MUG", "on_hand": 7, ...}

Each app states its own in its `facts.py`; `manage.py audit_export` writes them, a JSON object a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.module_loading import autodiscover_modules

from shop.integrity import one_snapshot
from shop.models import AuditEntry, Message

Facts = Callable[[], Iterable[dict[str, Any]]]
CHUNK = 2000
_stated: dict[str, Facts] = {}


def states(kind: str) -> Callable[[Facts], Facts]:
    """Register a generator of facts of this kind. It reads with `iterator()`: tables may be large."""

    def register(facts: Facts) -> Facts:
        _stated[kind] = facts
        return facts

    return register


def kinds() -> list[str]:
    autodiscover_modules("facts")
    return list(_stated)


def all_facts(wanted: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Facts of these kinds, all as of one moment."""
    with one_snapshot():
        for kind in wanted:
            for fact in _stated[kind]():
                yield {"kind": kind, **fact}


@states("outbox")
def outbox() -> Iterator[dict[str, Any]]:
    for message in Message.objects.order_by("id").only("aggregate", "topic", "state").iterator(CHUNK):
        yield {
            "id": message.pk,
            "aggregate": message.aggregate,
            "seq": message.pk,  # counts up within an aggregate, as everywhere
            "topic": message.topic,
            "state": message.state,
        }


@states("audit")
def audit() -> Iterator[dict[str, Any]]:
    yield from AuditEntry.objects.order_by("seq").values("seq", "prev", "body", "hash").iterator(CHUNK)
