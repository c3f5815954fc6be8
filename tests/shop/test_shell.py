"""What every page has around it: the same for all visitors, made once, with the visitor's place and look marked."""

from __future__ import annotations

import re

import pytest
from django.test import RequestFactory
from django.utils import translation

from shop import shell as shells
from shop.models import Counter
from tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_made():
    shells._made.clear()
    yield
    shells._made.clear()


def shell_at(path: str, **cookies: str) -> shells.Shell:
    request = RequestFactory().get(path)
    request.COOKIES.update(cookies)
    return shells.shell(request)


def test_the_header_names_the_shelves_and_marks_the_one_that_the_page_is_on():
    shelf = CategoryFactory(name={"en": "Lamps", "ru": "Лампы"}, slug="lamps")
    elsewhere, there = shell_at("/"), shell_at(shelf.get_absolute_url())
    assert f'<a href="{shelf.get_absolute_url()}">Lamps</a>' in elsewhere.header_html
    assert f'<a aria-current="true" href="{shelf.get_absolute_url()}">Lamps</a>' in there.header_html


def test_each_language_has_a_shell_of_its_own():
    CategoryFactory(name={"en": "Lamps", "ru": "Лампы"}, slug="lamps")
    with translation.override("ru"):
        russian = shell_at("/ru/")
    assert "Лампы" in russian.header_html
    assert "onest-cyrillic" in russian.head_html
    assert "Lamps" in shell_at("/").header_html
    assert "onest-latin.woff2" in shell_at("/").head_html


def test_a_write_to_the_catalogue_is_seen_by_the_next_request():
    shell_at("/")
    CategoryFactory(name={"en": "Lamps"}, slug="lamps")
    assert "Lamps" not in shell_at("/").header_html
    Counter.bump("catalog")
    assert "Lamps" in shell_at("/").header_html


def test_the_shell_is_made_once_a_version(django_assert_num_queries):
    shell_at("/")
    with django_assert_num_queries(1):  # the version
        shell_at("/")
    request = RequestFactory().get("/")
    request.catalog_version = shells.version_for(RequestFactory().get("/"))
    with django_assert_num_queries(0):
        shells.shell(request)


def test_the_chosen_look_is_chosen_in_the_footer_and_a_made_up_one_is_not():
    assert '<option value="dark" selected' in shell_at("/", theme="dark").footer_html
    assert '<option value="ru" selected' not in shell_at("/", theme="ru").footer_html


def test_header_and_footer_hold_nothing_of_a_visitor():
    made = shell_at("/", theme="", cart_count="3", sessionid="secret")
    assert "secret" not in made.header_html + made.footer_html
    assert "csrfmiddlewaretoken" not in made.footer_html
    assert re.search(r"data-cart-count hidden></span>", made.header_html)


@pytest.mark.parametrize(
    ("path", "language", "there"),
    [
        ("/c/lamps/", "ru", "/ru/c/lamps/"),
        ("/ru/c/lamps/", "en", "/c/lamps/"),
        ("/ru/", "en", "/"),
        ("/", "ru", "/ru/"),
        ("/rugs/", "ru", "/ru/rugs/"),
    ],
)
def test_a_page_in_another_language(path, language, there):
    assert shells.in_language(path, language) == there


def test_a_menu_that_is_not_one_is_refused():
    with pytest.raises(ValueError, match="no menu 'sidebar'"):
        shells.provides("sidebar")
