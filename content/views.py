"""The home page and the pages of text."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from content.blocks import shown_blocks
from content.models import HomeBlock, Page
from shop.pages import public_page
from shop.shell import version_for


@require_safe
@public_page()
def home(request: HttpRequest) -> HttpResponse:
    blocks = shown_blocks(HomeBlock.objects.all(), version_for(request))
    hero = next((block for block in blocks if block["kind"] == HomeBlock.Kind.HERO), None)
    context = {
        "blocks": blocks,
        "title": hero["title"] if hero else "",
        "description": hero["text"] if hero else "",
        "canonical": reverse("content:home"),
        "jsonld": _about_the_shop(),
    }
    return render(request, "catalog/home.html", context)


@require_safe
@public_page()
def page(request: HttpRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Page, slug=slug)
    paragraphs = row.paragraphs
    context = {
        "page": {"title": str(row.title), "paragraphs": paragraphs},
        "crumbs": [(_("Home"), reverse("content:home")), (str(row.title), None)],
        "title": str(row.title),
        "description": paragraphs[0][:200] if paragraphs else "",
        "canonical": row.get_absolute_url(),
    }
    return render(request, "content/page.html", context)


def _about_the_shop() -> dict[str, Any]:
    home = f"{settings.SITE_URL}{reverse('content:home')}"
    search = f"{settings.SITE_URL}{reverse('catalog:search')}?q={{search_term_string}}"
    return {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "Organization", "name": settings.SHOP_NAME, "url": home, "email": settings.SHOP_EMAIL},
            {
                "@type": "WebSite",
                "name": settings.SHOP_NAME,
                "url": home,
                "potentialAction": {
                    "@type": "SearchAction",
                    "target": {"@type": "EntryPoint", "urlTemplate": search},
                    "query-input": "required name=search_term_string",
                },
            },
        ],
    }
