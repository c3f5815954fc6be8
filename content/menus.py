"""Pages of text in the menus of the shell, on other pages, and in the sitemap."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from content.models import Page
from shop.shell import provides
from shop.showcase import shows
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


@shows("page")
def pages(slugs: list[str]) -> dict[str, Any]:
    """What a page is about: its title, where it is, how it begins."""
    rows = Page.objects.filter(slug__in=slugs)
    return {
        row.slug: {
            "name": str(row.title),
            "url": row.get_absolute_url(),
            "beginning": row.paragraphs[0] if row.paragraphs else "",
        }
        for row in rows
    }


def _url(slug: str) -> str:
    return reverse("content:page", args=[slug])


def _rows(start: int, end: int) -> list[Row]:
    rows = Page.objects.order_by("pk").values_list("slug", "updated_at")[start:end]
    return [(_url(slug), updated_at) for slug, updated_at in rows]


add_section("home", Section(lambda: 1, lambda start, end: [(reverse("content:home"), None)][start:end]))
add_section("pages", Section(Page.objects.count, _rows))
