"""Does everything still add up? Each app says in its `integrity.py` what must hold:

    @check("stock counters are the sums of their movements", over=["inventory.Level", "inventory.Movement"])
    def counters() -> Iterator[str]:
        ...
        yield "stock level 12 (MUG-RED at main): on_hand is 7, its movements say 8"

A check yields one text for each row that is wrong, and the text names the row. It asks the database in sets,
never row by row, so that a hundred thousand orders are checked in seconds. Checks run in one snapshot of the
data: a shop may go on selling meanwhile.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Q
from django.utils.module_loading import autodiscover_modules

from shop import audit
from shop.models import Message

SUMS, CHAIN = "sums", "chain"
NAMED = 20  # rows named for each check; beyond that they are only counted


@dataclass(frozen=True)
class Check:
    name: str
    kind: str
    over: tuple[str, ...]  # the models whose rows it looks at
    run: Callable[[], Iterable[str]]


@dataclass(frozen=True)
class Result:
    check: str
    seconds: float
    count: int = 0  # rows that are wrong
    problems: list[str] = field(default_factory=list)  # the first of them, named


_checks: dict[str, Check] = {}


def check(
    name: str, *, over: Sequence[str], kind: str = SUMS
) -> Callable[[Callable[[], Iterable[str]]], Callable[[], Iterable[str]]]:
    def register(run: Callable[[], Iterable[str]]) -> Callable[[], Iterable[str]]:
        _checks[name] = Check(name, kind, tuple(over), run)
        return run

    return register


def checks(kind: str | None = None) -> list[Check]:
    """All checks, or those of one kind, as the installed apps have registered them."""
    autodiscover_modules("integrity")
    return [each for each in _checks.values() if kind in (None, each.kind)]


def examine(wanted: Iterable[Check]) -> Iterator[Result]:
    """Run these checks in one snapshot of the data."""
    with one_snapshot():
        for each in wanted:
            yield _run(each)


def counted(wanted: Iterable[Check]) -> dict[str, int]:
    """{what: how many rows} that these checks look at."""
    labels = sorted({label for each in wanted for label in each.over})
    models = [apps.get_model(label) for label in labels]
    return {str(model._meta.verbose_name_plural): model._default_manager.count() for model in models}


def _run(each: Check) -> Result:
    started = time.perf_counter()
    problems = iter(each.run())
    named = list(itertools.islice(problems, NAMED))
    count = len(named) + sum(1 for _problem in problems)
    return Result(each.name, round(time.perf_counter() - started, 3), count, named)


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Everything inside sees the data as it was at one moment, and keeps no writer waiting."""
    if connection.in_atomic_block:  # the caller's transaction it is then
        yield
        return
    connection.ensure_connection()
    mode = getattr(connection, "transaction_mode", None)
    if connection.vendor == "sqlite":
        connection.transaction_mode = "DEFERRED"
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    cursor.execute("SET LOCAL statement_timeout = 0")
                    cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                    cursor.execute("SET LOCAL jit = off")  # compiling these takes longer than running them
            yield
    finally:
        if connection.vendor == "sqlite":
            connection.transaction_mode = mode


@check("the audit chain is whole", kind=CHAIN, over=["shop.AuditEntry"])
def audit_chain() -> Iterator[str]:
    _count, problem = audit.verify()
    if problem:
        yield problem


@check("no outbox message was given up", over=["shop.Message"])
def messages() -> Iterator[str]:
    for message in Message.objects.filter(state=Message.State.DEAD).order_by("pk").iterator():
        yield f"outbox message {message.pk} ({message}) was given up: {message.error}"


@check("outbox messages are in a state that a worker can go on from", over=["shop.Message"])
def messages_can_go_on() -> Iterator[str]:
    state = Message.State
    known = Q(state=state.WAITING, done_at__isnull=True) | Q(state=state.DONE, done_at__isnull=False)
    lost = Message.objects.exclude(known | Q(state=state.DEAD)).order_by("pk")
    for message in lost.iterator():
        yield f"outbox message {message.pk} ({message}) is “{message.state}”: no worker will find it"
