"""{% load legal %}{% legal_link "terms" words %}: a link to a page of text, or the words alone where there is none."""

from django import template
from django.utils.html import conditional_escape, format_html

from content.models import Page
from shop.versions import kept

register = template.Library()


@register.simple_tag
def legal_link(slug, words):
    page = page_named(slug)
    if page is None:
        return conditional_escape(words)
    return format_html('<a href="{}" target="_blank">{}</a>', page.get_absolute_url(), words)


@kept("catalog")
def page_named(slug):
    return Page.objects.filter(slug=slug).only("slug").first()
