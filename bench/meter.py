"""Tells with each answer what it cost: SQL queries where asked, and the process's CPU time so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

COUNT = "X-Bench-Count"  # of a request: count my queries, at the price of a slower answer
QUERIES = "X-Bench-Queries"
PROCESS_MS = (
    "X-Bench-Process-Ms"  # all threads since the process began; two answers give the cost between them
)


TALLY = "X-Bench-Tally"  # all requests so far, as `Tally` has them
FLOOR_PATH = "/bench/rows/"


@dataclass
class Tally:
    """Requests that this process answered, and the CPU of the threads that did, in milliseconds."""

    requests: int = 0
    requests_ms: float = 0
    floors: int = 0  # of them, views of the 24 rows
    floors_ms: float = 0

    @classmethod
    def read(cls, header: str) -> Tally:
        requests, requests_ms, floors, floors_ms = header.split()
        return cls(int(requests), float(requests_ms), int(floors), float(floors_ms))

    def __sub__(self, earlier: Tally) -> Tally:
        return Tally(*(now - before for now, before in zip(astuple(self), astuple(earlier), strict=True)))


class MeterMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.tally, self.lock = Tally(), threading.Lock()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.thread_time()
        response = self._counting(request) if COUNT in request.headers else self.get_response(request)
        spent_ms = (time.thread_time() - began) * 1000
        with self.lock:
            self.tally.requests += 1
            self.tally.requests_ms += spent_ms
            if request.path.startswith(FLOOR_PATH):
                self.tally.floors += 1
                self.tally.floors_ms += spent_ms
            response.headers[TALLY] = " ".join(map(str, astuple(self.tally)))
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
