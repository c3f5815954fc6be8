"""{% load thumbs %}{% thumb line.thumb %}: the small picture of a cart or order line, by its name in the storage."""

from django import template
from django.core.files.storage import default_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shop.templatetags.ui import picture

register = template.Library()


@register.simple_tag
def thumb(name: str, css: str = "", lazy: bool = True) -> SafeString:
    """A picture in its well. The words beside it say what it shows, so it has no text of its own."""
    if not name:
        return picture(None, css=css)
    return format_html(
        '<span class="photo {}"><img src="{}" width="160" height="200" alt="" {}></span>',
        css,
        default_storage.url(name),
        SafeString('loading="lazy" decoding="async"') if lazy else SafeString('decoding="async"'),
    )
