"""{% load thumbs %}{% thumb line.thumb %}: the small picture of a cart or order line, by its name in the storage."""

from django import template
from django.core.files.storage import default_storage
from django.utils.html import escape
from django.utils.safestring import SafeString

from shop.templatetags.ui import picture

register = template.Library()


@register.simple_tag
def thumb(name: str, css: str = "", lazy: bool = True) -> SafeString:
    """A picture in its well. The words beside it say what it shows, so it has no text of its own."""
    if not name:
        return picture(None, css=css)
    loading = 'loading="lazy" decoding="async"' if lazy else 'decoding="async"'
    return SafeString(
        f'<span class="photo {escape(css)}"><img src="{escape(default_storage.url(name))}" width="160" height="200"'
        f' alt="" {loading}></span>'
    )
