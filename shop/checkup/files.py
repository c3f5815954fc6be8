"""Are pictures writable, and the front-end files and texts built?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

from shop.checkup.finding import Finding, failure, ok


def media() -> Iterator[Finding]:
    folder = Path(settings.MEDIA_ROOT)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(b"x" * 4096)
            file.flush()
        yield ok(f"Pictures can be written to {folder}")
    except OSError as error:
        yield failure(f"Pictures cannot be written to {folder}: {error}")


def static_files() -> Iterator[Finding]:
    built = Path(settings.BUILT_ASSETS_DIR)
    if not any(path.is_file() for path in built.rglob("*")):
        yield failure("The front-end files are not built. Run manage.py build_assets.")
    elif hasattr(staticfiles_storage, "hashed_files") and not staticfiles_storage.hashed_files:
        yield failure("The front-end files are not collected. Run manage.py collectstatic.")
    else:
        yield ok("The front-end files are built")


def texts() -> Iterator[Finding]:
    sources = [path for folder in settings.LOCALE_PATHS for path in Path(folder).glob("*/LC_MESSAGES/*.po")]
    stale = [path for path in sources if not _is_compiled(path)]
    if stale:
        languages = ", ".join(sorted({path.parent.parent.name for path in stale}))
        yield failure(f"Texts are not compiled ({languages}). Run manage.py compilemessages.")
    else:
        yield ok(f"{len(sources)} catalogues of texts are compiled")


def _is_compiled(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime


CHECKS = [media, static_files, texts]
