"""A shop in processes of its own, its bank, and services that may be broken without harm to anybody else."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings as shop_settings
from django.db import connection

from payments.sandbox import Sandbox
from tests.factories import ProductFactory
from tests.faults.dying import shorten_claims
from tests.faults.house import House, free_port
from tests.faults.proxy import Proxy
from tests.shopper import open_delivery

REDIS = shutil.which("redis-server")


@pytest.fixture
def store(transactional_db: None) -> None:
    """A mug of which there are plenty; Portugal is served."""
    open_delivery()
    ProductFactory(
        name={"en": "Mug", "ru": "Кружка"}, slug="mug", variant__sku="MUG", variant__level__on_hand=500,
        category__slug="mugs", indexed=True,
    )  # fmt: skip


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """The test's own database, for other processes."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    host = f"{database['HOST'] or '127.0.0.1'}:{database['PORT'] or 5432}"
    secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    return f"postgres://{database['USER']}{secret}@{host}/{database['NAME']}"


@pytest.fixture
def build(
    store: None,
    sandbox: Sandbox,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    database_url: str,
    tmp_path: Any,
) -> Iterator[Callable[..., House]]:
    """build(redis_url="", database_url=…): a house with the bank's webhooks led to it; nothing runs yet."""
    houses = []
    shorten_claims(monkeypatch.setattr)

    def make(redis_url: str = "", database_url: str = database_url) -> House:
        house = House(tmp_path, settings, database_url, redis_url)
        sandbox.webhooks.url = f"{house.url}/webhooks/stripe/"
        # What the test itself relays leaves by the same door.
        settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
        settings.EMAIL_FILE_PATH = str(house.mail_folder)
        settings.OUTBOX_MODE = "sweep"
        houses.append(house)
        return house

    yield make
    for house in houses:
        house.stop()


@pytest.fixture
def house(build: Callable[..., House], queue_url: str) -> House:
    """As it is deployed on this engine: SQLite with its one worker, PostgreSQL with Celery on Redis."""
    return build(queue_url)


@pytest.fixture
def queue_url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("own_redis") if shop_settings.REDIS_URL else ""


@pytest.fixture
def own_redis(redis_server: str) -> str:
    """The address of a Redis that nobody else uses, empty."""
    redis.Redis.from_url(redis_server).flushall()
    return redis_server


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of this run's own: flushing it must harm nobody."""
    if not REDIS:
        missing = "a Redis to break: no redis-server found (apt install redis-server)"
        pytest.fail(missing) if os.environ.get("REQUIRE_ALL") == "1" else pytest.skip(missing)
    port = free_port()
    command = [REDIS, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(
        [*command, "--dir", str(tmp_path_factory.mktemp("redis"))], stdout=subprocess.DEVNULL
    )
    url = f"redis://127.0.0.1:{port}/0"
    ends_at = time.monotonic() + 30
    while not _answers(url):
        assert process.poll() is None, "redis-server did not start"
        assert time.monotonic() < ends_at, "redis-server does not answer"
        time.sleep(0.05)
    yield url
    process.terminate()
    process.wait()


def _answers(url: str) -> bool:
    try:
        return bool(redis.Redis.from_url(url).ping())
    except redis.RedisError:
        return False


@pytest.fixture
def between() -> Iterator[Callable[[str], tuple[str, Proxy]]]:
    """between(url): the same address through a proxy, and the proxy."""
    proxies = []

    def put(url: str) -> tuple[str, Proxy]:
        parts = urlsplit(url)
        proxy = Proxy((parts.hostname or "127.0.0.1", parts.port or 0))
        proxies.append(proxy)
        who = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
        return parts._replace(netloc=f"{who}{proxy.address}").geturl(), proxy

    yield put
    for proxy in proxies:
        proxy.close()


@pytest.fixture
def needs_postgres() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL away: needs PostgreSQL")


@pytest.fixture
def needs_queue() -> None:
    if not shop_settings.REDIS_URL:
        pytest.skip("Redis away: needs PostgreSQL and Redis")


@pytest.fixture
def needs_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a SQLite file under kill -9: needs SQLite")
