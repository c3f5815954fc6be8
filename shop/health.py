"""Two addresses for whoever watches the shop: is the process alive, and can it serve?"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from threading import Lock

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.backoff import NoBackoff
from redis.retry import Retry

DATABASE_ANSWERS_WITHIN_SECONDS = 2  # leaves a second for a busy machine to say so
RETRY_AFTER_SECONDS = 5


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers. Redis away is told, not punished: the shop sells without it."""
    redis_state = ask_redis()
    status = "degraded" if redis_state == "down" else "ok"
    return JsonResponse({"status": status, "redis": redis_state, "release": settings.RELEASE})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, else 503 within three seconds. Never asks Redis."""
    if database_answers():
        return JsonResponse({"status": "ok", "database": "ok"})
    answer = JsonResponse({"status": "unavailable", "database": "down"}, status=503)
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def ask_redis() -> str:
    """Say "ok", "down" or "not used", within about a second."""
    if not settings.REDIS_URL:
        return "not used"
    once = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "retry": Retry(NoBackoff(), 0)}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **once) as client:
            client.ping()
    except (redis.RedisError, OSError):
        return "down"
    return "ok"


def database_answers() -> bool:
    """Ask over a fresh connection in another thread: a network that swallows packets cannot hold us up."""
    try:
        return _probe().result(timeout=DATABASE_ANSWERS_WITHIN_SECONDS)
    except TookTooLong:
        return False


_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="readyz")
_lock = Lock()
_running: Future[bool] | None = None


def _probe() -> Future[bool]:
    """One probe at a time, shared by all who ask meanwhile, so that a hanging database holds one thread."""
    global _running
    with _lock:
        if _running is None or _running.done():
            _running = _thread.submit(_select_one)
        return _running


def _select_one() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except DatabaseError:
        return False
    finally:
        connection.close()
