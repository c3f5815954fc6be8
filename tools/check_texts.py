"""Are the translations complete? Every .po without gaps, doubts or broken placeholders, and no text left out.

    python tools/check_texts.py

Reading needs no GNU gettext. Where it is installed, the texts in the source are collected anew as well,
and one that a translator has never seen is named.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE_LANGUAGE = "en"  # what the source is written in needs no translation


def main() -> int:
    catalogues = sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po"))
    catalogues = [path for path in catalogues if path.parent.parent.name != SOURCE_LANGUAGE]
    problems = [problem for path in catalogues for problem in gaps(path)]
    if shutil.which("xgettext") and catalogues:
        problems += list(unseen(catalogues))
    else:
        print("Texts in the source were not compared: GNU gettext is not installed.")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(catalogues)} catalogues checked, {len(problems)} problems")
    return bool(problems)


def gaps(path: Path) -> Iterator[str]:
    catalogue, where = load(path), path.relative_to(ROOT)
    for message in texts(catalogue):
        if message.fuzzy:
            yield f"{where}:{message.lineno}: fuzzy: {shown(message)}"
        elif not is_translated(message, catalogue.num_plurals):
            yield f"{where}:{message.lineno}: not translated: {shown(message)}"
        else:
            yield from (f"{where}:{message.lineno}: {error}" for error in message.check(catalogue))


def unseen(catalogues: list[Path]) -> Iterator[str]:
    """Texts that makemessages finds in the source and a catalogue lacks."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "source"
        copy_source(copy)
        languages = sorted({path.parent.parent.name for path in catalogues})
        options = [part for language in languages for part in ("--locale", language)]
        command = [sys.executable, "manage.py", "makemessages", "--no-location", "--ignore=tests", *options]
        subprocess.run(
            command, cwd=copy, env=os.environ | {"DEMO": "1"}, check=True, stdout=subprocess.DEVNULL
        )
        for path in catalogues:
            known = {key(message) for message in texts(load(path))}
            fresh = copy / path.relative_to(ROOT)
            for message in texts(load(fresh)):
                if key(message) not in known:
                    yield f"{path.relative_to(ROOT)}: missing, run make messages: {shown(message)}"


def copy_source(target: Path) -> None:
    ignored = shutil.ignore_patterns(
        ".venv", ".git", "var", "media", "static-built", "node_modules", "demo", "*.mo"
    )
    shutil.copytree(ROOT, target, ignore=ignored)


def load(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def texts(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def is_translated(message: Message, plurals: int) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(strings) and len(strings) == (plurals if message.pluralizable else 1)


def key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id[0] if message.pluralizable else message.id


def shown(message: Message) -> str:
    return repr(key(message)[1])


if __name__ == "__main__":
    sys.exit(main())
