"""{% load checkout %}{% step_head 1 name step here %}: what every section of the checkout begins with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from shop.templatetags.ui import icon

register = template.Library()


@register.simple_tag
def step_head(number: int, name: str, step: Mapping[str, Any], here: str) -> SafeString:
    """The head of a section: its number and heading; of a finished one also a way back and what was answered.

    `step` has name, state, perhaps takes_focus and summary; `here` is the address of the checkout.
    """
    key, heading = step["name"], conditional_escape(name)
    focus = ' tabindex="-1" data-takes-focus' if step.get("takes_focus") else ""
    title = f'<h2 id="{key}"{focus}>{heading}</h2>'
    if step["state"] != "done":
        return SafeString(
            f'<div class="step__head"><span class="step__number">{number}</span>{title}</div>\n'
        )
    done = gettext("Done: %(number)s") % {"number": number}
    return SafeString(
        f'<div class="step__head"><span class="step__number">{icon("check")}<span class="sr">{done}</span></span>{title}'
        f'<a class="step__change" href="{here}?step={key}#{key}">{gettext("Change")}'
        f'<span class="sr">: {heading}</span></a></div>\n'
        f'<div class="step__body">{_answers(step["summary"])}</div>'
    )


def _answers(lines: list[str]) -> str:
    """The first line leads, the others are smaller."""
    shown = [conditional_escape(line) for line in lines]
    return "".join(
        f'<p class="step__more">{line}</p>' if place else f"<p>{line}</p>" for place, line in enumerate(shown)
    )
