"""How form widgets become HTML: as Django's own templates do it, only quicker.

A select of thirty countries is sixty includes in Django's templates, more than all the rest of a checkout page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString

Widget = Mapping[str, Any]


class QuickRenderer(DjangoTemplates):
    """Inputs and selects in Python; every other template is rendered as a template."""

    def render(self, template_name: str, context: Mapping[str, Any], request: Any = None) -> SafeString:
        if draw := _DRAWN.get(template_name):
            return SafeString(draw(context["widget"]))
        return super().render(template_name, context, request)


def _input(widget: Widget) -> str:
    value = widget["value"]
    shown = "" if value is None else f' value="{conditional_escape(value)}"'
    return (
        f'<input type="{widget["type"]}" name="{conditional_escape(widget["name"])}"{shown}{_attrs(widget)}>'
    )


def _select(widget: Widget) -> str:
    parts = [f'<select name="{conditional_escape(widget["name"])}"{_attrs(widget)}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{conditional_escape(group)}">')
        parts += [f"\n  {_option(option)}\n" for option in options]
        if group:
            parts.append("\n  </optgroup>")
    return "".join([*parts, "\n</select>"])


def _option(option: Widget) -> str:
    if not option["attrs"] and type(option["value"]) is type(option["label"]) is str:
        return _plain_option(option["value"], option["label"])
    label, value = conditional_escape(option["label"]), conditional_escape(option["value"])
    return f'<option value="{value}"{_attrs(option)}>{label}</option>'


@lru_cache(maxsize=2_000)
def _plain_option(value: str, label: str) -> str:
    """One of the thirty that was not chosen: the same on every page."""
    return f'<option value="{escape(value)}">{escape(label)}</option>'


def _attrs(widget: Widget) -> str:
    return "".join(
        f" {conditional_escape(name)}"
        if value is True
        else f' {conditional_escape(name)}="{conditional_escape(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


_INPUTS = "text number email url password hidden date datetime time search tel color checkbox".split()
_DRAWN: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{name}.html": _input for name in ["input", *_INPUTS]},
    "django/forms/widgets/select.html": _select,
}
