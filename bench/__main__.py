"""The bench's command line. `make bench` runs it with 10,000 products."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = "postgres://postgres@127.0.0.1:5432"
REDIS = "redis://127.0.0.1:6379/10"


def main() -> int:
    options = parse()
    prepare_environment(options)
    import django

    django.setup()
    from bench import generate, run

    if options.action == "index":
        generate.index_part(*map(int, options.part.split("/")))
        return 0
    run.set_up(options.products, fresh=options.fresh)
    return run.measure(options) if options.action == "run" else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=sys.modules["bench"].__doc__)
    parser.add_argument(
        "action", nargs="?", default="run", choices=["run", "generate", "index"], help="what to do (run)"
    )
    parser.add_argument("part", nargs="?", default="0/1", help=argparse.SUPPRESS)
    parser.add_argument("--products", type=int, default=10_000, help="size of the catalogue (10000)")
    parser.add_argument("--fresh", action="store_true", help="generate it anew even if it is there")
    parser.add_argument("--only", default="", help="names of pages, or checkout, comma-separated")
    parser.add_argument(
        "--requests", type=int, default=100, help="requests a page a round, for its CPU (100)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds, of which the median counts (5)")
    parser.add_argument("--seconds", type=float, default=3, help="seconds under load a page (3)")
    parser.add_argument("--clients", type=int, default=4, help="visitors at once under load (4)")
    parser.add_argument("--orders", type=int, default=80, help="checkouts a measurement (80)")
    parser.add_argument("--shoppers", default="1,8", help="shoppers at once, a measurement each (1,8)")
    parser.add_argument("--port", type=int, default=8300, help="first of three ports (8300)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--check", action="store_true", help="exit 1 when a figure is over its limit")
    return parser.parse_args()


def prepare_environment(options: argparse.Namespace) -> None:
    """A database of the bench's own for each size. PostgreSQL and Redis where they answer, else SQLite alone;
    BENCH_DATABASE_URL and BENCH_REDIS_URL say otherwise."""
    database = os.environ.get("BENCH_DATABASE_URL") or default_database(options.products)
    redis = os.environ.get(
        "BENCH_REDIS_URL", REDIS if database.startswith(POSTGRES) and answers(REDIS) else ""
    )
    os.environ.update(
        DJANGO_SETTINGS_MODULE="bench.settings",
        BENCH_DATABASE_URL=database,
        BENCH_REDIS_URL=redis,
        DATABASE_URL=database,
        REDIS_URL=redis,
        DEMO="1",
        RELEASE="bench",  # else each release makes the rows of all pages anew
        DEBUG="off",
        MEDIA_ROOT=str(ROOT / "var" / "bench" / "media"),
        SITE_URL=f"http://127.0.0.1:{options.port}",  # rows made for another address are not used
    )


def default_database(products: int) -> str:
    if answers(POSTGRES):
        return f"{POSTGRES}/lotok_bench_{products}"
    return f"sqlite:///{ROOT / 'var' / 'bench' / f'{products}.sqlite3'}"


def answers(url: str) -> bool:
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname or "", address.port or 0), timeout=1).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
