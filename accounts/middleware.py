"""A form of allauth that is sent back says so: 422, as every other form of this shop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

UNPROCESSABLE = 422


class AccountFormsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: Any) -> Any:
        context = response.context_data or {}
        sent_back = any(getattr(context.get(name), "errors", None) for name in ("form", "verify_form"))
        if response.status_code == 200 and sent_back and request.method == "POST":
            response.status_code = UNPROCESSABLE
        return response
