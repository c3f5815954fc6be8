"""Asking for pages and reading what they cost."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import cycle, islice

from bench import processes
from bench.client import Answer, Visitor, expect
from bench.meter import COUNT, PROCESS_MS, QUERIES
from bench.pages import Page


@dataclass
class Cost:
    """One page's figures. CPU is of the web process, all of it; `database_ms` is PostgreSQL's own."""

    name: str
    cpu_ms: float = 0
    database_ms: float = 0
    queries: int = 0
    kilobytes: float = 0
    requests_per_second: float = 0
    p50_ms: float = 0
    p95_ms: float = 0
    p99_ms: float = 0
    ratios: dict[str, float] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)


def costs(
    url: str, pages: list[Page], *, requests: int, rounds: int, clients: int, seconds: float
) -> list[Cost]:
    """First one visitor for CPU and queries, in rounds that take the pages in turn; then several at once."""
    found = {page.name: Cost(page.name, limits=page.limits) for page in pages}
    for page in pages:
        _look(url, page, found[page.name])
    samples: dict[str, list[tuple[float, float]]] = {page.name: [] for page in pages}
    for _round in range(rounds):
        for page in pages:
            samples[page.name].append(cpu_per_request(url, page, requests))
    for page in pages:
        cost = found[page.name]
        cost.cpu_ms = statistics.median(cpu for cpu, _database in samples[page.name])
        cost.database_ms = statistics.median(database for _cpu, database in samples[page.name])
        _load(url, page, cost, clients, seconds)
    return list(found.values())


def _look(url: str, page: Page, cost: Cost) -> None:
    """Visit some addresses of the page once: they must answer; count queries and bytes."""
    visitor = Visitor(url)
    answers = [visitor.get(path, **{COUNT: "1"}) for path in page.paths[:20]]
    for path, answer in zip(page.paths, answers, strict=False):
        expect(answer, 200, path)
    # From a second visit, when what a process reads once has been read.
    answers = [visitor.get(path, **{COUNT: "1"}) for path in page.paths[:20]]
    cost.queries = max(int(answer.headers[QUERIES.lower()]) for answer in answers)
    cost.kilobytes = statistics.mean(len(answer.body) for answer in answers) / 1000
    visitor.close()


def cpu_per_request(url: str, page: Page, requests: int) -> tuple[float, float]:
    """Milliseconds of CPU per request: the web process's, and the database's."""
    visitor = Visitor(url)
    paths = cycle(page.paths)
    before = _spent(visitor.get(next(paths)))
    database = processes.database_cpu_ms()
    for path in islice(paths, requests):
        last = visitor.get(path)
    visitor.close()
    return (_spent(last) - before) / requests, (processes.database_cpu_ms() - database) / requests


def _spent(answer: Answer) -> float:
    return float(answer.headers[PROCESS_MS.lower()])


def _load(url: str, page: Page, cost: Cost, clients: int, seconds: float) -> None:
    """`clients` visitors at once, each asking again as soon as it is answered."""
    started = time.perf_counter()
    ends_at = started + seconds
    times: list[list[float]] = [[] for _ in range(clients)]

    def visit(number: int) -> None:
        visitor = Visitor(url)
        # Each starts elsewhere in the list, so that they do not follow each other.
        start = number * len(page.paths) // clients
        for path in cycle([*page.paths[start:], *page.paths[:start]]):
            times[number].append(expect(visitor.get(path), 200, path).seconds)
            if time.perf_counter() > ends_at:  # at least one each, however busy the machine is
                break
        visitor.close()

    together(visit, clients)
    every = [one for several in times for one in several]
    cost.requests_per_second = len(every) / (time.perf_counter() - started)
    cost.p50_ms, cost.p95_ms, cost.p99_ms = percentiles(every, 50, 95, 99)


def together(act: Callable[[int], None], times: int) -> None:
    """Run act(0), act(1), ... in threads; raise what the first of them raised."""
    problems: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            act(number)
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=guarded, args=[number]) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]


def percentiles(seconds: Iterable[float], *wanted: int) -> list[float]:
    """The given percentiles, in milliseconds."""
    ordered = sorted(seconds)
    return [ordered[min(len(ordered) - 1, len(ordered) * part // 100)] * 1000 for part in wanted]
