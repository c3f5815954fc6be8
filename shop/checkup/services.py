"""Do the database, Redis, the mail server and the worker do their part?"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from shop.checkup.finding import Finding, failure, ok, risk, warning
from shop.models import Message

REDIS_BOUNDS = {"socket_connect_timeout": 2, "socket_timeout": 2}
OUTBOX_LATE_MINUTES = 10
CLOCK_SKEW_SECONDS = 5


def database() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield failure(f"The database does not answer: {error}")
        return
    yield from _sqlite() if connection.vendor == "sqlite" else _postgres()
    if not connection.features.supports_table_check_constraints:
        yield failure(
            "This database does not enforce CHECK constraints, which keep stock from being oversold."
        )


def _sqlite() -> Iterator[Finding]:
    yield ok(f"SQLite {_ask('SELECT sqlite_version()')} in {settings.DATABASES['default']['NAME']}")
    wanted = {
        "journal_mode": ("wal", "readers and the one writer would block each other"),
        "synchronous": (2, "the last orders could be lost when power fails"),
        "foreign_keys": (1, "rows could point at nothing"),
        "ignore_check_constraints": (0, "stock could be oversold"),
    }
    for pragma, (value, otherwise) in wanted.items():
        if (found := _ask(f"PRAGMA {pragma}")) != value:
            yield failure(f"PRAGMA {pragma} is {found}, not {value}: {otherwise}.")
    if connection.transaction_mode != "IMMEDIATE":
        yield failure("Transactions do not begin IMMEDIATE: two writers would fail instead of waiting.")


def _postgres() -> Iterator[Finding]:
    number = connection.pg_version
    version = f"PostgreSQL {number // 10000}.{number % 10000}"
    yield ok(version) if number >= 140000 else failure(f"{version} is too old: the shop needs 14 or newer.")
    if (encoding := _ask("SHOW server_encoding")) != "UTF8":
        yield failure(f"The database's encoding is {encoding}, not UTF8: names would be refused.")
    if _ask("SHOW lock_timeout") == "0":
        yield warning("lock_timeout is 0: a request may wait for a row's lock for ever.")
    if _ask("SHOW fsync") == "off":
        yield risk("fsync is off: the last orders could be lost when power fails.")


def _ask(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        first = waiting[0][0]
        yield failure(
            f"{len(waiting)} migrations are not applied, the first is {first}. Run manage.py migrate."
        )
    else:
        yield ok("All migrations are applied")


def caching() -> Iterator[Finding]:
    word = secrets.token_hex(8)
    cache.set("doctor", word, 30)
    if cache.get("doctor") == word:
        yield ok("The cache gives back what it was given")
    else:
        yield failure("The cache does not give back what it was given: pages are made anew for each visitor.")


def broker() -> Iterator[Finding]:
    if not settings.REDIS_URL:
        yield ok("No Redis is used: background work runs in the web process and in outbox_relay --watch")
        return
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **REDIS_BOUNDS) as client:
            yield ok(f"Redis {client.info('server')['redis_version']} answers")
            yield from _redis_habits(client.config_get("appendonly", "maxmemory-policy"))
    except (redis.RedisError, OSError) as error:
        yield failure(f"Redis does not answer: {error}. The shop sells on, but mails and captures wait.")


def _redis_habits(config: dict[str, str]) -> Iterator[Finding]:
    if config.get("appendonly") != "yes":
        yield warning(
            "Redis keeps nothing on disk (appendonly no): after its restart, work waits for the sweeper."
        )
    if config.get("maxmemory-policy") not in {"noeviction", "volatile-lru", "volatile-lfu", "volatile-ttl"}:
        yield warning("Redis may throw queued work away when full. Set maxmemory-policy to noeviction.")


def email() -> Iterator[Finding]:
    backend = settings.EMAIL_BACKEND.rsplit(".", 2)[-2]
    if backend in {"dummy", "console", "locmem", "filebased"}:
        yield risk(f"EMAIL_URL sends no mail out of the house ({backend}); staff read it in the shop.")
        return
    try:
        with mail.get_connection():
            yield ok(f"The mail server {settings.EMAIL_HOST}:{settings.EMAIL_PORT} lets us in")
    except OSError as error:  # smtplib's errors are OSErrors
        yield failure(
            f"The mail server {settings.EMAIL_HOST}:{settings.EMAIL_PORT} does not let us in: {error}"
        )


def outbox() -> Iterator[Finding]:
    late = timezone.now() - timedelta(minutes=OUTBOX_LATE_MINUTES)
    waiting = Message.objects.filter(state=Message.State.WAITING, available_at__lt=late).count()
    dead = Message.objects.filter(state=Message.State.DEAD).count()
    if waiting:
        yield failure(f"{waiting} messages are over {OUTBOX_LATE_MINUTES} minutes late. Is a worker running?")
    if dead:
        yield failure(f"{dead} messages were given up after many tries. Look at them in the admin.")
    if not waiting and not dead:
        yield ok("What must happen after a commit happens in time")


def clock() -> Iterator[Finding]:
    theirs = _database_time()
    skew = abs((timezone.now() - theirs).total_seconds())
    if skew > CLOCK_SKEW_SECONDS:
        yield failure(
            f"This machine and the database disagree by {skew:.0f} s. Holds would end at the wrong time."
        )
    else:
        yield ok(f"The clocks agree: {theirs:%Y-%m-%d %H:%M:%S} UTC")


def _database_time() -> datetime:
    if connection.vendor == "sqlite":
        return datetime.fromisoformat(f"{_ask('SELECT datetime()')}+00:00")
    return _ask("SELECT clock_timestamp()")


CHECKS = [database, migrations, caching, broker, email, outbox, clock]
