"""Pictures of the shop: taken in, cut to size by the outbox worker, shown by what exists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.imaging import BadPicture, Cut, Prepared, cut, load, prepare
from catalog.models import Picture, Product, Rendition, Variant
from shop import outbox
from shop.errors import Refused
from shop.models import Message

RECIPE = "1"  # part of every file's name: change it when sizes or qualities change
EXTENSIONS = {"jpeg": "jpg", "webp": "webp", "avif": "avif"}
TOPIC = "catalog.make_renditions"
SLOW_FORMATS = ("webp", "avif")  # made later by the worker; JPEG is there from the first moment


# --- Taking in -----------------------------------------------------------------------------------
def add_picture(
    upload: bytes | Prepared,
    *,
    alt: dict[str, str],
    product: Product | None = None,
    variant: Variant | None = None,
    view: str = "",
    position: int = 0,
    focus: tuple[int, int] = (50, 50),
    source: str = "",
) -> Picture:
    """Check and keep a picture with its JPEGs; ask the worker for the slow formats.

    Files come first and rows after, so no row ever points to a file that is missing. The caller renews the
    pages (`catalog.actions` does). Raises Refused, in words fit for whoever uploaded it.
    """
    prepared = upload if isinstance(upload, Prepared) else check(upload)
    original = _store(f"originals/{prepared.sha256}.{prepared.extension}", prepared.content)
    rows = [_store_cut(prepared.sha256, jpeg) for jpeg in prepared.jpegs]
    with transaction.atomic():
        picture = Picture.objects.create(
            product=product,
            variant=variant,
            original=original,
            sha256=prepared.sha256,
            width=prepared.width,
            height=prepared.height,
            alt=alt,
            colour=prepared.colour,
            focus_x=focus[0],
            focus_y=focus[1],
            position=position,
            view=view,
            source=source,
        )
        _keep(picture, rows)
        for format in SLOW_FORMATS:
            _ask_for(picture, format)
    return picture


def check(upload: bytes) -> Prepared:
    """`imaging.prepare`, refusing in words."""
    try:
        return prepare(upload)
    except BadPicture as error:
        raise Refused(_refusals()[error.reason]) from error


def _refusals() -> dict[str, str]:
    return {
        "too_big": _("The file is larger than 20 MB. Save the picture smaller and upload it again."),
        "too_many_pixels": _(
            "The picture has more than 50 million pixels. Scale it down and upload it again."
        ),
        "animated": _("Moving pictures are not taken. Upload a single frame."),
        "not_a_picture": _("This is not a JPEG, PNG or WebP picture, or it is damaged. Upload another file."),
    }


def _ask_for(picture: Picture, format: str) -> None:
    outbox.publish(
        TOPIC,
        {"picture": picture.pk, "format": format},
        dedupe=f"renditions:{picture.pk}:{format}:{RECIPE}",
        available_at=_next_turn(),
    )


def _next_turn() -> datetime | None:
    """At once for Celery; else one a second, so that many pictures never keep mails or shoppers waiting."""
    if settings.OUTBOX_MODE == "celery":
        return None
    waiting = Message.objects.filter(topic=TOPIC, state=Message.State.WAITING).count()
    return timezone.now() + timedelta(seconds=2 + waiting)


# --- The slow formats ----------------------------------------------------------------------------
@outbox.handles(TOPIC)
def make_renditions(picture: int, format: str) -> None:
    """Make all sizes of a picture in one format. Twice is harmless: names and rows are the same."""
    row = Picture.objects.filter(pk=picture).first()
    if row is None or row.renditions.filter(format=format).exists():
        return
    with row.original.open("rb") as file:
        image = load(file.read())
    rows = [_store_cut(row.sha256, made) for made in cut(image, format)]
    with transaction.atomic():
        _keep(row, rows)
        _renew_pages(row, timezone.now())


def _renew_pages(picture: Picture, now: datetime) -> None:
    """Pages take up new formats within two minutes; many pictures of a product renew it once."""
    minute = int(now.timestamp() // 60) + 1
    outbox.publish(
        "catalog.refresh",
        {"products": [picture.product_id] if picture.product_id else []},
        dedupe=f"pictures:{picture.product_id or 'shop'}:{minute}",
        available_at=datetime.fromtimestamp(minute * 60, tz=now.tzinfo),
    )


def _keep(picture: Picture, rows: Iterable[Rendition]) -> None:
    """All sizes of a format or none: a page never offers a format that lacks the size it needs."""
    for row in rows:
        row.picture = picture
    Rendition.objects.bulk_create(rows, ignore_conflicts=True)


def _store_cut(sha256: str, made: Cut) -> Rendition:
    name = f"p/{sha256[:16]}{RECIPE}-{made.width}.{EXTENSIONS[made.format]}"
    return Rendition(
        format=made.format,
        width=made.width,
        height=made.height,
        file=_store(name, made.content),
        size=len(made.content),
    )


def _store(name: str, content: bytes) -> str:
    """Write a file under the name that its content gives it; what is there already is the same."""
    if default_storage.exists(name):
        return name
    try:
        return default_storage.save(name, ContentFile(content))
    except OSError as error:
        default_storage.delete(name)  # half a file must not pass for the whole one later
        raise Refused(_("The picture could not be stored: the disk is full or not writable.")) from error


# --- Showing -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Shown:
    """A picture as `{% picture %}` takes it, in one language."""

    sources: list[tuple[str, str]]  # (MIME type, srcset), the smallest format first
    src: str
    width: int
    height: int
    alt: str
    colour: str
    focus_x: int = 50
    focus_y: int = 50

    def __bool__(self) -> bool:
        return bool(self.src)


def picture_for(picture: Picture | None, up_to: int = 1600) -> Shown | None:
    """What exists of `picture`, in sizes up to a width. Reads `picture.renditions` (prefetch them)."""
    by_format: dict[str, list[Rendition]] = {}
    for rendition in picture.renditions.all() if picture else ():
        by_format.setdefault(rendition.format, []).append(rendition)
    if not picture or "jpeg" not in by_format:
        return None
    chosen = {format: _up_to(rows, up_to) for format, rows in by_format.items()}
    fallback = max((row for row in chosen["jpeg"] if row.width <= 640), key=_width, default=chosen["jpeg"][0])
    return Shown(
        sources=[(f"image/{format}", _srcset(chosen[format])) for format in _ORDER if format in chosen],
        src=default_storage.url(fallback.file),
        width=picture.width,
        height=picture.height,
        alt=str(picture.alt),
        colour=picture.colour,
        focus_x=picture.focus_x,
        focus_y=picture.focus_y,
    )


_ORDER = ("avif", "webp", "jpeg")


def _up_to(rows: list[Rendition], width: int) -> list[Rendition]:
    rows = sorted(rows, key=_width)
    return [row for row in rows if row.width <= width] or rows[:1]


def _width(row: Rendition) -> int:
    return row.width


def _srcset(rows: list[Rendition]) -> str:
    return ", ".join(f"{default_storage.url(row.file)} {row.width}w" for row in rows)


def shown_from(data: dict[str, Any] | None) -> Shown | None:
    """A `Shown` that was kept as JSON."""
    return Shown(**data) if data else None
