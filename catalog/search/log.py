"""What shoppers look for: how often, in which language, with how many results. Not who, and not when in the day.

Searches are counted in memory and written together a few seconds later, so that no page of results waits for a
writer. What a process that dies has not written is lost: these are counts, not records.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from catalog.models import SearchCount
from catalog.search.words import normalise
from shop import sql
from shop.periodic import every

logger = logging.getLogger(__name__)
KEPT_DAYS = 180
MOST_WAITING = 500  # different queries; what comes faster than that is not shoppers
SHORTEST, LONGEST = 2, 100
MOST_DIGITS = 6  # more than that may be somebody's telephone, card or order

POPULAR_DAYS, POPULAR_A_DAY, POPULAR_SECONDS = 7, 200, 600
ASKED_BY_SEVERAL = 3  # times before others are offered it

Key = tuple[str, str, int | None]  # query, language, results (None: as it found last)
_waiting: dict[Key, int] = {}
_lock = threading.Lock()


def note(query: str, language: str, results: int | None) -> None:
    """Somebody searched. `results` is None where a kept page answered."""
    text = normalise(query)
    is_personal = "@" in query or sum(map(str.isdigit, text)) > MOST_DIGITS
    if is_personal or not SHORTEST <= len(text) <= LONGEST:
        return
    with _lock:
        key = (text, language, results)
        if key in _waiting or len(_waiting) < MOST_WAITING:
            _waiting[key] = _waiting.get(key, 0) + 1
    if settings.SEARCH_LOG_SECONDS:
        _writer.wake()


@transaction.atomic
def write() -> None:
    """Write what was counted since the last time."""
    with _lock:
        counted = sorted(_waiting.items(), key=repr)
        _waiting.clear()
    today = timezone.localdate()
    for (query, language, results), times in counted:
        if results is None:
            sql.change(_AGAIN, [today, times, query, language])
        else:
            sql.change(_FOUND, [query, language, today, results, times])


_ADD = "ON CONFLICT (query, language, day) DO UPDATE SET times = catalog_searchcount.times + excluded.times"
_FOUND = f"""
    INSERT INTO catalog_searchcount (query, language, day, results, times) VALUES (%s, %s, %s, %s, %s)
    {_ADD}, results = excluded.results"""  # noqa: S608
_AGAIN = f"""
    INSERT INTO catalog_searchcount (query, language, day, results, times)
    SELECT query, language, %s, results, %s FROM catalog_searchcount
    WHERE query = %s AND language = %s ORDER BY day DESC LIMIT 1 {_ADD}"""  # noqa: S608


def popular(beginning: str, language: str, limit: int) -> list[str]:
    """What others looked for and found that begins so, the most frequent first."""
    beginning = normalise(beginning)
    known = cache.get_or_set(f"searches:{language}", lambda: _popular(language), POPULAR_SECONDS)
    fitting = (query for query in known if query.startswith(beginning) and query != beginning)
    return [query for query, _number in zip(fitting, range(limit), strict=False)]


def _popular(language: str) -> list[str]:
    """The most frequent of each of the last days, so that what is read does not grow with the log."""
    times: dict[str, int] = {}
    for ago in range(POPULAR_DAYS):
        day = timezone.localdate() - timedelta(days=ago)
        rows = SearchCount.objects.filter(language=language, day=day).order_by("-times", "query")
        for query, results, count in rows.values_list("query", "results", "times")[:POPULAR_A_DAY]:
            if results:
                times[query] = times.get(query, 0) + count
    often = [query for query, count in times.items() if count >= ASKED_BY_SEVERAL]
    return sorted(often, key=lambda query: (-times[query], query))


@every(seconds=86_400)
def forget_old_searches() -> None:
    SearchCount.objects.filter(day__lt=timezone.localdate() - timedelta(days=KEPT_DAYS)).delete()


class Writer:
    """One daemon thread a process that writes what was counted, some seconds after the first of it."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    def wake(self) -> None:
        with self._lock:
            if self._timer is None or not self._timer.is_alive():  # a forked process has no thread
                self._timer = threading.Timer(settings.SEARCH_LOG_SECONDS, self._run)
                self._timer.daemon = True
                self._timer.start()

    def _run(self) -> None:
        with self._lock:
            self._timer = None
        try:
            write()
        except Exception:  # the database may be away; the next searches are counted again
            logger.exception("search log")
        finally:
            connection.close()


_writer = Writer()
