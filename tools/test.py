"""Run every test on every engine this machine has, and say at the end which those were.

    python tools/test.py [pytest arguments]

SQLite is always there. PostgreSQL and Redis are used where they answer on their usual ports of 127.0.0.1, or
where TEST_DATABASE_URL and TEST_REDIS_URL say. REQUIRE_ALL=1 refuses to go on without both, Chromium and Java; an
address that was given and does not answer is refused as well.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = "postgres://postgres@127.0.0.1:5432"
REDIS = "redis://127.0.0.1:6379/15"


def main(arguments: list[str]) -> int:
    left_out: list[str] = []
    services = find_services(left_out)
    if not find_chromium():
        left_out.append("the browser: no Chromium found (apt install chromium, or set CHROMIUM_BIN)")
    if not shutil.which("java"):
        left_out.append("the HTML checker: no Java found (apt install default-jre-headless)")
    if left_out and os.environ.get("REQUIRE_ALL") == "1":
        sys.exit("REQUIRE_ALL=1 does not allow to leave out " + "; ".join(left_out))
    prepare()
    with tempfile.TemporaryDirectory() as folder:
        shared = {"TEST_ACCOUNT": f"{folder}/account.jsonl", "TEST_LEFT_OUT": "\n".join(left_out)}
        runs = [{}, services] if services else [{}]
        codes = [run_pytest(arguments, shared | engine) for engine in runs]
    return next((code for code in codes if code), 0)


def find_services(left_out: list[str]) -> dict[str, str]:
    """DATABASE_URL and REDIS_URL for the second run; empty where PostgreSQL does not answer."""
    database, cache = database_url(), os.environ.get("TEST_REDIS_URL", REDIS)
    if refusal := refused_by_postgres(database):
        leave_out(left_out, "PostgreSQL and Redis", "TEST_DATABASE_URL", refusal)
        return {}
    if refusal := refused_by_redis(cache):
        leave_out(left_out, "Redis", "TEST_REDIS_URL", refusal)
        return {"DATABASE_URL": database}
    return {"DATABASE_URL": database, "REDIS_URL": cache}


def leave_out(left_out: list[str], what: str, variable: str, refusal: str) -> None:
    if variable in os.environ:
        sys.exit(f"{variable} was given, but {refusal}")
    left_out.append(f"{what}: {refusal} ({variable} says where to look)")


def database_url() -> str:
    """Two checkouts on one machine must not share a test database, so ours carries the folder's mark."""
    given = os.environ.get("TEST_DATABASE_URL", POSTGRES)
    if urlsplit(given).path.strip("/"):
        return given
    return f"{given.rstrip('/')}/lotok_{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"


def refused_by_postgres(url: str) -> str:
    server = urlsplit(url)._replace(scheme="postgresql", path="/postgres")
    try:
        with psycopg.connect(server.geturl(), connect_timeout=3):
            return ""
    except psycopg.Error as error:
        return f"{server.hostname}:{server.port or 5432} says {str(error).strip().splitlines()[-1]!r}"


def refused_by_redis(url: str) -> str:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3) as client:
            client.ping()
            return ""
    except (redis.RedisError, OSError) as error:
        return f"{urlsplit(url).netloc} says {str(error)!r}"


def find_chromium() -> str | None:
    return shutil.which(os.environ.get("CHROMIUM_BIN", "chromium")) or shutil.which("chromium-browser")


def prepare() -> None:
    """The pages under test need what the shop's pages need: built assets and compiled texts."""
    for command in ("build_assets", "compilemessages"):
        subprocess.run(
            [sys.executable, "manage.py", command], cwd=ROOT, env=environment({"DEMO": "1"}), check=True
        )


def run_pytest(arguments: list[str], engine: dict[str, str]) -> int:
    workers = ["-n", str(min(os.cpu_count() or 2, 8)), "--dist", "worksteal"]
    command = [sys.executable, "-m", "pytest", *workers, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment(engine)).returncode


def environment(changes: dict[str, str]) -> dict[str, str]:
    """What .env.example lists is for a shop of one's own; no test may depend on it."""
    own = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    return {name: value for name, value in os.environ.items() if name not in own} | changes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
