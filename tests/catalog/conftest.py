"""Pictures as files; what the process keeps is forgotten between tests, whose versions start over."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from catalog import promise
from shop import shell, showcase


@pytest.fixture(autouse=True)
def nothing_from_before():
    promise.forget()
    showcase.forget()
    shell._made.clear()


@pytest.fixture
def picture_file():
    """picture_file("PNG", (800, 1000)): the bytes of a plain picture."""

    def make(format: str = "JPEG", size: tuple[int, int] = (800, 1000), **options) -> bytes:
        image = Image.new(options.pop("mode", "RGB"), size, options.pop("colour", (200, 190, 180)))
        target = io.BytesIO()
        image.save(target, format, **options)
        return target.getvalue()

    return make
