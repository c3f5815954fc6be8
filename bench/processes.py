"""What is measured: gunicorn with one process, the card sandbox, a worker where there is Redis."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "var" / "bench"
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def shop(port: int, *, page_cache: bool, sandbox_url: str = "") -> Iterator[str]:
    """The shop behind gunicorn, one process with eight threads; gives its address."""
    url = f"http://127.0.0.1:{port}"
    stripe = {
        "STRIPE_SECRET_KEY": "sk_test_bench",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_bench",
        "STRIPE_WEBHOOK_SECRET": "whsec_bench",
        "STRIPE_API_BASE": sandbox_url,
        "STRIPE_JS_URL": f"{sandbox_url}/v3/stripe.js",
    }
    environment = {
        "PORT": str(port),
        "WEB_WORKERS": "1",
        "WEB_THREADS": "8",
        "PAGE_CACHE": "on" if page_cache else "off",
        **(stripe if sandbox_url else {}),
    }
    # A worker that was replaced half-way would take its CPU time with it.
    command = ["gunicorn", "--config", "gunicorn.conf.py", "--max-requests", "0", "shop.wsgi:application"]
    with running("web", command, environment):
        wait_for(f"{url}/healthz")
        yield url


@contextmanager
def sandbox(port: int, webhook_url: str) -> Iterator[tuple[str, int]]:
    """The stand-in for Stripe: its address and its process id."""
    url = f"http://127.0.0.1:{port}"
    options = ["--port", str(port), "--webhook-url", webhook_url, "--webhook-secret", "whsec_bench"]
    options += ["--webhook-events", ",".join(settings.STRIPE_WEBHOOK_EVENTS)]
    with running("sandbox", ["payments.sandbox", *options], {}) as process:
        wait_for(f"{url}/v3/stripe.js")
        yield url, process.pid


@contextmanager
def worker() -> Iterator[int | None]:
    """What carries out the outbox where there is Redis; without, the web process does it itself."""
    if not os.environ.get("REDIS_URL"):
        yield None
        return
    command = ["celery", "--app", "shop.celery", "worker", "--loglevel", "WARNING", "--concurrency", "1"]
    with running("worker", command, {}) as process:
        yield process.pid


@contextmanager
def running(name: str, command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=os.environ | environment, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(url: str, seconds: float = 60) -> None:
    ends_at = time.monotonic() + seconds
    while True:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            if time.monotonic() > ends_at:
                sys.exit(f"{url} does not answer; {LOGS} says why")
            time.sleep(0.1)


def cpu_ms(pid: int) -> float:
    """CPU time of a process so far, by the kernel's count (in steps of 10 ms)."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) * 1000 / TICKS


def tree_cpu_ms(pid: int | None) -> float:
    """The same for a process and its children; 0 for none."""
    if pid is None:
        return 0.0
    children = [child for child in _processes() if int(_stat(child)[1]) == pid]
    return cpu_ms(pid) + sum(map(cpu_ms, children))


def database_cpu_ms() -> float:
    """CPU time of every PostgreSQL process of this machine so far; 0 where there is none."""
    names = {pid: _read(pid, "comm").strip() for pid in _processes()}
    return sum(cpu_ms(pid) for pid, name in names.items() if name == "postgres")


def _processes() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]


def _stat(pid: int) -> list[str]:
    """The fields after the name; those of a process that ended meanwhile are zeros."""
    return _read(pid, "stat").rpartition(")")[2].split() or ["0"] * 50


def _read(pid: int, what: str) -> str:
    try:
        return Path(f"/proc/{pid}/{what}").read_text()
    except OSError:
        return ""
