"""Redis as the cache; while it is away, the memory of each process.

Pages are kept there all the same, and limits (of signing in, of looking for an order) are counted there: were they
counted nowhere, either nobody could sign in or anybody could try for ever.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
LEFT_ALONE_SECONDS = 5  # after Redis did not answer; a page must not wait for it again and again
_away_until = 0.0


def _or_in_memory(name: str) -> Callable[..., Any]:
    def asked(self: RedisOrMemoryCache, *args: Any, **options: Any) -> Any:
        global _away_until
        if time.monotonic() >= _away_until:
            try:
                return getattr(RedisCache, name)(self, *args, **options)
            except (RedisError, OSError) as error:
                _away_until = time.monotonic() + LEFT_ALONE_SECONDS
                logger.warning("redis away, keeping things here", extra={"error": type(error).__name__})
        return getattr(self.memory, name)(*args, **options)

    return asked


class RedisOrMemoryCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.memory = LocMemCache("while-redis-is-away", {"OPTIONS": {"MAX_ENTRIES": 2000}})

    get = _or_in_memory("get")
    set = _or_in_memory("set")
    add = _or_in_memory("add")
    incr = _or_in_memory("incr")
    touch = _or_in_memory("touch")
    has_key = _or_in_memory("has_key")
    get_many = _or_in_memory("get_many")
    set_many = _or_in_memory("set_many")
    delete = _or_in_memory("delete")
    delete_many = _or_in_memory("delete_many")
    clear = _or_in_memory("clear")
