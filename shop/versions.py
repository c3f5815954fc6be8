"""Numbers in the database that say whether something read earlier still holds.

    @kept("settings")
    def methods_of(zone_id: int) -> list[Method]: ...      # read once a process, until the settings change

"catalog" moves with everything public pages show, "settings" with taxes and delivery. The numbers are read once a
request, together; what is kept under them lives in the process, so it costs nothing and cannot outlive a change.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.core.signals import request_finished, request_started
from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from shop import sql
from shop.models import Counter
from shop.sql import Query

MOST_KEPT = 2_000
LONGEST_STEP = 2**31
Value = TypeVar("Value")
_QUERY = Query("SELECT name, value FROM shop_counter WHERE name IN ('catalog', 'settings')")
_request = threading.local()
_kept: dict[Any, tuple[int, Any]] = {}


def version(name: str) -> int:
    """The number now; within a request, as of its first question."""
    found = getattr(_request, "found", None)
    if found is None:
        found = _learn(sql.rows(*_QUERY))
    return found.get(name, 0)


def together(*queries: Query) -> list[list[tuple[Any, ...]]]:
    """`sql.together`, with the numbers read on the way if this request will ask for them."""
    if getattr(_request, "found", None) is not None or not getattr(_request, "is_on", False):
        return sql.together(*queries)
    *answers, numbers = sql.together(*queries, _QUERY)
    _learn(numbers)
    return answers


def _learn(numbers: list[tuple[Any, ...]]) -> dict[str, int]:
    found = dict(numbers)
    if getattr(_request, "is_on", False):
        _request.found = found
    return found


def renew(name: str) -> None:
    """Something changed: what was kept under the number holds no more. In the transaction of the change.

    The step is a random one: a number that is taken back with its transaction, in which something may have been read
    and kept under it, never comes again.
    """
    Counter.bump(name, by=1 + secrets.randbelow(LONGEST_STEP))
    _request.found = None


def kept(name: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Keep what the function returned, by its arguments, until the number moves. Nobody may change what it returns."""

    def decorate(read: Callable[..., Value]) -> Callable[..., Value]:
        @wraps(read)
        def reading(*args: Any) -> Value:
            now, key = version(name), (read, args)
            entry = _kept.get(key)
            if entry is None or entry[0] != now:
                if len(_kept) >= MOST_KEPT:
                    _kept.clear()
                entry = _kept[key] = (now, read(*args))
            return entry[1]

        return reading

    return decorate


def watch(name: str, *models: type[Model]) -> None:
    """Move the number whenever a row of these models is saved or deleted. Bulk writes call `renew` themselves."""
    for model in models:
        for signal in (post_save, post_delete):
            signal.connect(
                _renew_on_change(name), sender=model, weak=False, dispatch_uid=f"{name}:{model._meta.label}"
            )


def _renew_on_change(name: str) -> Callable[..., None]:
    def on_change(**kwargs: Any) -> None:
        renew(name)

    return on_change


def forget() -> None:
    """Keep nothing. For tests, whose rolled-back transactions take the numbers back too."""
    _kept.clear()
    _request.found, _request.is_on = None, False


def _begin(**kwargs: Any) -> None:
    _request.found, _request.is_on = None, True


def _end(**kwargs: Any) -> None:
    _request.found, _request.is_on = None, False


request_started.connect(_begin, dispatch_uid="versions")
request_finished.connect(_end, dispatch_uid="versions")
