"""The worker of a shop without Redis, and the command that starts it: told as an operator sees them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from shop import outbox, periodic, worker
from shop.models import Counter, Message
from shop.worker import Worker


def write(dedupe, topic="catalog.refresh", payload=None, **options):
    with transaction.atomic():
        outbox.publish(topic, payload or {"products": []}, dedupe=dedupe, **options)


def run(*arguments):
    out = StringIO()
    call_command("outbox_relay", *arguments, stdout=out)
    return out.getvalue().strip()


@pytest.fixture(autouse=True)
def asleep(settings):
    settings.OUTBOX_MODE = "sweep"


@pytest.fixture
def jobs(monkeypatch):
    """Only the jobs that the test registers."""
    monkeypatch.setattr(worker, "TICK_SECONDS", 0.02)
    only: dict[str, periodic.Job] = {}
    monkeypatch.setattr(periodic, "JOBS", only)
    monkeypatch.setattr(worker, "JOBS", only)
    return only


@pytest.fixture
def working(jobs, transactional_db):
    """A worker at work in a thread of this process."""
    at_work = Worker()
    thread = threading.Thread(target=at_work.run)
    thread.start()
    yield at_work
    at_work.stop()
    thread.join(10)
    assert not thread.is_alive()


# --- The command ---------------------------------------------------------------------------------
@pytest.mark.django_db
class TestCommand:
    def test_it_carries_out_what_is_due(self):
        write("a")
        write("b", available_at=timezone.now() + timedelta(hours=1))
        assert run() == "1 done, 0 due, 1 waiting, 0 dead"

    def test_it_can_be_asked_as_if_it_were_later(self):
        write("a", available_at=timezone.now() + timedelta(hours=1))
        later = (timezone.now() + timedelta(hours=2)).isoformat()
        assert json.loads(run("--json", "--now", later)) == {"done": 1, "due": 0, "waiting": 0, "dead": 0}

    def test_a_dry_run_only_counts(self):
        write("a")
        assert json.loads(run("--json", "--dry-run")) == {"done": 0, "due": 1, "waiting": 1, "dead": 0}

    def test_draining_leaves_nothing_that_is_due(self):
        for number in range(130):
            write(f"m{number}")
        assert run("--drain") == "130 done, 0 due, 0 waiting, 0 dead"

    def test_draining_waits_for_what_a_killed_worker_had_begun(self):
        write("a")
        outbox._claim(None, None)
        Message.objects.update(claimed_until=timezone.now() + timedelta(seconds=1))
        assert run("--drain") == "1 done, 0 due, 0 waiting, 0 dead"

    def test_draining_does_not_wait_for_what_failed(self):
        write("a", topic="no.such")
        started = time.monotonic()
        assert run("--drain") == "0 done, 0 due, 1 waiting, 0 dead"
        assert time.monotonic() - started < 5

    @pytest.mark.parametrize("arguments", [["--drain", "--watch"], ["--now", "soon"]])
    def test_what_makes_no_sense_is_refused(self, arguments):
        with pytest.raises(CommandError):
            run(*arguments)


# --- The worker ----------------------------------------------------------------------------------
def test_it_relays_what_comes_in(working, eventually):
    write("a")
    eventually(lambda: working.done == 1)
    assert Message.objects.get().state == Message.State.DONE


def test_it_does_the_clocks_jobs_when_they_are_due_and_not_more_often(jobs, working, eventually):
    often, seldom = [], []
    jobs["often"] = periodic.Job("often", 0, lambda: often.append(1))
    jobs["seldom"] = periodic.Job("seldom", 3600, lambda: seldom.append(1))
    eventually(lambda: len(often) > 5)
    assert seldom == [1]


def test_a_job_that_fails_stops_neither_the_others_nor_the_outbox(jobs, working, eventually):
    done = []
    jobs["bad"] = periodic.Job("bad", 0, lambda: 1 / 0)
    jobs["good"] = periodic.Job("good", 0, lambda: done.append(1))
    write("a")
    eventually(lambda: len(done) > 3)
    eventually(lambda: Message.objects.get().state == Message.State.DONE)


def test_no_mail_waits_for_a_slow_job(jobs, working, eventually):
    release = threading.Event()
    jobs["slow"] = periodic.Job("slow", 3600, lambda: release.wait(10))
    write("a")
    eventually(lambda: Message.objects.get().state == Message.State.DONE)
    release.set()


def test_a_connection_that_broke_is_made_anew(jobs, working, eventually):
    broken, counted = [], []

    def break_it():
        if len(broken) < 2:
            connection.ensure_connection()
            connection.connection.close()
            broken.append(1)
        Counter.objects.count()
        counted.append(1)

    jobs["break"] = periodic.Job("break", 0, break_it)
    eventually(lambda: len(broken) == 2 and len(counted) > 2)


def test_a_worker_that_is_stopped_finishes_what_it_has_begun(jobs, transactional_db, eventually):
    at_work = Worker()
    begun, release = threading.Event(), threading.Event()
    ended = []

    def slow():
        begun.set()
        release.wait(10)
        ended.append(1)

    jobs["slow"] = periodic.Job("slow", 0, slow)
    thread = threading.Thread(target=at_work.run)
    thread.start()
    assert begun.wait(10)
    at_work.stop()
    release.set()
    thread.join(10)
    assert (thread.is_alive(), ended) == (False, [1])


# --- As a process of its own ---------------------------------------------------------------------
def start_process():
    """`manage.py outbox_relay --watch` on the database of this test."""
    database = connection.settings_dict
    url = f"sqlite:///{database['NAME']}"
    if connection.vendor == "postgresql":
        host = f"{database['HOST']}:{database['PORT'] or 5432}"
        who = f"{database['USER']}:{database['PASSWORD']}".rstrip(":")
        url = f"postgres://{who}@{host}/{database['NAME']}"
    environment = os.environ | {"DEMO": "1", "DATABASE_URL": url, "REDIS_URL": ""}
    command = [sys.executable, "manage.py", "outbox_relay", "--watch", "--json"]
    return subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_ends_cleanly_when_it_is_told_to(transactional_db, eventually, number):
    write("a")
    process = start_process()
    try:
        eventually(lambda: Message.objects.get().state == Message.State.DONE, seconds=60)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert json.loads(out) == {"done": 1, "due": 0, "waiting": 0, "dead": 0}
