"""Pages of text in the menus of the shell, and in the sitemap."""

from __future__ import annotations

from django.urls import reverse

from content.models import Page
from shop.shell import provides
from shop.sitemap import Row, Section, add_section
from shop.translation import Translated

HELP = ("delivery", "returns", "warranty", "contacts")
ABOUT = ("about", "privacy", "terms")


@provides("help")
def help_pages() -> list[dict[str, str]]:
    return _entries(HELP)


@provides("about")
def about_pages() -> list[dict[str, str]]:
    return _entries(ABOUT)


def _entries(slugs: tuple[str, ...]) -> list[dict[str, str]]:
    titles = dict(Page.objects.filter(slug__in=slugs).values_list("slug", "title"))
    return [{"name": str(Translated(titles[slug])), "url": _url(slug)} for slug in slugs if slug in titles]


def _url(slug: str) -> str:
    return reverse("content:page", args=[slug])


def _rows(start: int, end: int) -> list[Row]:
    rows = Page.objects.order_by("pk").values_list("slug", "updated_at")[start:end]
    return [(_url(slug), updated_at) for slug, updated_at in rows]


add_section("home", Section(lambda: 1, lambda start, end: [(reverse("content:home"), None)][start:end]))
add_section("pages", Section(Page.objects.count, _rows))
