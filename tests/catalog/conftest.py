"""Pictures as files, a small demo store; what the process keeps is forgotten between tests, whose versions start over."""

from __future__ import annotations

import io
import json

import pytest
from django.conf import settings
from PIL import Image

from catalog import promise
from shop import demo, shell, showcase


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


@pytest.fixture(scope="module")
def small_store(tmp_path_factory):
    """The store's own file, cut to what the tests speak of: pictures take their time."""
    store = json.loads((settings.BASE_DIR / "demo" / "catalogue.json").read_text(encoding="utf-8"))
    kept = {"tide-mug", "halo-tumblers", "rest-chair", "tray-table", "orb-lamp", "gift-card", "engraving"}
    store["products"] = [product for product in store["products"] if product["key"] in kept]
    for product in store["products"]:
        product["images"] = product["images"][:2]
    return store


@pytest.fixture
def loaded(small_store, monkeypatch, tmp_path):
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "catalogue.json").write_text(json.dumps(small_store))
    monkeypatch.setattr("shop.demo.store.FOLDER", folder)
    demo.load(lambda text: None)
