import time

from django.core.management.base import BaseCommand, CommandError

from shop.assets import AssetError, build


class Command(BaseCommand):
    help = (
        "Make the style sheets, fonts, icons and scripts of the shop from static/ and from pinned packages."
    )
    requires_system_checks = []

    def handle(self, **options):
        started = time.perf_counter()
        try:
            written = build()
        except AssetError as error:
            raise CommandError(str(error)) from error
        for path in written:
            self.stdout.write(path)
        self.stdout.write(f"{len(written)} files written in {time.perf_counter() - started:.1f} s")
