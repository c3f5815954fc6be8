"""The staff shell: what its sidebar offers, what waits to be done, and who may open a page.

The kernel names the places in strings; apps say what waits there, beside their staff pages:

    @badge("orders")
    def open_orders(request) -> int: ...

    @todo
    def to_pack(request) -> Todo: ...

    @home_part
    def recent_orders(request) -> tuple[str, dict]: ...     # a template and what it takes
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

COUNTED_UP_TO = 1000  # nobody packs more than that at once; beyond it «999+» says enough


@dataclass(frozen=True)
class Place:
    """An entry of the sidebar."""

    code: str
    label: Any
    icon: str
    url_name: str
    permission: str = ""
    is_short_cut: bool = False  # also in the tab bar of a phone
    url: str = ""
    badge: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class Todo:
    """A counter of the home page: how much waits, what it is, and what follows from waiting."""

    count: int
    label: str
    url: str
    why: str = ""
    tone: str = ""  # danger, warn
    permission: str = ""

    @property
    def shown(self) -> str:
        return up_to(self.count)


PLACES = [
    Place("home", pgettext_lazy("staff", "Home"), icon="house", url_name="admin:index", is_short_cut=True),
    Place(
        "orders", _("Orders"), icon="inbox", url_name="orders:desk", permission="orders.view_order",
        is_short_cut=True,
    ),
    Place(
        "products", _("Products"), icon="tag", url_name="admin:catalog_product_changelist",
        permission="catalog.view_product",
    ),
    Place(
        "import", pgettext_lazy("staff", "Import"), icon="upload", url_name="catalog:imports",
        permission="catalog.add_importrun",
    ),
    Place(
        "stock", _("Stock"), icon="warehouse", url_name="admin:inventory_level_changelist",
        permission="inventory.view_level", is_short_cut=True,
    ),
    Place(
        "customers", _("Customers"), icon="users", url_name="admin:accounts_user_changelist",
        permission="accounts.view_user",
    ),
    Place(
        "content", pgettext_lazy("staff", "Content"), icon="file-text", url_name="admin:content_page_changelist",
        permission="content.view_page",
    ),
    Place(
        "channels", _("Channels"), icon="rss", url_name="marketing:feeds",
        permission="marketing.view_feedproblem",
    ),
    Place(
        "searches", _("Searches"), icon="search", url_name="catalog:searches",
        permission="catalog.view_searchcount",
    ),
    Place("mails", _("Mails"), icon="mail", url_name="shop:mails", permission="shop.view_mail"),
    Place("outbox", _("Outbox"), icon="send", url_name="shop:outbox", permission="shop.view_message"),
]  # fmt: skip
FOOT = [
    Place("settings", _("Settings"), icon="sliders-horizontal", url_name="shop:settings"),
    Place("shop", _("Open the shop"), icon="external-link", url_name="content:home"),
]
_badges: dict[str, Callable[[HttpRequest], int]] = {}
_todos: list[Callable[[HttpRequest], Todo | None]] = []
_home_parts: list[Callable[[HttpRequest], tuple[str, dict[str, Any]] | None]] = []


def badge(code: str) -> Callable[[Callable[[HttpRequest], int]], Callable[[HttpRequest], int]]:
    """Register how many things at a place need somebody. Asked on every staff page: count on an index."""

    def register(count: Callable[[HttpRequest], int]) -> Callable[[HttpRequest], int]:
        _badges[code] = count
        return count

    return register


def todo(count: Callable[[HttpRequest], Todo | None]) -> Callable[[HttpRequest], Todo | None]:
    """Register a counter of the home page. They stand there in the order of registration."""
    _todos.append(count)
    return count


def home_part(part: Callable[..., Any]) -> Callable[..., Any]:
    """Register a part of the home page below the counters."""
    _home_parts.append(part)
    return part


def staff_page(permission: str) -> Callable[..., Any]:
    """A page for signed-in staff with this right; others are led to sign in, or told 403."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        guarded = permission_required(permission, raise_exception=True)(view)
        return wraps(view)(staff_member_required(guarded))

    return decorate


def places(request: HttpRequest) -> list[Place]:
    """The sidebar for whoever asks: what they may see, with what waits there and where they are."""
    return _for(request, PLACES)


def foot(request: HttpRequest) -> list[Place]:
    return _for(request, FOOT)


def todos(request: HttpRequest) -> list[Todo]:
    found = (count(request) for count in _todos)
    return [entry for entry in found if entry and _may(request, entry.permission)]


def home_parts(request: HttpRequest) -> list[tuple[str, dict[str, Any]]]:
    return [part for part in (make(request) for make in _home_parts) if part]


def count_up_to(rows: QuerySet, most: int = COUNTED_UP_TO) -> int:
    """How many rows there are; beyond `most` the database stops counting."""
    return rows.order_by().values("pk")[:most].count()


def up_to(count: int, most: int = COUNTED_UP_TO) -> str:
    """ "14"; "999+" for more than is counted."""
    return str(count) if count < most else f"{most - 1}+"


def _for(request: HttpRequest, entries: list[Place]) -> list[Place]:
    known = [
        replace(entry, url=url, badge=_badge(request, entry.code))
        for entry in entries
        if _may(request, entry.permission) and (url := _url(entry.url_name))
    ]
    current = _current(request, known)
    return [replace(entry, is_current=entry.code == current) for entry in known]


def _may(request: HttpRequest, permission: str) -> bool:
    return not permission or request.user.has_perm(permission)


def _url(name: str) -> str:
    """ "" for a page that this shop does not have: its model is not in the admin."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _badge(request: HttpRequest, code: str) -> str:
    count = _badges[code](request) if code in _badges else 0
    return up_to(count) if count else ""


def _current(request: HttpRequest, entries: list[Place]) -> str:
    """The place whose address the request's begins with, the longest; home only for itself."""
    home = _url("admin:index")
    inside = [
        entry
        for entry in entries
        if entry.url == request.path
        or (entry.url != home and len(entry.url) > 4 and request.path.startswith(entry.url))
    ]
    return max(inside, key=lambda entry: len(entry.url), default=Place("", "", "", "")).code
