"""What may be uploaded, what becomes of it, and what pages are told to show."""

import hashlib
import io
import struct
import time
import zlib
from itertools import pairwise

import pytest
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

from catalog import media
from catalog.imaging import WIDTHS, dominant_colour, load
from catalog.models import Picture, Rendition
from shop import outbox
from shop.errors import Refused
from shop.models import Message
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def carry_out_the_outbox():
    Message.objects.update(available_at="2020-01-01T00:00:00Z")
    outbox.drain()


# --- Refusals ------------------------------------------------------------------------------------
def png_of_claimed_size(width: int, height: int) -> bytes:
    """A few bytes that claim to unpack to any number of pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data))
            + kind
            + data
            + struct.pack(">I", zlib.crc32(kind + data) & 0xFFFFFFFF)
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def test_a_flood_of_pixels_is_refused_by_its_header_alone():
    started = time.perf_counter()

    with pytest.raises(Refused, match="50 million pixels"):
        media.check(png_of_claimed_size(50_000, 50_000))

    assert time.perf_counter() - started < 0.5


def test_a_picture_above_our_limit_and_below_pillows_is_refused_too():
    with pytest.raises(Refused, match="50 million pixels"):
        media.check(png_of_claimed_size(8_000, 8_000))


def test_a_truncated_picture_is_refused(picture_file):
    noise = Image.effect_noise((600, 600), 80).convert("RGB")
    target = io.BytesIO()
    noise.save(target, "JPEG")

    with pytest.raises(Refused, match="damaged"):
        media.check(target.getvalue()[: len(target.getvalue()) // 2])


@pytest.mark.parametrize("format", ["GIF", "TIFF", "BMP", "ICO"])
def test_other_formats_are_refused(picture_file, format):
    with pytest.raises(Refused, match="not a JPEG, PNG or WebP"):
        media.check(picture_file(format, (64, 64)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just words that are called picture.jpg" * 1000,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a/*<html><script>alert(1)</script></html>*/",
        b"\xff\xd8\xff\xe0" + b"\x00" * 200,
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 200,
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    ],
)
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(Refused):
        media.check(content)


def test_a_moving_picture_is_refused(picture_file):
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    target = io.BytesIO()
    frames[0].save(target, "WEBP", save_all=True, append_images=frames[1:])

    with pytest.raises(Refused, match="Moving pictures"):
        media.check(target.getvalue())


def test_twenty_megabytes_are_too_many():
    with pytest.raises(Refused, match="20 MB"):
        media.check(b"\xff\xd8" + b"x" * 20_000_001)


def test_a_refused_upload_leaves_nothing_behind(settings):
    with pytest.raises(Refused):
        media.add_picture(b"no picture", alt={"en": "None"})

    assert not Picture.objects.exists()
    assert not list(settings.MEDIA_ROOT.rglob("*.*"))


def test_a_full_disk_leaves_no_row_and_no_file_to_be_taken_for_whole(picture_file, settings, monkeypatch):
    def half_written(name, content, max_length=None):
        path = settings.MEDIA_ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "save", half_written)

    with pytest.raises(Refused, match="disk is full"):
        media.add_picture(picture_file(), alt={"en": "A mug"})

    assert not Picture.objects.exists()
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


# --- What is kept --------------------------------------------------------------------------------
def test_only_the_pixels_of_an_upload_survive(picture_file):
    payload = b"<script>alert(1)</script>"
    upload = picture_file("JPEG", comment=payload) + b"<?php echo 1; ?>" + payload

    picture = media.add_picture(upload, alt={"en": "A mug"})

    files = [picture.original.name, *picture.renditions.values_list("file", flat=True)]
    assert all(payload not in default_storage.open(name).read() for name in files)


def test_a_picture_is_turned_upright_and_its_metadata_dropped():
    image = Image.new("RGB", (300, 200), "white")
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "Secret camera"
    target = io.BytesIO()
    image.save(target, "JPEG", exif=exif)

    picture = media.add_picture(target.getvalue(), alt={"en": "A mug"})

    assert (picture.width, picture.height) == (200, 300)
    kept = Image.open(picture.original.open())
    assert kept.size == (200, 300)
    assert not kept.getexif()
    assert b"Secret camera" not in picture.original.open().read()


def test_jpegs_are_there_at_once_and_never_larger_than_the_original(picture_file):
    picture = media.add_picture(picture_file(size=(1000, 1250)), alt={"en": "A mug"})

    rows = picture.renditions.all()
    assert {row.format for row in rows} == {"jpeg"}
    assert [row.width for row in rows] == [width for width in WIDTHS if width <= 1000]
    for row in rows:
        shown = Image.open(default_storage.open(row.file))
        assert shown.size == (row.width, row.height) == (row.width, round(row.width * 1.25))


def test_a_picture_smaller_than_the_smallest_width_keeps_its_own(picture_file):
    picture = media.add_picture(picture_file(size=(90, 120)), alt={"en": "A mug"})

    assert [row.width for row in picture.renditions.all()] == [90]


def test_the_same_file_has_the_same_names_and_another_file_others(picture_file):
    first = media.add_picture(picture_file(), alt={"en": "A mug"})
    again = media.add_picture(picture_file(), alt={"en": "A mug"})
    other = media.add_picture(picture_file(colour=(1, 2, 3)), alt={"en": "A mug"})

    names = [set(picture.renditions.values_list("file", flat=True)) for picture in (first, again, other)]
    assert names[0] == names[1]
    assert names[0].isdisjoint(names[2])
    assert first.sha256 == hashlib.sha256(picture_file()).hexdigest()


def test_the_dominant_colour_is_that_of_the_largest_area():
    image = Image.new("RGB", (100, 100), (220, 210, 200))
    ImageDraw.Draw(image).rectangle((40, 40, 60, 60), fill=(200, 0, 0))

    red, green, blue = (int(dominant_colour(image)[at : at + 2], 16) for at in (1, 3, 5))

    assert abs(red - 220) < 8
    assert abs(green - 210) < 8
    assert abs(blue - 200) < 8


def test_a_transparent_picture_stands_on_the_wells_colour_in_jpeg(picture_file):
    picture = media.add_picture(
        picture_file("PNG", (200, 200), mode="RGBA", colour=(0, 0, 0, 0)), alt={"en": "A mug"}
    )

    jpeg = Image.open(default_storage.open(picture.renditions.first().file))
    assert jpeg.getpixel((50, 50)) == pytest.approx((246, 246, 243), abs=4)
    assert load(picture.original.open().read()).mode == "RGBA"


# --- The slow formats ----------------------------------------------------------------------------
def test_the_worker_makes_webp_and_avif_in_the_same_widths(picture_file):
    picture = media.add_picture(picture_file(size=(700, 700)), alt={"en": "A mug"})

    carry_out_the_outbox()

    by_format = {}
    for row in Rendition.objects.filter(picture=picture):
        by_format.setdefault(row.format, []).append(row.width)
        assert Image.open(default_storage.open(row.file)).format.lower() == row.format
    assert by_format == {
        "jpeg": [160, 320, 480, 640],
        "webp": [160, 320, 480, 640],
        "avif": [160, 320, 480, 640],
    }


def test_a_message_that_comes_twice_makes_nothing_twice(picture_file):
    picture = media.add_picture(picture_file(), alt={"en": "A mug"})
    carry_out_the_outbox()
    before = list(Rendition.objects.values_list("pk", "file"))

    media.make_renditions(picture.pk, "webp")

    assert list(Rendition.objects.values_list("pk", "file")) == before


def test_a_message_about_a_picture_that_is_gone_is_done_with():
    media.make_renditions(4711, "webp")


def test_the_slow_formats_take_turns_and_never_run_in_the_request(picture_file, settings):
    settings.OUTBOX_MODE = "thread"  # without Celery, whose workers are elsewhere
    for shade in range(5):
        media.add_picture(picture_file(size=(64, 64), colour=(shade, 0, 0)), alt={"en": "A mug"})

    assert set(Rendition.objects.values_list("format", flat=True)) == {"jpeg"}
    times = list(
        Message.objects.filter(topic=media.TOPIC).order_by("id").values_list("available_at", flat=True)
    )
    assert all((later - sooner).total_seconds() > 0.5 for sooner, later in pairwise(times))


# --- Showing -------------------------------------------------------------------------------------
def test_a_page_is_told_of_nothing_that_does_not_exist_yet(picture_file):
    picture = media.add_picture(picture_file(), alt={"en": "A mug", "ru": "Кружка"})

    shown = media.picture_for(picture)

    assert [mime for mime, _srcset in shown.sources] == ["image/jpeg"]
    carry_out_the_outbox()
    shown = media.picture_for(Picture.objects.get(pk=picture.pk))
    assert [mime for mime, _srcset in shown.sources] == ["image/avif", "image/webp", "image/jpeg"]
    for _mime, srcset in shown.sources:
        for part in srcset.split(", "):
            assert default_storage.exists(part.split(" ")[0].removeprefix("/media/"))


def test_a_small_well_is_not_offered_large_files(picture_file):
    picture = media.add_picture(picture_file(size=(1600, 2000)), alt={"en": "A mug"})

    srcset = dict(media.picture_for(picture, up_to=320).sources)["image/jpeg"]

    assert [part.split(" ")[1] for part in srcset.split(", ")] == ["160w", "320w"]


def test_a_row_without_files_is_not_shown():
    product = ProductFactory()
    picture = Picture.objects.create(
        product=product, original="originals/x.jpg", sha256="0" * 64, width=1, height=1, colour="#ffffff"
    )

    assert media.picture_for(picture) is None
    assert media.picture_for(None) is None
