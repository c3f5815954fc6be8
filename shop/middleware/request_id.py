"""Every request has a name, and leaves one line in the log."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars

from shop.logs import safe_path

log = structlog.get_logger("shop.request")
WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}")
# Asked for all the time, so worth a line only when they fail.
QUIET = ("/healthz", "/readyz", settings.STATIC_URL)


class RequestIdMiddleware:
    """Takes the X-Request-ID that a proxy gave, or makes one; binds it to the log and answers with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        request.id = given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
        clear_contextvars()
        bind_contextvars(request_id=request.id)
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request.id
        if response.status_code >= 400 or not request.path.startswith(QUIET):
            tell = log.error if response.status_code >= 500 else log.info
            tell(
                "request",
                method=request.method,
                path=safe_path(request),
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
        return response
