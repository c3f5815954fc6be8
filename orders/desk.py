"""The order desk: which orders wait for what, and each of them in the words of its row.

Counts and lists stand on indexes, whatever the number of orders. What has no index (a name, a country) is
looked for among the newest orders only, and the page says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import F, Q, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from inventory.models import Level
from orders.models import Order, OrderLine
from shop import dates
from shop.claims import storable
from shop.staff import COUNTED_UP_TO, Todo, badge, count_up_to, home_part, todo

PAGE_SIZE = 50
LAST_PAGE = 200  # beyond ten thousand rows one searches
NEWEST = 20_000  # how far back names and countries are looked for
RECENT = 6
ARTICLES_COUNTED_FOR_SECONDS = 60
Lifecycle, Paid, Sent = Order.Lifecycle, Order.PaymentState, Order.FulfilmentState
STILL_HERE = [Sent.UNFULFILLED, Sent.PACKED, Sent.PART_SHIPPED, Sent.READY]

VIEWS = {
    "new": pgettext_lazy("orders", "New"),
    "pack": pgettext_lazy("orders", "To pack"),
    "ship": pgettext_lazy("orders", "To ship"),
    "problems": pgettext_lazy("orders", "Problems"),
    "all": pgettext_lazy("orders", "All"),
}
# The views that somebody must do something about.
OPEN_VIEWS = ("pack", "ship", "problems")
DUE = {
    "late": gettext_lazy("Late"),
    "today": gettext_lazy("Today"),
    "week": gettext_lazy("In the next 7 days"),
}
WAYS_TO_PAY = {
    "card": gettext_lazy("Card"),
    "bank_transfer": gettext_lazy("Bank transfer"),
    "cash_on_delivery": gettext_lazy("Cash on delivery"),
    "pay_at_pickup": gettext_lazy("Pay at pick-up"),
}
REVIEWS = {
    "payment:foreign": gettext_lazy("The payment belongs to another order."),
    "payment:currency": gettext_lazy("The payment is in another currency than the order."),
    "payment:amount": gettext_lazy("The amount paid is not the amount of the order."),
    "refund:failed": gettext_lazy("A refund failed. Send the money back in another way."),
}

_conditions: dict[str, Callable[[], Q]] = {}


def waits_for(view: str) -> Callable[[Callable[[], Q]], Callable[[], Q]]:
    """Whoever knows the parcels says which orders have one to pack or to ship: @waits_for("pack")."""

    def register(condition: Callable[[], Q]) -> Callable[[], Q]:
        _conditions[view] = condition
        return condition

    return register


# --- Lists ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Filters:
    """What the address of the queue says, after the view."""

    query: str = ""
    paid: str = ""
    country: str = ""
    due: str = ""

    @classmethod
    def of(cls, params: Any) -> Filters:
        return cls(
            query=storable(params.get("q", "")).strip()[:100],
            paid=params.get("paid", "") if params.get("paid") in Paid.values else "",
            country=storable(params.get("country", ""))[:2].upper(),
            due=params.get("due", "") if params.get("due") in DUE else "",
        )

    @property
    def is_any(self) -> bool:
        return any((self.query, self.paid, self.country, self.due))


def queue(view: str) -> QuerySet[Order]:
    """The orders of a view, in the order they should be worked on."""
    placed = Order.objects.filter(lifecycle=Lifecycle.PLACED)
    by_promise = (F("promised_to").asc(nulls_last=True), "placed_at", "pk")
    if view == "new":
        return placed.filter(payment_state=Paid.AWAITING).order_by("placed_at", "pk")
    if view in ("pack", "ship"):
        return placed.filter(_waiting(view)).order_by(*by_promise)
    if view == "problems":
        return Order.objects.exclude(needs_review="").order_by("placed_at", "pk")
    return Order.objects.order_by("-placed_at", "-pk")


def _waiting(view: str) -> Q:
    """By the parcels where somebody knows them, else by the state that the order keeps.

    Either way among what is still here, which an index holds: the many orders of the past cost nothing.
    """
    if view in _conditions:
        return Q(fulfilment_state__in=STILL_HERE) & _conditions[view]()
    states = {"pack": [Sent.UNFULFILLED], "ship": [Sent.PACKED, Sent.READY]}
    return Q(fulfilment_state__in=states[view], confirmed_at__isnull=False)


def narrow(rows: QuerySet[Order], view: str, filters: Filters, *, today: date) -> QuerySet[Order]:
    """Apply the filters. In the view of all orders, what has no index is looked for among the newest."""
    if filters.query and (found := _found_at_once(filters.query)) is not None:
        return rows.filter(found)
    conditions = _conditions_of(filters, today)
    if conditions and view == "all" and (oldest := _oldest_looked_at()):
        rows = rows.filter(placed_at__gte=oldest)
    return rows.filter(*conditions)


def _oldest_looked_at() -> datetime | None:
    """When the last of the newest orders was placed, read off an index; None while there are fewer."""
    newest = Order.objects.order_by("-placed_at").values_list("placed_at", flat=True)
    return next(iter(newest[NEWEST : NEWEST + 1]), None)


def _found_at_once(query: str) -> Q | None:
    """A number or an e-mail address stands in an index."""
    if query.isdecimal() and len(query) >= 4:
        return Q(number=query)
    return Q(email=query) | Q(email=query.lower()) if "@" in query else None


def _conditions_of(filters: Filters, today: date) -> list[Q]:
    conditions = []
    if filters.query:
        conditions.append(Q(full_name__iregex=re.escape(filters.query)))
    if filters.paid:
        conditions.append(Q(payment_state=filters.paid))
    if filters.country:
        conditions.append(Q(country=filters.country))
    if filters.due:
        conditions.append(_due_condition(filters.due, today))
    return conditions


def _due_condition(due: str, today: date) -> Q:
    on_its_way = [Sent.SHIPPED, Sent.DELIVERED, Sent.NOTHING_TO_SHIP]
    waiting = Q(lifecycle=Lifecycle.PLACED) & ~Q(fulfilment_state__in=on_its_way)
    days = {
        "late": Q(promised_to__lt=today),
        "today": Q(promised_to=today),
        "week": Q(promised_to__range=(today, today + timedelta(days=7))),
    }
    return waiting & days[due]


def counts(request: HttpRequest) -> dict[str, int]:
    """How many orders each view holds, up to a thousand; asked of the database once per request."""
    if not hasattr(request, "_desk_counts"):
        request._desk_counts = {view: count_up_to(queue(view)) for view in VIEWS if view != "all"}
    return request._desk_counts


@dataclass(frozen=True)
class Page:
    """One page of the queue."""

    rows: list[Row]
    number: int
    has_next: bool

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def page(rows: QuerySet[Order], number: int, now: datetime) -> Page:
    """One row more than is shown says whether there is a next page; nothing is counted."""
    number = min(max(number, 1), LAST_PAGE)
    start = (number - 1) * PAGE_SIZE
    found = list(rows.prefetch_related("lines")[start : start + PAGE_SIZE + 1])
    shown = [Row(order, now) for order in found[:PAGE_SIZE]]
    return Page(shown, number, len(found) > PAGE_SIZE and number < LAST_PAGE)


# --- Rows ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Look:
    """A state in a word, a shape and a colour, so that each can be missed."""

    code: str  # new, pack, ship, problem, done, gone: the colour
    shape: str  # ring, half, most, full, alert, gone
    label: Any


@dataclass(frozen=True)
class Row:
    """An order, ready for the queue."""

    order: Order
    now: datetime
    lines: list[OrderLine] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", list(self.order.lines.all()))

    @property
    def number(self) -> str:
        return self.order.number

    @property
    def url(self) -> str:
        return reverse("orders:desk_order", args=[self.order.number])

    @property
    def place(self) -> str:
        return ", ".join(part for part in (self.order.city, self.order.country) if part)

    @property
    def pictured(self) -> list[OrderLine]:
        return self.lines[:3]

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def what(self) -> str:
        """ "Kora vase × 2", "Dome table lamp + 1"."""
        if not self.lines:
            return ""
        first, others = self.lines[0], len(self.lines) - 1
        if others:
            return pgettext("items", "%(name)s + %(others)s") % {"name": first.name, "others": others}
        return f"{first.name} × {first.quantity}" if first.quantity > 1 else first.name

    @property
    def payment_method(self) -> str:
        return way_to_pay(self.order.payment_method)

    @property
    def takes_money_by_hand(self) -> bool:
        """Whether staff may note down a payment: a transfer on the statement, cash."""
        is_owed = self.order.payment_state in (Paid.AWAITING, Paid.PROMISED, Paid.PART_PAID)
        return is_owed and self.order.lifecycle == Lifecycle.PLACED and not self.order.pays_online

    @property
    def look(self) -> Look:
        return look(self.order)

    @property
    def age(self) -> str:
        return age(self.now - self.order.placed_at)

    @property
    def due(self) -> Due:
        return due(self.order, timezone.localdate(self.now))


def look(order: Order) -> Look:
    """Where the order stands for whoever works on it: the thing to do next, if there is one."""
    if order.lifecycle == Lifecycle.CANCELLED:
        return Look("gone", "gone", pgettext("order", "Cancelled"))
    if order.needs_review:
        return Look("problem", "alert", pgettext("order", "Problem"))
    if not order.is_confirmed:
        return Look("new", "ring", pgettext("order", "Unpaid"))
    words = {
        Sent.UNFULFILLED: Look("pack", "half", pgettext("order", "To pack")),
        Sent.PACKED: Look("ship", "most", pgettext("order", "To ship")),
        Sent.READY: Look("ship", "most", pgettext("order", "To be collected")),
        Sent.PART_SHIPPED: Look("ship", "most", pgettext("order", "Partly shipped")),
        Sent.SHIPPED: Look("done", "full", pgettext("order", "Shipped")),
        Sent.DELIVERED: Look("done", "full", pgettext("order", "Delivered")),
        Sent.NOTHING_TO_SHIP: Look("done", "full", pgettext("order", "Done")),
    }
    return words[Sent(order.fulfilment_state)]


def age(since: timedelta) -> str:
    """ "6 min", "3 h", "4 d 6 h", "12 d"."""
    minutes = max(0, int(since.total_seconds() // 60))
    hours, days = minutes // 60, minutes // (60 * 24)
    if not hours:
        return _("%(minutes)s min") % {"minutes": minutes}
    if not days:
        return _("%(hours)s h") % {"hours": hours}
    if days < 5 and hours % 24:
        return _("%(days)s d %(hours)s h") % {"days": days, "hours": hours % 24}
    return _("%(days)s d") % {"days": days}


@dataclass(frozen=True)
class Due:
    """A promised day in words; `tone` is late, today or nothing."""

    text: str
    tone: str = ""


def due(order: Order, today: date) -> Due:
    """Words first: late, today, tomorrow. A date from the day after tomorrow on, for what has left, and for
    what nobody has paid yet."""
    day = order.promised_to
    if day is None:
        return Due("")
    has_left = order.fulfilment_state in (Sent.SHIPPED, Sent.DELIVERED, Sent.READY)
    if has_left or order.lifecycle != Lifecycle.PLACED or not order.is_confirmed:
        return Due(dates.day(day))
    ahead = (day - today).days
    if ahead < 0:
        return Due(ngettext("Late, %(days)s day", "Late, %(days)s days", -ahead) % {"days": -ahead}, "late")
    if ahead == 0:
        return Due(_("Today"), "today")
    return Due(_("Tomorrow")) if ahead == 1 else Due(dates.day(day))


def way_to_pay(code: str) -> str:
    """A way to pay in words; the code of one that is no longer offered."""
    return str(WAYS_TO_PAY.get(code, code))


def review_text(reason: str) -> str:
    """Why somebody must look, in words."""
    return str(REVIEWS.get(reason, reason))


# --- Home ----------------------------------------------------------------------------------------
def _url(view: str, **params: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in params.items())
    return f"{reverse('orders:desk')}?view={view}" + (f"&{query}" if query else "")


@badge("orders")
def need_somebody(request: HttpRequest) -> int:
    return sum(counts(request)[view] for view in OPEN_VIEWS)


@todo
def to_pack(request: HttpRequest) -> Todo:
    count = counts(request)["pack"]
    today = timezone.localdate()
    late = count_up_to(queue("pack").filter(promised_to__lt=today)) if count else 0
    due_today = count_up_to(queue("pack").filter(promised_to=today)) if count else 0
    return Todo(
        count,
        _("To pack"),
        _url("pack"),
        why=_late_and_today(late, due_today),
        tone="danger" if late else "warn" if due_today else "",
        permission="orders.view_order",
    )


def _late_and_today(late: int, due_today: int) -> str:
    if late and due_today:
        return _("%(late)s late, %(today)s promised for today") % {"late": late, "today": due_today}
    if late:
        return ngettext("%(count)s late", "%(count)s late", late) % {"count": late}
    return _("%(count)s promised for today") % {"count": due_today} if due_today else ""


@todo
def to_ship(request: HttpRequest) -> Todo:
    count = counts(request)["ship"]
    return Todo(count, _("To ship"), _url("ship"), permission="orders.view_order")


@todo
def unpaid_for_a_day(request: HttpRequest) -> Todo:
    """Orders that nobody paid within a day: transfers that are late, or were forgotten."""
    rows = queue("new").filter(placed_at__lt=timezone.now() - timedelta(hours=24))
    return Todo(count_up_to(rows), _("Unpaid over 24 h"), _url("new"), permission="orders.view_order")


@todo
def need_review(request: HttpRequest) -> Todo:
    count = counts(request)["problems"]
    return Todo(
        count,
        _("Needs a look"),
        _url("problems"),
        why=_("Money and order disagree") if count else "",
        tone="danger" if count else "",
        permission="orders.view_order",
    )


@todo
def low_stock(request: HttpRequest) -> Todo:
    """Articles that run low, as of a minute ago: the one count here that has to read many rows."""
    low, out = cache.get_or_set("staff:low-stock", _count_articles, ARTICLES_COUNTED_FOR_SECONDS)
    text = ngettext("%(count)s article is sold out", "%(count)s articles are sold out", out)
    return Todo(
        low,
        _("Low stock"),
        f"{reverse('admin:inventory_level_changelist')}?left=few",
        why=text % {"count": out} if out else "",
        tone="warn" if out else "",
        permission="inventory.view_level",
    )


def _count_articles() -> tuple[int, int]:
    """(articles with few units left over all places, those among them with none)."""
    sold = Level.objects.filter(variant__is_active=True).order_by().values("variant")
    left = sold.annotate(left=Sum(F("on_hand") - F("allocated") - F("held")))
    low = left.filter(left__lte=settings.LOW_STOCK_SHOWN)
    return low[:COUNTED_UP_TO].count(), low.filter(left__lte=0)[:COUNTED_UP_TO].count()


@home_part
def recent_orders(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    if not request.user.has_perm("orders.view_order"):
        return None
    rows = page(queue("all")[:RECENT], 1, timezone.now()).rows
    return "staff/_recent_orders.html", {"rows": rows}


def others_of(order: Order) -> Iterable[Order]:
    """Other orders under the same e-mail address, the newest first; ten at most."""
    return Order.objects.filter(email=order.email).exclude(pk=order.pk).order_by("-placed_at")[:10]
