"""Where the demo lives: its folder, its ports, and the environment of everything that it starts."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from django.conf import settings

FOLDER = settings.VAR_DIR / "demo"
DATABASE = FOLDER / "shop.sqlite3"
LOGS = FOLDER / "logs"
SANDBOX_STATE = FOLDER / "sandbox.sqlite3"
SANDBOX_STEP = 420  # the card sandbox listens so far above the shop
WEBHOOK_SECRET = "whsec_demo"  # noqa: S105 - between the demo and its own sandbox
MARK = "LOTOK_DEMO"  # set in the environment of the demo's processes


def host() -> str:
    return os.environ.get("HOST", "127.0.0.1")


def port() -> int:
    return int(os.environ.get("PORT", "8000"))


def address() -> str:
    return f"http://{host()}:{port()}"


def sandbox_address() -> str:
    return f"http://127.0.0.1:{port() + SANDBOX_STEP}"


def environment() -> dict[str, str]:
    """The demo's own settings, whatever the keyboard's or .env's are: it never touches a real shop's data."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STRIPE_", "REDIS_"))}
    return kept | {
        MARK: "1",
        "DEMO": "1",
        "DEBUG": "0",
        "SECRET_KEY": "only-for-the-demo-" * 4,
        "HOST": host(),
        "PORT": str(port()),
        "SITE_URL": address(),
        "ALLOWED_HOSTS": os.environ.get("ALLOWED_HOSTS", f"127.0.0.1,localhost,[::1],{host()}"),
        "DATABASE_URL": f"sqlite:///{DATABASE}",
        "REDIS_URL": "",
        "MEDIA_ROOT": str(FOLDER / "media"),
        "MEDIA_URL": "/media/",
        "EMAIL_URL": "dummymail://",  # mails are read at a staff page
        "OUTBOX_MODE": "sweep",  # the worker carries everything out, so that pages never wait for pictures
        "STRIPE_SECRET_KEY": "sk_test_demo",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_demo",
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "STRIPE_API_BASE": sandbox_address(),
        "STRIPE_JS_URL": f"{sandbox_address()}/v3/",
    }


def is_ours() -> bool:
    """Whether this process already runs with the demo's settings."""
    return os.environ.get(MARK) == "1"


def start_over_with_its_settings() -> None:
    """Become the same command with the demo's environment; settings are read once, at the start."""
    os.execve(sys.executable, [sys.executable, *sys.argv], environment())  # noqa: S606


def busy_ports() -> list[int]:
    return [number for number in (port(), port() + SANDBOX_STEP) if _is_busy(number)]


def _is_busy(number: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host(), number))
        except OSError:
            return True
    return False


def fingerprints_file() -> Path:
    return FOLDER / "done.json"
