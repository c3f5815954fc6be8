"""Cached pages carry no CSRF token; what they may post is accepted on a proof of the same origin."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

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
        if request.method == "POST" and is_same_origin(request) and self._is_marked(request):
            request._dont_enforce_csrf_checks = True  # Django's own switch
        return self.get_response(request)

    def _is_marked(self, request: HttpRequest) -> bool:
        try:
            return getattr(resolve(request.path_info).func, "accepts_same_origin", False)
        except Resolver404:
            return False


def is_same_origin(request: HttpRequest) -> bool:
    """The browser itself says that the page which sent this is ours. No header is no proof."""
    if origin := request.headers.get("Origin"):
        parts = parts_of(origin)
        return (parts.scheme, parts.netloc) == (request.scheme, request.get_host())
    return request.headers.get("Sec-Fetch-Site") == "same-origin"
