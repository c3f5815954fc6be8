"""{% load legal %}{% legal_link "terms" words %}: a link to a page of text, or the words alone where there is none."""

from __future__ import annotations

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from content.models import Page
from shop.versions import kept

register = template.Library()


@register.simple_tag
def legal_link(slug: str, words: str) -> SafeString:
    address = address_of(slug, get_language())
    if address is None:
        return conditional_escape(words)
    return format_html('<a href="{}" target="_blank">{}</a>', address, words)


@kept("catalog")
def address_of(slug: str, language: str | None) -> str | None:
    """In the active language, which is `language`."""
    page = Page.objects.filter(slug=slug).only("slug").first()
    return page and page.get_absolute_url()
