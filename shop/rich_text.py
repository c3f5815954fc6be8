"""Formatted texts of merchants: which of their HTML is kept. Cleaned when they are saved, and again when they are shown."""

from __future__ import annotations

import html
import re

import nh3
from django.utils.safestring import SafeString, mark_safe

TAGS = {
    "a", "b", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "i", "li", "ol", "p", "pre", "s",
    "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
SCHEMES = {"http", "https", "mailto", "tel"}
# A text that has any of these is HTML. "5 < 6 & 7" has none, and stays as it was written.
_TAG = re.compile(r"<(?:!--|/?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>)", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]*>", re.IGNORECASE)


def is_rich(text: str) -> bool:
    return bool(_TAG.search(text))


def clean(text: str) -> str:
    """The text with nothing in it that could run, load or deceive; a plain text as it is."""
    if not is_rich(text):
        return text
    return nh3.clean(text, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES).strip()


def shown(text: str) -> SafeString:
    """Ready HTML for a page, whoever wrote the row."""
    return mark_safe(nh3.clean(text, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES))  # noqa: S308


def plain(text: str) -> str:
    """The words alone, for a place that shows no HTML."""
    if not is_rich(text):
        return text
    words = html.unescape(nh3.clean(_BREAK.sub(r"\g<0> ", text), tags=set()))
    return " ".join(words.split())
