"""Pages of the shell: pictures, and what is said to those whose request cannot be read."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["../settings.py", "pictures/../../shop.sqlite3", "/etc/passwd", "originals/a.jpg"]
)
def test_only_pictures_of_the_shop_are_given_out(client, path):
    assert client.get(f"/media/{path}").status_code == 404


@pytest.mark.parametrize(
    "request_of",
    [
        lambda client: client.get("/", HTTP_HOST="evil.example"),
        lambda client: client.post("/track/", {f"field{number}": 1 for number in range(1_001)}),
    ],
)
def test_what_cannot_be_read_is_answered_in_words(client, request_of):
    answer = request_of(client)
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.content.decode()
    assert 'lang="ru"' in answer.content.decode()
