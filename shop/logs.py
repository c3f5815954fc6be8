"""Logs: one JSON line an event, with the request and order it belongs to, and nobody's secrets in it."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

import structlog
from django.http import HttpRequest
from structlog.contextvars import bind_contextvars, merge_contextvars

HIDDEN = "[hidden]"
# A value under such a name never reaches the log, whatever it holds.
SECRET_NAMES = re.compile(
    r"passw|secret|token|authorization|cookie|csrf|session|api_?key|signature|card|cvc|otp|credential",
    re.IGNORECASE,
)
# Parts of an address that open a page to whoever holds them.
SECRET_URL_PARTS = {"token", "key", "code", "uidb36", "uidb64", "signature"}
EMAIL = re.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+'-]*@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
PROVIDER_SECRETS = re.compile(r"\b(?:(?:sk|rk)_(?:live|test)_\w+|whsec_[\w+/=]+|\w+_secret_\w+)|Bearer\s+\S+")
SECRET_PATHS = re.compile(r"(/(?:orders|pay|key|confirm-email)/)[\w:.-]{12,}")

Event = MutableMapping[str, Any]


def logging_config(*, json: bool) -> dict[str, Any]:
    """Django's LOGGING: everything, ours and the libraries', leaves through one formatter on stderr."""
    shared = [
        merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False, default=str) if json else _for_people()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*shared, structlog.stdlib.ExtraAdder(), hide_path_of_request],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    redact,
                    renderer,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            # 4xx are told by our own request line; Django's copy of them would repeat the whole path.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            # A body to a HEAD request, which nobody is sent: no news.
            "gunicorn.http.wsgi": {"level": "ERROR"},
            "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
            "stripe": {"level": "WARNING"},
            "fontTools": {"level": "WARNING"},
        },
    }


def bind_order(number: str) -> None:
    """From here to the end of the request or task, every line names this order."""
    bind_contextvars(order=number)


def safe_path(request: HttpRequest) -> str:
    """The path without what would let a reader of the log open the page."""
    path, match = request.path, request.resolver_match
    for name, value in (match.kwargs if match else {}).items():
        if name in SECRET_URL_PARTS:
            path = path.replace(str(value), HIDDEN)
    return path


def hide_path_of_request(logger: Any, method: str, event: Event) -> Event:
    """Django hangs the request on its own messages and writes its path there; leave the safe path alone."""
    request = event.pop("request", None)
    if isinstance(request, HttpRequest):
        event["event"] = str(event["event"]).replace(request.path, safe_path(request))
    return event


def redact(logger: Any, method: str, event: Event) -> Event:
    """The last word before a line is written: hide secrets by name and by shape, mask e-mail addresses."""
    return {name: _clean(name, value) for name, value in event.items()}


def _clean(name: str, value: Any) -> Any:
    if _is_secret(name) and not isinstance(value, bool | None):
        return HIDDEN
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, dict):
        return {str(key): _clean(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [_clean("", inner) for inner in value]
    return value if isinstance(value, int | float | None) else _clean_text(str(value))


@lru_cache(maxsize=500)
def _is_secret(name: str) -> bool:
    return SECRET_NAMES.search(name) is not None


def _clean_text(text: str) -> str:
    text = EMAIL.sub(r"\1***@\2", text) if "@" in text else text
    text = SECRET_PATHS.sub(rf"\1{HIDDEN}", text) if "/" in text else text
    return PROVIDER_SECRETS.sub(HIDDEN, text)


def _for_people() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
