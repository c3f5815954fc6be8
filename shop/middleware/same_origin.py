"""Cached pages carry no CSRF token; what they may post is accepted on a proof of the same origin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from shop.claims import parts_of


def same_origin_post(view):
    """Mark a view whose POST a cached page may send: `Origin` or `Sec-Fetch-Site` replaces the token."""
    view.accepts_same_origin = True
    return view


class SameOriginMiddleware:
    """Before the CSRF middleware: a proven same-origin POST to a marked view needs no token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], *args: Any) -> None:
        if (
            request.method == "POST"
            and getattr(view, "accepts_same_origin", False)
            and is_same_origin(request)
        ):
            request._dont_enforce_csrf_checks = True  # Django's own switch


def is_same_origin(request: HttpRequest) -> bool:
    """The browser itself says that the page which sent this is ours. No header is no proof."""
    if origin := request.headers.get("Origin"):
        parts = parts_of(origin)
        return (parts.scheme, parts.netloc) == (request.scheme, request.get_host())
    return request.headers.get("Sec-Fetch-Site") == "same-origin"
