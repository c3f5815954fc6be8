"""The boxes of a filter: {% facet_values group.first %}. In Python, as a shelf has dozens of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def facet_values(values: Sequence[Mapping[str, Any]]) -> SafeString:
    """A box to tick for each of the values that `catalog.facets.panel` gives."""
    return SafeString("\n".join(_box(value) for value in values))


def _box(value: Mapping[str, Any]) -> str:
    group, code, state = escape(value["group"]), escape(value["code"]), ""
    if value["is_chosen"]:
        state = " checked"
    elif value["is_empty"]:
        state = " disabled"
    return (
        f'<label class="check"><input type="checkbox" id="facet-{group}-{code}" name="{group}" value="{code}"'
        f"{state}>{_swatch(value['swatch'])}<span>{escape(value['name'])}</span>"
        f'<span class="check__count">{value["count"]}</span></label>'
    )


def _swatch(colour: str) -> str:
    if not colour:
        return ""
    return (
        '<svg class="facets__swatch" viewBox="0 0 14 14" aria-hidden="true">'
        f'<circle cx="7" cy="7" r="7" fill="{escape(colour)}"/></svg>'
    )
