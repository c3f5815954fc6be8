"""What every test stands on: the engine in use, clean surroundings, counting queries, real races."""

from __future__ import annotations

import fcntl
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from csp.constants import SELF
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from payments.sandbox import Sandbox
from shop import pages, shell, showcase, versions
from shop.celery import app as celery

pytest_plugins = ["tests.browser", "tests.markup", "tests.account", "tests.flushing"]


# --- The engine ----------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """On SQLite the tests get a file, not memory: each thread then has a connection of its own.

    Where there is a disk in memory the file is there: what is safe on disk is not what tests ask about.
    """
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="lotok-test-", dir=memory) as folder:
        database = settings.DATABASES["default"]
        if database["ENGINE"].endswith("sqlite3"):
            database.setdefault("TEST", {})["NAME"] = f"{folder}/test.sqlite3"
        yield


@pytest.fixture(scope="session")
def django_db_setup(without_time_limits: str, django_db_setup: None) -> Iterator[None]:
    """The tests run under the shop's limits."""
    _limit(without_time_limits)
    connection.close()
    yield
    _limit("")


@pytest.fixture(scope="session")
def without_time_limits(django_db_modify_db_settings: None) -> str:
    """On a busy machine PostgreSQL takes longer to make and drop a database than the shop lets it. What the limits were."""
    return _limit("")


def _limit(limits: str) -> str:
    """Set the time limits of new connections to PostgreSQL. What they were."""
    options = settings.DATABASES["default"]["OPTIONS"]
    before = options.get("options", "")
    if "options" in options:
        options["options"] = limits
    return before


@pytest.fixture
def on_postgres() -> bool:
    return connection.vendor == "postgresql"


# --- Clean surroundings --------------------------------------------------------------------------
def pytest_configure(config: pytest.Config) -> None:
    # Runs side by side share a Redis: each keeps to keys of its own, and clears those only.
    settings.CACHES["default"]["KEY_PREFIX"] = f"test-{os.getpid()}"
    # What is handed to Celery is carried out at once, as without Redis. Tests of the queue start a worker.
    celery.conf.task_always_eager = True


@pytest.fixture(autouse=True)
def clean_surroundings(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Fast passwords, pictures in a folder of this test, an empty cache, English. Mail is in mail.outbox."""
    # A Russian page of the test before leaves its language to the thread.
    translation.activate(settings.LANGUAGE_CODE)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    clear_cache()
    versions.forget()
    shell.forget()
    showcase.forget()
    pages.forget()


def clear_cache() -> None:
    if hasattr(cache, "delete_pattern"):
        cache.delete_pattern("*")
    else:
        cache.clear()


# --- Card payments -------------------------------------------------------------------------------
@pytest.fixture
def sandbox(settings: Any) -> Iterator[Sandbox]:
    """Stripe's stand-in, and the shop pointed at it. Webhooks arrive where a `live_shop` receives them."""
    with Sandbox(port=0, webhook_secrets=["whsec_test"], retry_base_seconds=0.2) as sandbox:
        settings.STRIPE_SECRET_KEY = "sk_test_sandbox"
        settings.STRIPE_PUBLISHABLE_KEY = "pk_test_sandbox"
        settings.STRIPE_WEBHOOK_SECRETS = ["whsec_test"]
        settings.STRIPE_API_BASE = sandbox.url
        settings.STRIPE_JS_URL = f"{sandbox.url}/v3/stripe.js"
        settings.PAYMENT_CSP = {
            "script-src": [SELF, sandbox.url],
            "frame-src": [sandbox.url],
            "connect-src": [SELF, sandbox.url],
        }
        yield sandbox


# --- What a page costs ---------------------------------------------------------------------------
@pytest.fixture
def count_queries() -> Callable[..., int]:
    """count_queries(client, path): SQL queries of one GET that no page cache answers.

    What a process keeps until the settings change (taxes, delivery) is read before, as on a running shop.
    """

    def count(client: Client, path: str, **extra: Any) -> int:
        client.get(path, **extra)
        clear_cache()
        with CaptureQueriesContext(connection) as captured:
            response = client.get(path, **extra)
        assert response.status_code == 200, f"{path} answered {response.status_code}"
        return len(captured)

    return count


# --- Real races ----------------------------------------------------------------------------------
@pytest.fixture
def run_together(transactional_db: None) -> Callable[..., list[Any]]:
    """run_together(act, times, at_a_time=times): call act(0), act(1), ... from threads released together.

    Each thread has a database connection of its own, as requests on a server have. The list holds, in order,
    what each call returned or the exception that it raised.
    """

    def run(act: Callable[[int], Any], times: int, at_a_time: int | None = None) -> list[Any]:
        at_a_time = min(at_a_time or times, times)
        barrier = threading.Barrier(at_a_time)
        with _one_crowd(), ThreadPoolExecutor(at_a_time, initializer=barrier.wait) as threads:
            return list(threads.map(lambda number: _outcome(act, number), range(times)))

    return run


@contextmanager
def _one_crowd() -> Iterator[None]:
    """One at a time on this machine: two crowds of fifty are more connections than PostgreSQL takes."""
    with (Path(tempfile.gettempdir()) / "lotok-tests-crowd").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _outcome(act: Callable[[int], Any], number: int) -> Any:
    try:
        return act(number)
    except Exception as error:
        return error
    finally:
        connections.close_all()


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """eventually(look): wait until look() gives something true, and return that; ten seconds at most."""

    def wait(look: Callable[[], Any], seconds: float = 10) -> Any:
        ends_at = time.monotonic() + seconds
        while not (seen := look()):
            assert time.monotonic() < ends_at, f"still {seen!r} after {seconds} s"
            time.sleep(0.05)
        return seen

    return wait
