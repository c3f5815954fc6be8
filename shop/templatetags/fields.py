"""One form field with all it says: {% field form.email %}. A builtin: no {% load %} needed.

In Python like what `ui` draws: an address is seven fields, and a partial each would cost more than the rest of its page.
"""

from __future__ import annotations

from collections.abc import Callable

from django import template
from django.forms.boundfield import BoundField
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from shop.templatetags.ui import icon

register = template.Library()


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """The field with its label, its hint and what is wrong with it. A select gets its arrow, a checkbox its words
    beside it, radios a fieldset; hidden fields are only themselves.

    Widgets bring their own autocomplete, inputmode and enterkeyhint.
    """
    draw = _hidden if bound.is_hidden else _DRAWN.get(bound.widget_type, _box)
    return SafeString(draw(bound))


@register.simple_tag
def field_error(bound: BoundField) -> SafeString:
    """What is wrong with a field, in words and with a sign; nothing when nothing is."""
    errors = bound.errors
    if not errors:
        return SafeString("")
    words = " ".join(conditional_escape(error) for error in errors)
    return SafeString(
        f'<p class="field__error" id="{bound.auto_id}_error">{icon("circle-alert")}'
        f'<span><span class="sr">{gettext("Error:")} </span>{words}</span></p>'
    )


def _hidden(bound: BoundField) -> str:
    return str(bound)


def _check(bound: BoundField) -> str:
    hint = f"<br>{_hint(bound, 'small', 'muted')}" if bound.help_text else ""
    return (
        f'<div class="field">\n{field_error(bound)}\n'
        f'<label class="check">{bound}<span>{_label(bound)}{hint}</span></label>\n</div>'
    )


def _group(bound: BoundField) -> str:
    described = f' aria-describedby="{bound.aria_describedby}"' if bound.aria_describedby else ""
    look = "radio" if bound.widget_type == "radioselect" else "check"
    options = "".join(
        f'<label class="{look}" for="{option.id_for_label}">{option.tag()}'
        f"<span>{conditional_escape(option.choice_label)}</span></label>\n"
        for option in bound
    )
    return (
        f'<fieldset class="field"{described}>\n<legend class="field__label">{_label(bound)}</legend>\n'
        f"{_hint(bound)}\n{field_error(bound)}\n{options}</fieldset>"
    )


def _box(bound: BoundField) -> str:
    optional = (
        "" if bound.field.required else f' <span class="field__optional">{gettext("(optional)")}</span>'
    )
    return (
        f'<div class="field">\n<label class="field__label" for="{bound.id_for_label}">{_label(bound)}{optional}</label>\n'
        f'{_hint(bound)}\n{field_error(bound)}\n<span class="field__box">{bound}{_arrow(bound)}</span>\n</div>'
    )


def _label(bound: BoundField) -> str:
    return conditional_escape(bound.label)


def _hint(bound: BoundField, tag: str = "p", css: str = "field__hint") -> str:
    if not bound.help_text:
        return ""
    return f'<{tag} class="{css}" id="{bound.auto_id}_helptext">{conditional_escape(bound.help_text)}</{tag}>'


def _arrow(bound: BoundField) -> str:
    return icon("chevron-down") if bound.widget_type in ("select", "lazyselect") else ""


_DRAWN: dict[str, Callable[[BoundField], str]] = {
    "checkbox": _check,
    "radioselect": _group,
    "checkboxselectmultiple": _group,
}
