"""The figures as a table for people and as JSON for machines."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from bench.checkout import ALONE, Checkout
from bench.measuring import Cost
from bench.pages import EMPTY, ROWS

PAGE_HEAD = (
    "page",
    "CPU ms",
    "DB ms",
    "queries",
    "KB",
    "× empty",
    "× 24 rows",
    "limit",
    "req/s",
    "p50",
    "p95",
    "p99",
)
CHECKOUT_HEAD = (
    "checkout",
    "shoppers",
    "orders/s",
    "CPU ms",
    "DB ms",
    "sandbox ms",
    "worker ms",
    "requests",
    "queries",
    "24 rows ms",
    "× 24 rows",
    "× alone",
    "limit",
)


def print_pages(costs: list[Cost]) -> None:
    rows = [
        (
            cost.name,
            f"{cost.cpu_ms:.2f}",
            f"{cost.database_ms:.2f}",
            str(cost.queries),
            f"{cost.kilobytes:.1f}",
            f"{cost.ratios[EMPTY]:.2f}",
            f"{cost.ratios[ROWS]:.2f}",
            limit_in_words(cost.ratios, cost.limits),
            f"{cost.requests_per_second:.0f}",
            f"{cost.p50_ms:.1f}",
            f"{cost.p95_ms:.1f}",
            f"{cost.p99_ms:.1f}",
        )
        for cost in costs
    ]
    print_table(PAGE_HEAD, rows)


def print_checkouts(checkouts: list[Checkout]) -> None:
    rows = [
        (
            checkout.name,
            str(checkout.shoppers),
            f"{checkout.orders_per_second:.1f}",
            f"{checkout.cpu_ms:.1f}",
            f"{checkout.database_ms:.1f}",
            f"{checkout.sandbox_ms:.1f}",
            f"{checkout.worker_ms:.1f}",
            str(checkout.requests),
            str(checkout.queries),
            f"{checkout.floor_ms:.2f}",
            f"{checkout.ratios[ROWS]:.1f}",
            f"{checkout.ratios[ALONE]:.1f}",
            limit_in_words(checkout.ratios, checkout.limits),
        )
        for checkout in checkouts
    ]
    print_table(CHECKOUT_HEAD, rows)


def print_steps(checkouts: list[Checkout]) -> None:
    """Where the CPU of one shopper's checkout went."""
    for checkout in checkouts:
        if checkout.steps:
            rows = [(name, f"{step.cpu_ms:.1f}", str(step.queries)) for name, step in checkout.steps.items()]
            print_table((checkout.name, "CPU ms", "queries"), rows)


def limit_in_words(ratios: dict[str, float], limits: dict[str, float]) -> str:
    return ", ".join(
        f"{'within' if ratios[floor] <= limit else 'OVER'} {limit:g} × {floor.split()[0]}"
        for floor, limit in limits.items()
    )


def compare(costs: list[Cost], floors: list[Cost]) -> None:
    """Set each page's ratios to the floors of its own server."""
    by_name = {floor.name: floor for floor in floors}
    for cost in costs:
        cost.ratios = {name: cost.cpu_ms / by_name[name].cpu_ms for name in (EMPTY, ROWS)}


def print_table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, *rows]:
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        cells[0] = row[0].ljust(widths[0])
        print("  ".join(cells).rstrip())


def write_json(path: Path, products: int, costs: list[Cost], checkouts: list[Checkout]) -> None:
    facts = {
        "products": products,
        "machine": machine(),
        "pages": [asdict(cost) for cost in costs],
        "checkout": [asdict(checkout) for checkout in checkouts],
    }
    path.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n")


def machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "database": connection.vendor,
        "redis": bool(settings.REDIS_URL),
        "processor": platform.machine(),
    }


def over(costs: list[Cost | Checkout]) -> list[str]:
    """The names of what cost more than its limit."""
    return [
        f"{cost.name}: {cost.ratios[floor]:.2f} times the {floor}, the limit is {limit:g}"
        for cost in costs
        for floor, limit in cost.limits.items()
        if cost.ratios[floor] > limit
    ]
