"""One run of the bench: the database, the servers one after the other, the figures."""

from __future__ import annotations

import argparse
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench import checkout, generate, measuring, pages, processes, report
from bench.pages import EMPTY, ROWS


def set_up(products: int, *, fresh: bool) -> None:
    """The catalogue of that size, generated unless it is there; the front-end files as they are now."""
    call_command("compilemessages", verbosity=0)
    call_command("build_assets", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not fresh and exists() and not is_migrated_and_filled(products):
        fresh = True
    if fresh or not exists():
        print(f"Generating {products} products in {connection.vendor}", flush=True)
        create_empty()
        generate.migrate()
        generate.generate(products)
    generate.renew()


def is_migrated_and_filled(products: int) -> bool:
    generate.migrate()
    return generate.is_there(products)


def exists() -> bool:
    name = settings.DATABASES["default"]["NAME"]
    if connection.vendor == "sqlite":
        return Path(name).exists()
    with server() as connected:
        return bool(connected.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())


def create_empty() -> None:
    name = settings.DATABASES["default"]["NAME"]
    connection.close()
    if connection.vendor == "sqlite":
        for path in (name, f"{name}-wal", f"{name}-shm"):
            Path(path).unlink(missing_ok=True)
        return
    with server() as connected:
        quoted = psycopg.sql.Identifier(name)
        connected.execute(psycopg.sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(quoted))
        connected.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(quoted))


def server() -> psycopg.Connection:
    database = settings.DATABASES["default"]
    return psycopg.connect(
        host=database["HOST"], port=database["PORT"] or 5432, user=database["USER"],
        password=database["PASSWORD"] or None, dbname="postgres", autocommit=True,
    )  # fmt: skip


def measure_pages(
    options: argparse.Namespace, wanted: list[pages.Page], *, page_cache: bool
) -> list[measuring.Cost]:
    """The floors and the wanted pages on one server, so that their ratios are of one process."""
    floors = pages.floors()
    with processes.shop(options.port, page_cache=page_cache) as url:
        costs = measuring.costs(
            url,
            [*floors, *wanted],
            requests=options.requests,
            rounds=options.rounds,
            clients=options.clients,
            seconds=options.seconds,
        )
    report.compare(costs, [cost for cost in costs if cost.name in (EMPTY, ROWS)])
    return costs


def measure(options: argparse.Namespace) -> int:
    print(f"{options.products} products, {connection.vendor}{' and Redis' if settings.REDIS_URL else ''}")
    names = {name.strip() for name in options.only.split(",") if name.strip()}
    costs, checkouts = [], []
    for page_cache, known in ((False, pages.uncached()), (True, pages.cached())):
        wanted = [page for page in known if not names or page.name in names]
        if wanted:
            print(f"\nPages, the page cache {'on' if page_cache else 'off'}", flush=True)
            measured = measure_pages(options, wanted, page_cache=page_cache)
            report.print_pages(measured)
            costs += [cost for cost in measured if page_cache is False or cost.limits]
    if not names or "checkout" in names:
        print("\nGuest checkout by card, from product page to order page", flush=True)
        checkouts = checkout.measure(options)
        report.print_checkouts(checkouts)
        print("\nThe steps of one shopper")
        report.print_steps(checkouts)
    if options.json:
        report.write_json(options.json, options.products, costs, checkouts)
    too_dear = report.over([*costs, *checkouts])
    for words in too_dear:
        print(f"Over its limit: {words}")
    return 1 if too_dear and options.check else 0
