"""Public pages: the same for every visitor, so they are made once and kept whole.

    @public_page("page", "sort")
    def category(request, path): ...

A kept page is found under the release, the version of the catalogue (read from the database each time, so a
write is seen by the next request everywhere), the address with the named query parameters only, the language,
the currency, the theme and whatever apps add with `@page_key`. A public page sets no cookie and carries no
CSRF token. PAGE_CACHE=false makes every page anew.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from shop.context import THEMES
from shop.shell import version_for

SECONDS = 3600  # a page is thrown away by its key; this only bounds what a lost write could do
NEAR_SECONDS = 60  # a process has the pages it just gave at hand: asking Redis costs as much as all the rest
MOST_NEAR = 200
MAX_VALUE = 64  # longer values are not worth a place in the cache
VARY = ("Cookie", "HX-Request", "Accept-Encoding")  # the theme is a cookie
MARKS = ("utm_", "gclid", "fbclid", "yclid", "msclkid", "_openstat")  # of campaigns, read by nobody here
MESSAGES_COOKIE = "messages"
_key_parts: list[Callable[[], str]] = []
_near: dict[str, tuple[float, Kept]] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Kept:
    """A page as it is kept: packed, with its tag."""

    packed: bytes
    etag: str
    content_type: str


def page_key(part: Callable[[], str]) -> Callable[[], str]:
    """Register a part of every page's key: a text that changes when public pages do, without a write."""
    _key_parts.append(part)
    return part


def do_not_keep(response: HttpResponse) -> HttpResponse:
    """For a view: this answer is public, but true for this moment only."""
    response.is_kept = False
    return response


def is_asked_for(request: HttpRequest, part: str) -> bool:
    """Whether htmx wants this part of a page alone. It says so with `HX-Request`, and nothing is kept then:
    `HX-Target` by itself would put the part where everybody looks for the page."""
    return "HX-Request" in request.headers and part in request.headers.get("HX-Target", "")


def public_page(
    *parameters: str, keep: bool = True, reads_others: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a view whose pages are public; `parameters` are the query parameters that make its pages differ.

    Other parameters are ignored, so that a campaign's marks neither split nor poison what is kept. A view
    that `reads_others` (options whose names are data) is asked anew where there are some.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if MESSAGES_COOKIE in request.COOKIES:
                return view(request, *args, **kwargs)  # it says something to this visitor alone
            is_kept = keep and not (reads_others and _others(request, parameters))
            key = _key(request, parameters) if is_kept else None
            if key and (kept := _found(key)):
                return _unpacked(request, kept)
            response = _made_public(view(request, *args, **kwargs))
            if key and response.status_code == 200 and getattr(response, "is_kept", True):
                kept = _packed(response)
                cache.set(key, kept, SECONDS)
                return _unpacked(request, kept)
            return response

        return answer

    return decorate


def _found(key: str) -> Kept | None:
    """What is kept under the key, near or in the cache that all processes share."""
    near = _near.get(key)
    if near is not None and time.monotonic() < near[0]:
        return near[1]
    kept: Kept | None = cache.get(key)
    if kept:
        with _lock:
            if len(_near) >= MOST_NEAR:
                _near.clear()
            _near[key] = (time.monotonic() + NEAR_SECONDS, kept)
    return kept


def forget() -> None:
    """Keep nothing near. For tests, whose rolled-back transactions take the versions back too."""
    _near.clear()


def _others(request: HttpRequest, parameters: tuple[str, ...]) -> list[str]:
    """The names in the address that are neither the view's own nor the marks of a campaign."""
    return [name for name in request.GET if name not in parameters and not name.startswith(MARKS)]


def _key(request: HttpRequest, parameters: tuple[str, ...]) -> str | None:
    """None for what is not kept: other methods, parts of pages, and addresses made to fill the cache."""
    if not settings.PAGE_CACHE or request.method not in ("GET", "HEAD") or "HX-Request" in request.headers:
        return None
    values = [(name, request.GET.get(name)) for name in parameters if name in request.GET]
    if any(len(value) > MAX_VALUE for _name, value in values):
        return None
    theme = request.COOKIES.get("theme", "")
    parts = [
        settings.RELEASE,
        version_for(request),
        request.path,
        values,
        get_language(),
        settings.CURRENCY,
        theme if theme in THEMES else "",
        *(part() for part in _key_parts),
    ]
    return f"page:{hashlib.sha256(repr(parts).encode()).hexdigest()}"


def _packed(response: HttpResponse) -> Kept:
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:20]}"'
    return Kept(gzip.compress(response.content, 5, mtime=0), etag, response["Content-Type"])


def _unpacked(request: HttpRequest, kept: Kept) -> HttpResponse:
    if kept.etag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(kept.packed, content_type=kept.content_type)
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(gzip.decompress(kept.packed), content_type=kept.content_type)
    response["ETag"] = kept.etag
    return _made_public(response)


def _made_public(response: HttpResponse) -> HttpResponse:
    """Anyone may keep it, and asks whether it is still true before showing it again."""
    if response.status_code in (200, 304):
        response["Cache-Control"] = "public, max-age=0, must-revalidate"
    patch_vary_headers(response, VARY)
    return response
