"""Which templates, texts and code made a row: rows of another build are drawn live until they are renewed."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from django.conf import settings
from django.templatetags.static import static

SOURCES = (
    "templates/catalog/_*.html",
    "templates/components/*.html",
    "shop/templatetags/ui.py",
    "shop/money.py",
    "catalog/index/*.py",
    "catalog/search/*.py",
    "catalog/media.py",
    "inventory/availability.py",
    "locale/*/LC_MESSAGES/*.mo",
)


def build() -> str:
    """A fingerprint of all that a row's HTML depends on besides the data."""
    return _fingerprint() if settings.DEBUG else _known_fingerprint()


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{settings.SITE_URL} {settings.MEDIA_URL} {_sprite()}".encode())
    for pattern in SOURCES:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


_known_fingerprint = lru_cache(maxsize=1)(_fingerprint)


def _sprite() -> str:
    try:
        return static("icons.svg")
    except ValueError:  # not collected yet: the pages themselves will say so
        return ""
