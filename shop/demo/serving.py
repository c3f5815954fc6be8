"""Starting the demo's processes, saying where they are, and stopping all of them together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management.base import CommandError

from shop.demo import place, preparing

Say = Callable[[str], object]
START_SECONDS = 60
STOP_SECONDS = 12
NICE = 10  # the worker makes pictures: it steps back when pages are asked for


@dataclass(frozen=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]


def run(say: Say, *, reset: bool, tell_facts: Callable[[dict[str, Any]], object] | None = None) -> None:
    """Prepare the demo, run it until Ctrl-C, and leave nothing behind but var/demo/.

    `tell_facts` is told once, when the shop is open: what `say` says in words, for a script.
    """
    if not place.is_ours():
        place.start_over_with_its_settings()
    if busy := place.busy_ports():
        raise CommandError(_busy_text(busy))
    started = time.monotonic()
    if reset:
        preparing.throw_away()
    say("Preparing the demo store")
    preparing.prepare(say)
    children: list[Child] = []
    stopping = Stopping()
    try:
        start_servers(children)
        preparing.renew_rows()
        if _is_open_in_time(children, stopping):
            start_worker(children)
            seconds = time.monotonic() - started
            say(welcome(seconds))
            if tell_facts:
                tell_facts(facts(seconds))
            _watch(children, stopping)
        say("\nStopping ...")
    finally:
        stop_all(children)
    say("The demo has stopped. Its data is kept; make demo-reset starts over.")


class Stopping:
    """Whether Ctrl-C was pressed. A flag, since an exception out of nowhere may leave a lock of subprocess taken."""

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: object) -> None:
        self._asked = True

    def __bool__(self) -> bool:
        return self._asked


# --- Processes -----------------------------------------------------------------------------------
def start_servers(children: list[Child]) -> None:
    python = sys.executable
    sandbox = [python, "-m", "payments.sandbox", "--port", str(place.port() + place.SANDBOX_STEP)]
    sandbox += ["--state", str(place.SANDBOX_STATE), "--webhook-secret", place.WEBHOOK_SECRET]
    sandbox += ["--webhook-url", f"{place.address()}/webhooks/stripe/"]
    sandbox += ["--webhook-events", ",".join(settings.STRIPE_WEBHOOK_EVENTS)]
    children.append(_start("sandbox", sandbox))
    children.append(_start("web", [python, "-m", "gunicorn", "shop.wsgi:application"]))


def start_worker(children: list[Child]) -> None:
    """After the shop is open: the pictures that an earlier start left to do would only delay that."""
    command = [sys.executable, "manage.py", "outbox_relay", "--watch"]
    children.append(_start("worker", command, nice=NICE))


def _start(name: str, command: list[str], nice: int = 0) -> Child:
    """In a session of its own: Ctrl-C reaches us alone, and we stop the others in order."""
    with (place.LOGS / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            command,
            cwd=settings.BASE_DIR,
            env=place.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    if nice:
        os.setpriority(os.PRIO_PROCESS, process.pid, nice)
    return Child(name, process)


def stop_all(children: list[Child]) -> None:
    """The last one started first; whoever does not go in time is made to."""
    for child in reversed(children):
        _signal(child, signal.SIGTERM)
    ends_at = time.monotonic() + STOP_SECONDS
    for child in reversed(children):
        try:
            child.process.wait(max(0.1, ends_at - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(child, signal.SIGKILL)
            child.process.wait()


def _signal(child: Child, number: int) -> None:
    if child.process.poll() is None:
        os.killpg(child.process.pid, number)


def _is_open_in_time(children: list[Child], stopping: Stopping) -> bool:
    """Wait for the first answer; False if Ctrl-C came first."""
    ends_at = time.monotonic() + START_SECONDS
    while not stopping:
        if _answers(f"{place.address()}/healthz"):
            return True
        _complain_about_the_dead(children)
        if time.monotonic() > ends_at:
            raise CommandError(f"The shop did not answer within {START_SECONDS} s; see {place.LOGS}.")
        time.sleep(0.1)
    return False


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
            return answer.status == 200
    except (URLError, OSError):
        return False


def _watch(children: list[Child], stopping: Stopping) -> None:
    while not stopping:
        _complain_about_the_dead(children)
        time.sleep(0.2)


def _complain_about_the_dead(children: list[Child]) -> None:
    for child in children:
        if child.process.poll() is not None:
            log = place.LOGS / f"{child.name}.log"
            last = log.read_text(errors="replace").strip().splitlines()[-15:]
            raise CommandError("\n".join([f"The demo's {child.name} has ended. The end of {log}:", *last]))


def facts(seconds: float) -> dict[str, Any]:
    accounts = import_module("accounts.demo")
    return {
        "url": place.address(),
        "sandbox_url": place.sandbox_address(),
        "staff": accounts.STAFF,
        "customer": accounts.CUSTOMER,
        "password": accounts.PASSWORD,
        "data": str(place.FOLDER),
        "seconds": round(seconds, 1),
    }


# --- Words ---------------------------------------------------------------------------------------
def welcome(seconds: float) -> str:
    accounts = import_module("accounts.demo")  # by name: the kernel imports no app
    folder = place.FOLDER.relative_to(settings.BASE_DIR)
    return f"""
  The shop is open (after {seconds:.0f} s):   {place.address()}/
                              in Russian: {place.address()}/ru/

  Staff       {place.address()}/admin/desk/       {accounts.STAFF}     password {accounts.PASSWORD}
  Customer    {place.address()}/accounts/login/   {accounts.CUSTOMER}  password {accounts.PASSWORD}
  Mails       {place.address()}/admin/mails/

  Test cards (any date to come, any security code):
    4242 4242 4242 4242   paid                     4000 0000 0000 0002   declined
    4000 0000 0000 3220   asks for 3-D Secure      4000 0000 0000 9995   not enough money
  More cards, faults, and what the card sandbox holds: {place.sandbox_address()}/

  Data and logs are in {folder}/ (make demo-reset starts over). Ctrl-C stops everything.
"""


def _busy_text(busy: list[int]) -> str:
    taken = f"Port {busy[0]} is" if len(busy) == 1 else f"Ports {busy[0]} and {busy[1]} are"
    other = place.port() + 100
    return (
        f"{taken} taken by another program (perhaps the demo is running already).\n"
        f"Start it elsewhere with: make demo PORT={other}   (it also uses PORT+{place.SANDBOX_STEP})"
    )
