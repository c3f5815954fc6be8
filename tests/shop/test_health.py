"""/healthz and /readyz: what they say when something is away, and how soon."""

import socket
import time

import pytest
from django.db.utils import ConnectionHandler
from environ import Env

from shop import health

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def black_hole():
    """An address that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


def test_a_process_without_redis_is_well(client, settings):
    settings.REDIS_URL = ""

    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["redis"] == "not used"


def test_a_redis_that_refuses_degrades_health_and_fails_nothing(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["redis"] == "down"
    assert client.get("/readyz").status_code == 200


def test_a_redis_that_never_answers_is_given_up_within_two_seconds(client, settings, black_hole):
    settings.REDIS_URL = "redis://{}:{}/0".format(*black_hole)
    started = time.monotonic()

    answer = client.get("/healthz")

    assert answer.json()["redis"] == "down"
    assert time.monotonic() - started < 2


def test_the_shop_is_ready_when_its_database_answers(client):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok"}


def test_a_database_that_is_away_is_told_with_when_to_ask_again(client, unreachable_database):
    unreachable_database("127.0.0.1", 1)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.json()["database"] == "down"


def test_a_database_that_never_answers_is_told_within_three_seconds(client, unreachable_database, black_hole):
    unreachable_database(*black_hole)
    started = time.monotonic()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert time.monotonic() - started < 3


def test_neither_page_is_kept_or_opens_a_session(client):
    for path in ("/healthz", "/readyz"):
        answer = client.get(path)
        assert "no-store" in answer.headers["Cache-Control"]
        assert not answer.cookies


@pytest.fixture
def unreachable_database(monkeypatch):
    """Point the probe's connection, and no other, at a PostgreSQL that is not there."""

    def point_at(host, port):
        database = Env.db_url_config(f"postgres://x@{host}:{port}/x") | {"OPTIONS": {"connect_timeout": 3}}
        wrapper = ConnectionHandler({"default": database}).create_connection("default")
        wrapper.inc_thread_sharing()
        monkeypatch.setattr(health, "connection", wrapper)

    yield point_at
    if health._running:
        health._running.result()
