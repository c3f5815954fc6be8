"""Small things that templates are made of: icons, prices, pictures, data for search engines.

A builtin: no {% load %} needed. Tags that appear once per product or per line are functions that return
ready HTML, because a partial each would cost more than all the rest of the row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from shop.money import Money
from shop.shell import Shell, alternates
from shop.shell import shell as shell_of

register = template.Library()


# --- The page ------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def shell(context: template.Context) -> Shell:
    """The ready-made parts of every page: {% shell as shell %}{{ shell.header_html }}."""
    return shell_of(context["request"])


@register.simple_tag
def canonical_links(path: str = "") -> SafeString:
    """The page's one address, and its addresses in the other languages. Nothing for pages without one."""
    if not path:
        return SafeString("")
    own = path if path.startswith("http") else f"{settings.SITE_URL}{path}"
    others = alternates(own.removeprefix(settings.SITE_URL))
    links = [f'<link rel="alternate" hreflang="{language}" href="{escape(url)}">' for language, url in others]
    return SafeString(f'<link rel="canonical" href="{escape(own)}">{"".join(links)}')


@register.simple_tag
def jsonld(data: Any) -> SafeString:
    """Data for search engines in a script block that no browser runs."""
    if not data:
        return SafeString("")
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)
    return SafeString(f'<script type="application/ld+json">{text.translate(_SAFE_IN_SCRIPT)}</script>')


_SAFE_IN_SCRIPT = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


# --- Pictures and icons --------------------------------------------------------------------------
@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: str = "", mirror: bool = False) -> SafeString:
    """A symbol of the sprite, for beside words: {% icon "truck" %}, size "s" or "l", mirror for arrows."""
    extra = (f' data-size="{size}"' if size else "") + (" data-mirror" if mirror else "")
    return SafeString(
        f'<svg class="icon" aria-hidden="true"{extra}><use href="{static("icons.svg")}#i-{escape(name)}"/></svg>'
    )


@register.simple_tag
def picture(
    picture: Any,
    sizes: str = "100vw",
    eager: bool = False,
    alt: str | None = None,
    fit: str = "",
    css: str = "",
) -> SafeString:
    """A picture in its well, `.photo`: `sizes` says how wide it will be; eager for the one picture that leads.

    `picture` has sources [(mime, srcset)], src, width, height, alt, colour and perhaps focus_x, focus_y.
    Give alt="" where the words beside it say the same. Without a picture the well stays, with a sign in it.
    """
    css = f"photo {css}".strip()
    if not picture:
        return SafeString(f'<span class="{css}"><span class="photo__none">{icon("image", "l")}</span></span>')
    sources = "".join(
        f'<source type="{mime}" srcset="{escape(srcset)}" sizes="{sizes}">'
        for mime, srcset in picture.sources
    )
    loading = 'fetchpriority="high"' if eager else _LATER
    return SafeString(
        f'<span class="{css}" data-colour="{escape(picture.colour)}"{_focus(picture)}'
        f"{f' data-fit={chr(34)}{fit}{chr(34)}' if fit else ''}><picture>{sources}"
        f'<img src="{escape(picture.src)}" width="{picture.width}" height="{picture.height}"'
        f' alt="{conditional_escape(picture.alt if alt is None else alt)}" {loading}></picture></span>'
    )


@register.filter
def at_once(card: str, first: bool = False) -> SafeString:
    """A ready card whose picture is in the first screen: it does not wait to be scrolled to; the first one leads."""
    return SafeString(card.replace(_LATER, 'fetchpriority="high"' if first else 'decoding="async"', 1))


_LATER = 'loading="lazy" decoding="async"'


