"""What travels compressed, and what stays as it is."""

from __future__ import annotations

import gzip

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

pytestmark = pytest.mark.django_db


def test_a_page_about_one_person_travels_compressed(client):
    plain = client.get("/cart/")
    packed = client.get("/cart/", HTTP_ACCEPT_ENCODING="gzip, br")
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content) / 2
    assert b"</html>" in gzip.decompress(packed.content)
    assert not plain.has_header("Content-Encoding")


def test_two_answers_of_the_same_length_differ_in_size(client):
    sizes = {len(client.get("/cart/", HTTP_ACCEPT_ENCODING="gzip").content) for _ in range(8)}
    assert len(sizes) > 1


def test_a_page_that_is_kept_is_compressed_once(client):
    client.get("/", HTTP_ACCEPT_ENCODING="gzip")
    kept = client.get("/", HTTP_ACCEPT_ENCODING="gzip")
    assert b"</html>" in gzip.decompress(kept.content)


def test_a_picture_stays_as_it_is(client):
    name = default_storage.save("pictures/mug.jpg", ContentFile(b"\xff\xd8" * 500))
    answer = client.get(f"/media/{name}", HTTP_ACCEPT_ENCODING="gzip")
    assert (answer.status_code, answer.has_header("Content-Encoding")) == (200, False)
