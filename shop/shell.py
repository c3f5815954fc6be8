"""What every page has around it: head, header and footer, made once per language and catalogue version.

Header and footer are the same for all visitors, so that pages can be cached whole: the cart's count comes
from a cookie that a script reads, the theme is an attribute of <html>. Higher apps say what the menus hold:

    @provides("navigation")
    def categories() -> list[dict]: ...     # {"name", "url", "children": [{"name", "url"}], "picture"}
    @provides("help")                       # also "about" and "featured": [{"name", "url"}]
    @provides("announcement")               # the one line above the header: [{"name", "url"}], or none
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, gettext

from shop import versions
from shop.context import THEMES

# The cut of the font that a language's first line needs, by name of file in fonts/.
FONT_CUT = {"ru": "cyrillic"}
MENUS = ("announcement", "navigation", "featured", "help", "about")

_providers: dict[str, Callable[[], list[dict[str, Any]]]] = {}
_made: dict[tuple[str, int], Shell] = {}


@dataclass(frozen=True)
class Shell:
    """Ready HTML for base.html."""

    name: str
    language: str
    direction: str
    skip_text: str
    head_html: SafeString
    header_html: SafeString
    footer_html: SafeString
    checkout_header_html: SafeString
    checkout_footer_html: SafeString
    navigation: tuple[dict[str, Any], ...]  # the top categories


def provides(menu: str) -> Callable[[Callable[[], list[dict[str, Any]]]], Callable[[], list[dict[str, Any]]]]:
    """Register what a menu holds. Called in the active language, once per catalogue version."""
    if menu not in MENUS:
        raise ValueError(f"There is no menu {menu!r}, only {', '.join(MENUS)}.")

    def register(entries: Callable[[], list[dict[str, Any]]]) -> Callable[[], list[dict[str, Any]]]:
        _providers[menu] = entries
        return entries

    return register


def shell(request: HttpRequest) -> Shell:
    """The parts of the shell in the active language, with the category that the request is in marked."""
    key = (get_language() or settings.LANGUAGE_CODE, version_for(request))
    made = _made.get(key)
    if made is None:
        _forget_all_but(key[1])
        made = _made[key] = _make(key[0])
    for entry in made.navigation:
        if request.path.startswith(entry["url"]):
            made = replace(made, header_html=_with_current(made.header_html, entry["url"]))
    if (theme := request.COOKIES.get("theme")) in THEMES:
        made = replace(made, footer_html=_with_chosen(made.footer_html, theme))
    return made


def version_for(request: HttpRequest) -> int:
    """The version of all public pages. A view that has read it already leaves it on the request."""
    version = getattr(request, "catalog_version", None)
    if version is None:
        version = request.catalog_version = versions.version("catalog")
    return version


def alternates(path: str) -> list[tuple[str, str]]:
    """The address in each language, absolute, and the one for everyone else: for hreflang."""
    bare = _without_language(path)
    pairs = [(code, f"{settings.SITE_URL}{in_language(bare, code)}") for code, _ in settings.LANGUAGES]
    return [*pairs, ("x-default", f"{settings.SITE_URL}{bare}")]


def in_language(path: str, language: str) -> str:
    """The same page in another language. The shop's main language has no prefix."""
    bare = _without_language(path)
    return bare if language == settings.LANGUAGE_CODE else f"/{language}{bare}"


def _without_language(path: str) -> str:
    for code, _ in settings.LANGUAGES:
        if path == f"/{code}" or path.startswith(f"/{code}/"):
            return path[len(code) + 1 :] or "/"
    return path


def _make(language: str) -> Shell:
    menus = {menu: _providers[menu]() if menu in _providers else [] for menu in MENUS}
    context = {
        **menus,
        "name": settings.SHOP_NAME,
        "email": settings.SHOP_EMAIL,
        "phone": settings.SHOP_PHONE,
        "language": language,
        "languages": settings.LANGUAGES,
        "font": f"fonts/onest-{FONT_CUT.get(language, 'latin')}.woff2",
        "origin": _origin(settings.MEDIA_URL),
    }
    parts = ("head", "header", "footer", "checkout_header", "checkout_footer")
    html = {f"{part}_html": SafeString(_render(part, context)) for part in parts}  # our own templates
    return Shell(
        name=settings.SHOP_NAME,
        language=language,
        direction="rtl" if get_language_bidi() else "ltr",
        skip_text=gettext("Skip to the content"),
        navigation=tuple(menus["navigation"]),
        **html,
    )


def forget() -> None:
    """Keep nothing. For tests, whose emptied databases begin their versions anew."""
    _made.clear()


def _forget_all_but(version: int) -> None:
    """A new version has come: nobody asks for the parts of an old one again."""
    for key in [key for key in _made if key[1] != version]:
        _made.pop(key, None)


def _render(part: str, context: dict[str, Any]) -> str:
    return render_to_string(f"components/shell/{part}.html", context)


def _origin(url: str) -> str:
    """Where pictures come from, if that is another host: worth a connection ahead of time."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _with_current(html: str, url: str) -> SafeString:
    return SafeString(html.replace(f'<a href="{url}"', f'<a aria-current="true" href="{url}"'))


def _with_chosen(html: str, theme: str) -> SafeString:
    return SafeString(html.replace(f'<option value="{theme}"', f'<option value="{theme}" selected'))
