"""The content security policy, as django-csp writes it, each text only once."""

from __future__ import annotations

from typing import Any

from csp.constants import HEADER, HEADER_REPORT_ONLY
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse

# What a view may say about its answer's policy, by the names that django-csp's decorators use.
SAID = [f"_csp_{what}{kind}" for what in ("exempt", "config", "update", "replace") for kind in ("", "_ro")]
MOST_KEPT = 100


class KeptPolicyMiddleware(CSPMiddleware):
    """Pages differ in what their views add, and that is a handful of texts. One with a nonce is made for its answer."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._kept: dict[str, dict[str, str]] = {}

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        is_usual = not (settings.DEBUG or HEADER in response or getattr(request, "_csp_nonce", None))
        said = repr([vars(response).get(name) for name in SAID]) if is_usual else ""
        if said in self._kept:
            for name, policy in self._kept[said].items():
                response.headers[name] = policy
            return response
        response = super().process_response(request, response)
        if is_usual and len(self._kept) < MOST_KEPT:
            wrote = (HEADER, HEADER_REPORT_ONLY)
            self._kept[said] = {name: response.headers[name] for name in wrote if name in response}
        return response
