"""The bench on a shop of two dozen products: every page answers, every figure is there, orders are paid."""

import json
import os
import socket
import subprocess
import sys
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings

from bench import report, words
from bench.measuring import Cost, percentiles


@pytest.fixture(scope="module")
def figures(tmp_path_factory, own_database):
    folder = tmp_path_factory.mktemp("bench")
    size = "--products 24 --requests 4 --rounds 1 --seconds 0.2 --clients 2 --orders 3 --shoppers 1,2"
    options = [*size.split(), "--port", str(two_free_ports()), "--json", str(folder / "figures.json")]
    done = subprocess.run(
        [sys.executable, "-m", "bench", *options],
        env=os.environ | {"BENCH_DATABASE_URL": own_database, "BENCH_REDIS_URL": ""},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "figures.json").read_text())


@pytest.fixture(scope="module")
def own_database(tmp_path_factory):
    """A database for the bench alone, on the engine that the tests run on."""
    if "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        yield f"sqlite:///{tmp_path_factory.mktemp('database') / 'bench.sqlite3'}"
        return
    address = urlsplit(os.environ["DATABASE_URL"])
    name = f"lotok_bench_{uuid4().hex[:8]}"
    yield address._replace(path=f"/{name}").geturl()
    server = address._replace(scheme="postgresql", path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True) as connected:
        connected.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def two_free_ports():
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = first.getsockname()[1]
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
            except OSError:
                continue
            return port


def test_each_page_is_told_with_its_cost_beside_both_floors(figures):
    pages = {page["name"]: page for page in figures["pages"]}

    assert set(pages) >= {"empty view", "24-row view", "home", "category", "product", "search"}
    assert set(pages) >= {"cached home", "cached category", "cached product", "cached search"}
    assert pages["empty view"]["queries"] == 0
    assert pages["24-row view"]["queries"] == 1
    for page in pages.values():
        assert page["cpu_ms"] > 0
        assert page["requests_per_second"] > 0
        assert page["p50_ms"] <= page["p95_ms"] <= page["p99_ms"]
        assert set(page["ratios"]) == {"empty view", "24-row view"}


def test_guests_buy_one_at_a_time_and_together(figures):
    measured = [(checkout["name"], checkout["shoppers"]) for checkout in figures["checkout"]]

    assert measured == [
        ("with scripts", 1),
        ("with scripts", 2),
        ("without scripts", 1),
        ("without scripts", 2),
    ]
    for checkout in figures["checkout"]:
        assert checkout["orders_per_second"] > 0
        assert checkout["cpu_ms"] > 0
        assert checkout["requests"] > 5
        assert checkout["queries"] > 5


def test_every_product_has_a_name_of_its_own_and_always_the_same():
    names = [words.name(number) for number in range(50_000)]

    assert len(set(names)) == len(names)
    assert names[:2] == [words.name(0), words.name(1)]


def test_what_costs_more_than_its_limit_is_named():
    dear = Cost("category", ratios={"24-row view": 4.5}, limits={"24-row view": 4})
    fair = Cost("product", ratios={"24-row view": 1.9}, limits={"24-row view": 2})

    assert report.over([dear, fair]) == ["category: 4.50 times the 24-row view, the limit is 4"]


def test_percentiles_are_of_the_slowest_too():
    assert percentiles([number / 1000 for number in range(1, 101)], 50, 95, 99) == [51, 96, 100]
