"""The forms of the footer: language and colours."""

import pytest
from django.urls import reverse


def choose(client, **fields):
    return client.post(reverse("shop:preferences"), fields, HTTP_SEC_FETCH_SITE="same-origin")


def test_a_language_leads_to_the_same_page_in_it(client):
    assert choose(client, language="ru", next="/cart/").headers["Location"] == "/ru/cart/"
    assert choose(client, language="en", next="/ru/cart/").headers["Location"] == "/cart/"


def test_without_a_named_page_it_is_the_one_the_browser_came_from(client):
    response = client.post(
        reverse("shop:preferences"),
        {"language": "ru"},
        HTTP_SEC_FETCH_SITE="same-origin",
        HTTP_REFERER="http://testserver/cart/?x=1",
    )
    assert response.headers["Location"] == "/ru/cart/?x=1"


def test_a_browser_that_names_no_page_is_led_home(client):
    origin = {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_REFERER": "http://["}
    assert client.post(reverse("shop:preferences"), {"language": "en"}, **origin).headers["Location"] == "/"


def test_a_theme_is_remembered_and_forgotten(client):
    assert choose(client, theme="dark", next="/").cookies["theme"].value == "dark"
    assert choose(client, theme="auto", next="/").cookies["theme"].value == ""
    assert choose(client, theme="<script>", next="/").cookies["theme"].value == ""


@pytest.mark.parametrize(
    "target",
    [
        "//evil",
        "https:evil",
        "/\\evil",
        "javascript:alert(1)",
        "http:///evil",
        "/\t/evil",
        "@evil",
        "https://evil/",
        "",
    ],
)
def test_the_way_back_stays_in_the_shop(client, target):  # reliability 49
    location = choose(client, language="xx", next=target).headers["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_a_header_cannot_be_smuggled_in(client):  # reliability 49
    response = choose(client, language="ru", next="/%0d%0aX-Evil: 1")
    assert "X-Evil" not in response.headers
