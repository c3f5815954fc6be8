"""Tells with each answer what it cost: SQL queries where asked, and the process's CPU time so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

COUNT = "X-Bench-Count"  # of a request: count my queries, at the price of a slower answer
QUERIES = "X-Bench-Queries"
PROCESS_MS = (
    "X-Bench-Process-Ms"  # all threads since the process began; two answers give the cost between them
)


class MeterMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._counting(request) if COUNT in request.headers else self.get_response(request)
        response.headers[PROCESS_MS] = f"{time.process_time() * 1000:.3f}"
        return response

    def _counting(self, request: HttpRequest) -> HttpResponse:
        queries = 0

        def count(execute: Callable[..., Any], *arguments: Any) -> Any:
            nonlocal queries
            queries += 1
            return execute(*arguments)

        with connection.execute_wrapper(count):
            response = self.get_response(request)
        response.headers[QUERIES] = str(queries)
        return response
