"""Pictures as bytes: checked, cleaned and cut. Pillow only, no Django, so that a process pool starts fast."""

from __future__ import annotations

import hashlib
import io
import struct
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")  # what may be uploaded; SVG and animations may not
MAX_BYTES = 20_000_000
MAX_PIXELS = 50_000_000
WIDTHS = (160, 320, 480, 640, 960, 1280, 1600)
QUALITY = {"jpeg": 78, "webp": 75, "avif": 55}
WELL = (246, 246, 243)  # --surface: what shows through a transparent picture where the format has no alpha
# A decoder that meets nonsense raises one of these.
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, MemoryError, Image.DecompressionBombError)


class BadPicture(Exception):
    """Not a picture that the shop takes; `reason` is too_big, too_many_pixels, not_a_picture or animated."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Cut:
    """One rendition: its bytes and what a page must know of it."""

    format: str
    width: int
    height: int
    content: bytes


@dataclass(frozen=True)
class Prepared:
    """A picture that passed the checks: the cleaned original, its JPEGs, its colour."""

    sha256: str  # of what was uploaded: the same file twice is known
    extension: str
    content: bytes
    width: int
    height: int
    colour: str
    jpegs: tuple[Cut, ...]


def prepare(upload: bytes) -> Prepared:
    """Check an upload, turn it upright, drop its metadata and make its JPEGs. Raises BadPicture.

    The header is judged before a single pixel is decoded. What is kept is encoded anew, so nothing of the
    uploaded file but its pixels survives.
    """
    image = load(upload)
    extension, content = _encode_original(image)
    return Prepared(
        sha256=hashlib.sha256(upload).hexdigest(),
        extension=extension,
        content=content,
        width=image.width,
        height=image.height,
        colour=dominant_colour(image),
        jpegs=tuple(cut(image, "jpeg")),
    )


def prepare_file(path: Path) -> Prepared:
    return prepare(path.read_bytes())


def load(upload: bytes) -> Image.Image:
    """The picture upright, in sRGB, with or without alpha, free of metadata. Raises BadPicture."""
    if len(upload) > MAX_BYTES:
        raise BadPicture("too_big")
    try:
        image = Image.open(io.BytesIO(upload), formats=FORMATS)
    except BROKEN as error:
        reason = "too_many_pixels" if isinstance(error, Image.DecompressionBombError) else "not_a_picture"
        raise BadPicture(reason) from error
    if image.width * image.height > MAX_PIXELS:
        raise BadPicture("too_many_pixels")
    if getattr(image, "n_frames", 1) > 1:
        raise BadPicture("animated")
    try:
        image.load()
        return _clean(image)
    except BROKEN as error:
        raise BadPicture("not_a_picture") from error


def cut(image: Image.Image, format: str) -> list[Cut]:
    """The picture in every width of the shop that it can fill, in one format, smallest first."""
    cuts, source = [], _flat(image) if format == "jpeg" else image
    for width in reversed(widths_for(image.width)):
        height = max(1, round(image.height * width / image.width))
        if (width, height) != source.size:
            # Each size is made from the next larger one: as sharp to the eye, at half the work.
            source = source.resize((width, height), Image.Resampling.LANCZOS)
        cuts.append(Cut(format, width, height, _encode(source, format)))
    return cuts[::-1]


def widths_for(width: int) -> list[int]:
    """The shop's widths up to the picture's own; a picture smaller than all of them keeps its own."""
    return [step for step in WIDTHS if step <= width] or [width]


def dominant_colour(image: Image.Image) -> str:
    """The colour of the largest even area, as #rrggbb: what a page shows until the picture is there."""
    small = _flat(image).resize((32, 32), Image.Resampling.BOX)
    palette = small.quantize(8, Image.Quantize.MEDIANCUT)
    _count, index = max(palette.getcolors())
    red, green, blue = palette.getpalette()[index * 3 : index * 3 + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def _clean(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    image = image.convert("RGBA" if has_alpha else "RGB")
    if profile:
        image = _to_srgb(image, profile)
    pixels = Image.new(image.mode, image.size)  # carries no metadata
    pixels.paste(image)
    return pixels


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode=image.mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image  # a broken or foreign profile: the numbers are taken as sRGB


def _flat(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    flat = Image.new("RGB", image.size, WELL)
    flat.paste(image, mask=image.getchannel("A"))
    return flat


def _encode_original(image: Image.Image) -> tuple[str, bytes]:
    """Nearly lossless, and quick: originals are kept for the next size or format that the shop may want."""
    target = io.BytesIO()
    if image.mode == "RGB":
        image.save(target, "JPEG", quality=95, subsampling=0)
        return "jpg", target.getvalue()
    image.save(target, "PNG", compress_level=3)
    return "png", target.getvalue()


def _encode(image: Image.Image, format: str) -> bytes:
    target, quality = io.BytesIO(), QUALITY[format]
    if format == "jpeg":
        image.save(target, "JPEG", quality=quality, progressive=True, optimize=True)
    elif format == "webp":
        image.save(target, "WEBP", quality=quality, method=4)
    else:
        image.save(target, "AVIF", quality=quality, speed=8, max_threads=1)
    return target.getvalue()
