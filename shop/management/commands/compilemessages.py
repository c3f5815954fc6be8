"""Compile the texts for use, without GNU gettext: Django's own command of this name needs msgfmt."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compiles locale/*/LC_MESSAGES/*.po into .mo files."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        catalogues = [
            path for folder in settings.LOCALE_PATHS for path in Path(folder).glob("*/LC_MESSAGES/*.po")
        ]
        for path in catalogues:
            compile_catalogue(path)
        self.stdout.write(f"{len(catalogues)} catalogues compiled")


def compile_catalogue(path: Path) -> None:
    """Write beside, then put in place: a shop that is running never reads half a file."""
    with path.open("rb") as source:
        catalogue = read_po(source, locale=path.parent.parent.name)
    unfinished = path.with_suffix(".mo.new")
    with unfinished.open("wb") as target:
        write_mo(target, catalogue)
    unfinished.replace(path.with_suffix(".mo"))
