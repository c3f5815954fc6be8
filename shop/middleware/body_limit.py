"""A body that no form of this shop sends is refused before it is read."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class BodyLimitMiddleware:
    """413 with a page in words. Staff may upload pictures, so multipart bodies of staff pages may be larger."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _length(request) > self._limit(request):
            return render(request, "413.html", status=413)
        return self.get_response(request)

    def _limit(self, request: HttpRequest) -> int:
        is_upload = request.content_type == "multipart/form-data" and "/admin/" in request.path_info
        return settings.UPLOAD_MAX_BYTES if is_upload else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0
