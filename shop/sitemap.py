"""The map of public pages for search engines, and what they may look at.

    @section("products")
    def products() -> Section: return Section(count, rows)      # rows(start, end) -> [(path, changed at)]

A small shop has one map; a large one an index of maps, each made of one indexed query.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from shop.pages import public_page
from shop.shell import alternates

PER_MAP = 2000
Row = tuple[str, datetime | None]


@dataclass(frozen=True)
class Section:
    """A kind of public page: how many there are, and some of them in a lasting order."""

    count: Callable[[], int]
    rows: Callable[[int, int], Sequence[Row]]


_sections: dict[str, Section] = {}


def add_section(name: str, section: Section) -> None:
    _sections[name] = section


@require_safe
@public_page("part", keep=False)
def sitemap(request: HttpRequest) -> HttpResponse:
    """`/sitemap.xml`: all addresses, or the addresses of more maps, `?part=products-2`."""
    parts = {f"{name}-{number}": (section, number) for name, section, number in _parts()}
    if wanted := request.GET.get("part"):
        if wanted not in parts:
            raise Http404
        return _map(request, [_rows(*parts[wanted])])
    if sum(section.count() for section in _sections.values()) <= PER_MAP:
        return _map(request, [_rows(section, number) for section, number in parts.values()])
    addresses = [f"{settings.SITE_URL}/sitemap.xml?part={part}" for part in parts]
    return render(request, "shop/sitemap_index.xml", {"addresses": addresses}, content_type="application/xml")


@require_safe
@public_page()
def robots(request: HttpRequest) -> HttpResponse:
    """Everything public may be read; what is one visitor's own may not."""
    private = ("/cart/", "/checkout/", "/orders/", "/account/", "/accounts/", "/admin/", "/search/")
    prefixes = ["", *(f"/{code}" for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE)]
    lines = ["User-agent: *", *(f"Disallow: {prefix}{path}" for prefix in prefixes for path in private)]
    text = "\n".join([*lines, "", f"Sitemap: {settings.SITE_URL}/sitemap.xml", ""])
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _parts() -> list[tuple[str, Section, int]]:
    return [
        (name, section, number)
        for name, section in _sections.items()
        for number in range(1, -(-section.count() // PER_MAP) + 1)
    ]


def _rows(section: Section, number: int) -> Sequence[Row]:
    with translation.override(settings.LANGUAGE_CODE):
        return section.rows((number - 1) * PER_MAP, number * PER_MAP)


def _map(request: HttpRequest, lists: Sequence[Sequence[Row]]) -> HttpResponse:
    entries = []
    for path, changed_at in (row for rows in lists for row in rows):
        languages = alternates(path)
        for code, address in languages:
            if code != "x-default":
                entries.append({"address": address, "changed_at": changed_at, "languages": languages})
    return render(request, "shop/sitemap.xml", {"entries": entries}, content_type="application/xml")
