"""A whole shop in processes of its own: gunicorn, the worker, the clock; to be killed and started again.

house.start("web", "worker")
house.kill("web")                       # master and workers at once, as by kill -9
house.start("web")
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90  # on a machine where much else is running
LOG_LINES = 40


def free_port() -> int:
    """Below those that the kernel gives to outgoing connections: nobody takes it while the shop is dead."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                continue
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Process:
    """A command in a process group of its own, with its log."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.command, self.environment, self.log = command, environment, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self, number: int = signal.SIGKILL) -> None:
        """The whole group at once; those that the master leaves behind too."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        self._process.wait(timeout=30)
        while number == signal.SIGKILL and _group_lives(self._process.pid):
            time.sleep(0.01)
        self._process = None

    def end_of_log(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LOG_LINES:])


def _group_lives(group: int) -> bool:
    """Whether any member is not yet dead. A dead one that nobody has waited for does not count."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] not in "ZX":
            return True
    return False


class House:
    def __init__(self, folder: Path, settings: Any, database_url: str, redis_url: str = "") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.mail_folder = folder / "mails"
        self.marks = folder / "marks"
        self.marks.mkdir()
        self.has_queue = bool(redis_url)
        self.environment = _without_the_keyboards() | {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DEMO": "1",
            "DEBUG": "0",
            "SECRET_KEY": settings.SECRET_KEY,
            "SITE_URL": self.url,
            "PORT": str(self.port),
            "WEB_WORKERS": "1",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "OUTBOX_MODE": "celery" if redis_url else "sweep",
            "MEDIA_ROOT": str(folder / "media"),
            "EMAIL_URL": f"filemail:///{self.mail_folder}",
            "STRIPE_SECRET_KEY": settings.STRIPE_SECRET_KEY,
            "STRIPE_PUBLISHABLE_KEY": settings.STRIPE_PUBLISHABLE_KEY,
            "STRIPE_WEBHOOK_SECRET": ",".join(settings.STRIPE_WEBHOOK_SECRETS),
            "STRIPE_API_BASE": settings.STRIPE_API_BASE,
            "STRIPE_JS_URL": settings.STRIPE_JS_URL,
            "DIE_IN": str(self.marks),
        }
        self._running: dict[str, Process] = {}

    # --- Processes -------------------------------------------------------------------------------
    def start(self, *roles: str, **environment: str) -> None:
        """Start them (again), and wait until the web answers if it is one of them."""
        for role in roles:
            surroundings = self.environment | {"ROLE": role} | environment
            process = Process(self._command(role), surroundings, self.folder / f"{role}.log")
            process.start()
            self._running[role] = process
        if "web" in roles:
            self.wait_until_open()

    def kill(self, *roles: str) -> None:
        for role in roles:
            self._running.pop(role).kill()

    def stop(self) -> None:
        """However they are: the test is over. What they said last is shown if it failed."""
        self.kill(*self._running)
        for log in sorted(self.folder.glob("*.log")):
            print(f"--- {log.name}\n{self.log(log.stem)}")

    def wait_until_open(self) -> None:
        ends_at = time.monotonic() + START_SECONDS
        while not self.is_open():
            web = self._running["web"]
            assert web.is_running(), f"the shop did not start:\n{web.end_of_log()}"
            assert time.monotonic() < ends_at, f"the shop does not answer:\n{web.end_of_log()}"
            time.sleep(0.05)

    def is_open(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=5).ok
        except requests.RequestException:
            return False

    def _command(self, role: str) -> list[str]:
        python = [sys.executable, "-m"]
        celery = [*python, "celery", "--app", "shop.celery"]
        quietly = ["--loglevel", "WARNING"]
        if role == "web":
            return [*python, "gunicorn", "--config", "gunicorn.conf.py", "shop.wsgi:application"]
        if role == "clock":
            return [*celery, "beat", *quietly, "--schedule", str(self.folder / "beat")]
        if self.has_queue:
            return [*celery, "worker", *quietly, "--concurrency", "2"]
        return [sys.executable, "manage.py", "outbox_relay", "--watch"]

    # --- Dying at a step -------------------------------------------------------------------------
    def die_at(self, role: str, step: str) -> None:
        (self.marks / f"{role}:{step}").touch()

    def wait_for_death(self, role: str, step: str, seconds: float = 60) -> None:
        """Until the process of `role` has come past `step` and is dead."""
        ends_at = time.monotonic() + seconds
        while (self.marks / f"{role}:{step}").exists() or self._running[role].is_running():
            assert time.monotonic() < ends_at, f"{role} never came past {step!r}:\n{self.log(role)}"
            time.sleep(0.02)
        self.kill(role)

    def log(self, role: str) -> str:
        path = self.folder / f"{role}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-LOG_LINES:])

    # --- Mail ------------------------------------------------------------------------------------
    def mails_that_left(self) -> Iterator[str]:
        """The Message-ID of each, as often as it left the house."""
        for path in self.mail_folder.glob("*"):
            for line in path.read_text(errors="replace").splitlines():
                if line.startswith("Message-ID: "):
                    yield line.partition(": ")[2]


def _without_the_keyboards() -> dict[str, str]:
    """The environment without what the shop reads from it."""
    ours = ("STRIPE_", "REDIS_", "DATABASE_", "EMAIL_", "OUTBOX_", "WEB_", "PYTEST_", "COV_", "TEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
