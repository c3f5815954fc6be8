"""What must be there before the demo can start; done once, and again only when its inputs have changed."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from shop.demo import place, store

Say = Callable[[str], object]


@dataclass(frozen=True)
class Step:
    """`inputs` are patterns of files below the checkout; no outputs, no skipping."""

    name: str
    words: str
    do: Callable[[], object]
    inputs: tuple[str, ...]
    outputs: tuple[Path, ...] = ()


def prepare(say: Say) -> None:
    """Build, migrate and load whatever is missing or older than its inputs."""
    place.LOGS.mkdir(parents=True, exist_ok=True)
    done = _read()
    for step in _steps():
        mark = _fingerprint(step.inputs)
        if _is_done(step, mark, done):
            continue
        started = time.monotonic()
        say(f"  {step.words} ...")
        step.do()
        done[step.name] = mark
        place.fingerprints_file().write_text(json.dumps(done, indent=1))
        if (seconds := time.monotonic() - started) > 2:
            say(f"    {seconds:.0f} s")


def renew_rows() -> None:
    """Cards and pages that older templates made; until then they are drawn live, so the shop may be open already."""
    _quietly("reindex", "--stale")


def would_do(*, reset: bool, load_only: bool) -> list[str]:
    """The steps that a start would take now, by name."""
    if load_only:
        return ["store"]
    done = {} if reset else _read()
    return [step.name for step in _steps() if not _is_done(step, _fingerprint(step.inputs), done)]


def _is_done(step: Step, mark: str, done: dict[str, str]) -> bool:
    return done.get(step.name) == mark and all(output.exists() for output in step.outputs)


def throw_away() -> None:
    shutil.rmtree(place.FOLDER, ignore_errors=True)


def _steps() -> list[Step]:
    apps = "*/demo.py"
    return [
        Step(
            "assets",
            "Building style sheets, fonts and icons",
            lambda: _quietly("build_assets"),
            ("static/**/*", "templates/**/*.html", "shop/assets.py", "*/*.py", "requirements.txt"),
            (settings.BUILT_ASSETS_DIR / "css" / "shop.css",),
        ),
        Step(
            "texts",
            "Compiling the translations",
            lambda: _quietly("compilemessages"),
            ("locale/*/LC_MESSAGES/*.po",),
            tuple(path.with_suffix(".mo") for path in settings.BASE_DIR.glob("locale/*/LC_MESSAGES/*.po")),
        ),
        Step(
            "files",
            "Collecting the front-end files",
            lambda: _quietly("collectstatic", "--noinput"),
            ("static-built/**/*", "requirements.txt"),
            (settings.STATIC_ROOT / "staticfiles.json",),
        ),
        Step(
            "tables",
            "Preparing the database",
            lambda: _quietly("migrate", "--noinput"),
            ("*/migrations/*.py", "requirements.txt"),
            (place.DATABASE,),
        ),
        Step(
            "store",
            "Loading the store: 48 products and 146 pictures",
            lambda: store.load(lambda text: None),
            ("demo/catalogue.json", "demo/images/*", apps, "catalog/imaging.py"),
            (place.DATABASE, Path(settings.MEDIA_ROOT)),
        ),
    ]


def _quietly(command: str, *arguments: str) -> None:
    call_command(command, *arguments, stdout=StringIO(), verbosity=0)


def _fingerprint(patterns: Iterable[str]) -> str:
    """Of sizes and times for many files, so that a second start does not read them all."""
    digest = hashlib.sha256(django.__version__.encode())
    for pattern in patterns:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            if path.is_file():
                found = path.stat()
                digest.update(f"{path} {found.st_size} {found.st_mtime_ns}".encode())
    return digest.hexdigest()


def _read() -> dict[str, str]:
    try:
        return json.loads(place.fingerprints_file().read_text())
    except (OSError, ValueError):
        return {}