def _focus(picture: Any) -> str:
    """Where the thing is, for wells that crop: exact where attr() takes numbers, else one side of the picture."""
    x, y = getattr(picture, "focus_x", 50), getattr(picture, "focus_y", 50)
    if (x, y) == (50, 50):
        return ""
    sides = [
        side
        for side, here in (("start", x < 34), ("end", x > 66), ("top", y < 34), ("bottom", y > 66))
        if here
    ]
    return f' data-x="{x}%" data-y="{y}%" data-focus="{" ".join(sides)}"'


@register.simple_tag
def swatch(colour: str, name: Any = "") -> SafeString:
    """A round sample. The colour is data, so it is an attribute of an SVG and needs no style."""
    label = f'role="img" aria-label="{conditional_escape(name)}"' if name else 'aria-hidden="true"'
    return SafeString(
        f'<svg class="swatch" viewBox="0 0 14 14" {label}><circle cx="7" cy="7" r="7" fill="{escape(colour)}"/></svg>'
    )


@register.simple_tag
def option_choice(code: str, value: Mapping[str, Any]) -> SafeString:
    """One value of an option as a radio, drawn as a picture, a colour or a word.

    `value` has code, name, swatch, picture_thumb, is_chosen, is_sold_out. Sold out can still be chosen, and says so.
    """
    name, thumb, colour = escape(value["name"]), value["picture_thumb"], value["swatch"]
    if thumb:
        kind, look = "photo", picture(thumb, sizes="5rem", alt="")
    elif colour:
        kind, look = "swatch", swatch(colour)
    else:
        kind, look = "text", name
    sold = " data-sold" if value["is_sold_out"] else ""
    words = "" if kind == "text" else f"<span>{name}</span>"
    if sold:
        words += f"<span>{gettext('sold out')}</span>"
    return SafeString(
        f'<label class="option" data-kind="{kind}"{sold}><input id="buy-{code}-{value["code"]}" type="radio"'
        f' name="{code}" value="{value["code"]}"{" checked" if value["is_chosen"] else ""}>'
        f'<span class="option__box">{look}</span>{words}</label>'
    )


# --- Money ---------------------------------------------------------------------------------------
@register.filter
def amount(money: Money | None) -> SafeString | str:
    """An amount as the language writes it, and as numbers for whoever reads the page by machine."""
    if money is None:
        return ""
    return SafeString(f'<span data-minor="{money.minor}" data-currency="{money.currency}">{money}</span>')


@register.filter
def price(money: Money | None) -> SafeString | str:
    """What a thing costs: the same amount, set as a price."""
    return SafeString(f'<span class="price">{amount(money)}</span>') if money is not None else ""


@register.simple_tag(name="price")
def price_tag(
    money: Money, compare_at: Money | None = None, from_: bool = False, **options: Any
) -> SafeString:
    """A price with what it was before: {% price unit compare_at %}; from_=True where variants differ."""
    if not compare_at:
        text = amount(money)
    else:
        text = format_html(
            '<span class="sr">{} </span><span data-sale>{}</span> <s><span class="sr">{} </span>{}</s>',
            pgettext("price", "now"),
            amount(money),
            pgettext("price", "before"),
            compare_at,
        )
    if from_:
        # Translators: a price of the cheapest variant, "from €19".
        text = format_html("<span>{}</span>", SafeString(gettext("from %(price)s") % {"price": text}))
    return SafeString(f'<span class="price">{text}</span>')


@register.filter
def less(money: Money, other: Money) -> Money:
    """What is left: {{ compare_at|less:price }}."""
    return money - other


@register.filter
def percent_off(compare_at: Money, money: Money) -> int:
    """How much lower the price is, in whole percent, rounded down: a sale never promises too much."""
    return (compare_at.minor - money.minor) * 100 // compare_at.minor


# --- Forms ---------------------------------------------------------------------------------------
@register.filter
def first_control(bound_field: Any) -> str:
    """The id that an error summary links to: of a group of radios, the first."""
    return (
        f"{bound_field.auto_id}_0" if bound_field.widget_type == "radioselect" else bound_field.id_for_label
    )
