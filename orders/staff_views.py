"""The order desk: the queue, the page of one order, and what is done to an order as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.addresses import address_lines, country_choices, country_name
from inventory.models import Allocation
from orders import desk as queues
from orders import progress, timeline
from orders.actions import cancel_order
from orders.actions.staff import add_note, mark_reviewed
from orders.forms import plain_text
from orders.models import Order
from orders.signals import (
    OrderPart,
    PaymentSums,
    ask,
    delivery_countries_wanted,
    order_parts_wanted,
    payment_sums_wanted,
)
from orders.sums import order_sums
from shop.claims import storable
from shop.errors import Refused
from shop.money import Money
from shop.staff import staff_page, up_to


# --- The queue -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Tab:
    code: str
    label: Any
    url: str
    count: str


@dataclass(frozen=True)
class Chip:
    """A filter in use, and the address without it."""

    label: str
    url: str


class FilterForm(forms.Form):
    """The filters of the queue, in its address."""

    due = forms.ChoiceField(
        label=gettext_lazy("Promise"), choices=[("", gettext_lazy("Any day")), *queues.DUE.items()]
    )
    paid = forms.ChoiceField(
        label=gettext_lazy("Payment"), choices=[("", gettext_lazy("Any state")), *Order.PaymentState.choices]
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        served = sorted(set(ask(delivery_countries_wanted)))
        self.fields["country"].choices = [("", _("Any country")), *country_choices(served)]


@staff_page("orders.view_order")
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    view = request.GET.get("view", "")
    view = view if view in queues.VIEWS else _first_busy(request)
    filters = queues.Filters.of(request.GET)
    rows = queues.narrow(queues.queue(view), view, filters, today=timezone.localdate(now))
    page = queues.page(rows, _number(request.GET.get("page")), now)
    peek = _peek(storable(request.GET.get("peek", "")), now)
    context = {
        "tabs": _tabs(request),
        "view": view,
        "view_label": queues.VIEWS[view],
        "filters": filters,
        "filter_form": FilterForm(initial=vars(filters)),
        "chips": _chips(view, filters),
        "page": page,
        "previous_url": _address(view, filters, page=page.number - 1) if page.number > 1 else "",
        "next_url": _address(view, filters, page=page.number + 1) if page.has_next else "",
        "sorts_by_promise": view in ("pack", "ship"),
        "peek": peek,
        "peek_url": _address(view, filters, page=page.number, peek=""),
        "close_url": _address(view, filters, page=page.number),
        "newest": f"{queues.NEWEST:,}".replace(",", "\u00a0"),
    }
    return render(request, "staff/desk.html", context)


def _first_busy(request: HttpRequest) -> str:
    """Without a view in the address, the first in which something waits."""
    counts = queues.counts(request)
    return next((view for view in ("problems", "pack", "ship", "new") if counts[view]), "all")


def _tabs(request: HttpRequest) -> list[Tab]:
    counts = queues.counts(request)
    return [
        Tab(code, label, _address(code, queues.Filters()), up_to(counts[code]) if counts.get(code) else "")
        for code, label in queues.VIEWS.items()
    ]


def _chips(view: str, filters: queues.Filters) -> list[Chip]:
    labels = {
        "query": _("Search: %(text)s") % {"text": filters.query},
        "due": _("Promise: %(day)s") % {"day": queues.DUE.get(filters.due, "")},
        "paid": _("Payment: %(state)s") % {"state": dict(Order.PaymentState.choices).get(filters.paid, "")},
        "country": _("Country: %(name)s") % {"name": country_name(filters.country)},
    }
    used = vars(filters)
    return [
        Chip(label, _address(view, queues.Filters(**{**used, name: ""})))
        for name, label in labels.items()
        if used[name]
    ]


def _address(view: str, filters: queues.Filters, **more: Any) -> str:
    """The address of a list. `page=1` is not written; `peek=""` comes last, for a number to follow."""
    named = {
        "view": view,
        "q": filters.query,
        **{name: value for name, value in vars(filters).items() if name != "query"},
    }
    if more.get("page", 1) > 1:
        named["page"] = more["page"]
    query = urlencode({name: value for name, value in named.items() if value})
    return f"{reverse('orders:desk')}?{query}" + ("&peek=" if "peek" in more else "")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else 1


def _peek(number: str, now: Any) -> dict[str, Any] | None:
    """What the side panel shows of an order; None for a number that is nobody's."""
    order = Order.objects.with_lines().filter(number=number).first() if number else None
    if order is None:
        return None
    latest = list(order.events.select_related("actor").order_by("-id")[:4])
    return {
        "order": order,
        "row": queues.Row(order, now),
        "address": address_lines(order.address),
        "parts": _parts(order),
        "others": len(list(queues.others_of(order))),
        "review": queues.review_text(order.needs_review),
        "events": [timeline.event_entry(order, event) for event in latest],
        "seen": latest[0].pk if latest else 0,
    }


# --- One order -----------------------------------------------------------------------------------
@staff_page("orders.view_order")
@require_GET
def desk_order(request: HttpRequest, number: str) -> HttpResponse:
    return _order_page(request, find_order(number))


def _order_page(
    request: HttpRequest, order: Order, *, error: str = "", note: str = "", status: int = 200
) -> HttpResponse:
    now = timezone.now()
    context = {
        **base_context(order),
        "row": queues.Row(order, now),
        "steps": progress.steps(order),
        "parts": _parts(order),
        "sums": order_sums(order),
        "story": timeline.story(order),
        "address": address_lines(order.address),
        "others": list(queues.others_of(order)),
        "review": queues.review_text(order.needs_review),
        "can_cancel": order.lifecycle == Order.Lifecycle.PLACED and not _has_left(order),
        "note": note,
        "error": error,
    }
    return render(request, "staff/order.html", context, status=status)


def _parts(order: Order) -> dict[str, list[OrderPart]]:
    parts: dict[str, list[OrderPart]] = {}
    for part in ask(order_parts_wanted, order=order, for_staff=True):
        parts.setdefault(part.place, []).append(part)
    return parts


def _has_left(order: Order) -> bool:
    left = {queues.Sent.SHIPPED, queues.Sent.PART_SHIPPED, queues.Sent.DELIVERED}
    return order.fulfilment_state in left


@staff_page("orders.change_order")
@require_POST
def desk_note(request: HttpRequest, number: str) -> HttpResponse:
    """A note can overwrite nothing, so it is taken whatever happened to the order meanwhile."""
    order = find_order(number)
    form = NoteForm(request.POST)
    if not form.is_valid():
        text = request.POST.get("text", "")
        return _order_page(request, order, error=" ".join(form.errors["text"]), note=text, status=422)
    add_note(order, form.cleaned_data["text"], actor=request.user)
    return back_to(order, "#story")


class NoteForm(forms.Form):
    text = forms.CharField(
        max_length=2000,
        widget=forms.Textarea,
        error_messages={
            "required": gettext_lazy("Write the note first."),
            "max_length": gettext_lazy("Up to 2000 characters."),
        },
    )


@staff_page("orders.change_order")
@require_POST
def desk_reviewed(request: HttpRequest, number: str) -> HttpResponse:
    order = find_order(number)
    if answer := stale(request, order, kinds={"reviewed"}):
        return answer
    mark_reviewed(order, actor=request.user)
    return back_to(order)


# --- Cancelling ----------------------------------------------------------------------------------
class CancelForm(forms.Form):
    reason = forms.ChoiceField(
        label=pgettext_lazy("cancel an order", "Reason"),
        choices=[(code, timeline.CANCEL_REASONS[code]) for code in ("customer", "staff", "suspicious")],
    )
    note = forms.CharField(
        label=gettext_lazy("Note for the team"), required=False, max_length=2000, validators=[plain_text]
    )


@staff_page("orders.change_order")
@require_http_methods(["GET", "POST"])
def desk_cancel(request: HttpRequest, number: str) -> HttpResponse:
    order = find_order(number)
    form = CancelForm(request.POST or None)
    if request.method == "GET":
        return _cancel_page(request, order, form)
    if answer := stale(request, order, kinds={"cancelled"}):
        return answer
    if not form.is_valid():
        return _cancel_page(request, order, form, status=422)
    try:
        cancel_order(order, reason=form.cleaned_data["reason"], actor=request.user)
    except Refused as refusal:
        if answer := overtaken(request, order, kinds={"cancelled"}):
            return answer
        form.add_error(None, str(refusal))
        return _cancel_page(request, order, form, status=409)
    if text := form.cleaned_data["note"].strip():
        add_note(order, text, actor=request.user)
    messages.success(request, _("Order %(number)s is cancelled.") % {"number": order.number})
    return back_to(order)


def _cancel_page(request: HttpRequest, order: Order, form: CancelForm, *, status: int = 200) -> HttpResponse:
    context = {
        **base_context(order),
        "form": form,
        "can_cancel": order.lifecycle == Order.Lifecycle.PLACED and not _has_left(order),
        "effects": _effects_of_cancelling(order),
    }
    return render(request, "staff/cancel.html", context, status=status)


@dataclass(frozen=True)
class Effect:
    """Something that will happen, shown before it does."""

    icon: str
    text: str


def _effects_of_cancelling(order: Order) -> list[Effect]:
    sums = next(iter(ask(payment_sums_wanted, order=order)), PaymentSums())
    effects = []
    if sums.authorized:
        held = _("%(amount)s held on the card is let go; nothing is charged.")
        effects.append(
            Effect(icon="credit-card", text=held % {"amount": Money(sums.authorized, order.currency)})
        )
    if sums.captured > sums.refunded:
        amount = Money(sums.captured - sums.refunded, order.currency)
        effects.append(
            Effect(icon="undo-2", text=_("%(amount)s goes back to the customer.") % {"amount": amount})
        )
    if not effects:
        effects.append(Effect(icon="banknote", text=_("Nothing was paid, so no money moves.")))
    open_units = sum(allocation.open for allocation in Allocation.objects.filter(line__order=order))
    if open_units:
        released = ngettext(
            "%(units)s reserved unit goes back on sale.",
            "%(units)s reserved units go back on sale.",
            open_units,
        )
        effects.append(Effect(icon="warehouse", text=released % {"units": open_units}))
    effects.append(Effect(icon="mail", text=_("%(email)s gets a mail.") % {"email": order.email}))
    return effects


# --- What all pages of an order share ------------------------------------------------------------
def find_order(number: str) -> Order:
    return get_object_or_404(Order.objects.with_lines(), number=number)


def base_context(order: Order) -> dict[str, Any]:
    """`order`, and `seen`: the last thing that had happened to it when the page was made."""
    seen = order.events.order_by("-id").values_list("pk", flat=True).first() or 0
    return {"order": order, "order_url": reverse("orders:desk_order", args=[order.number]), "seen": seen}


def back_to(order: Order, anchor: str = "") -> HttpResponse:
    response = redirect(reverse("orders:desk_order", args=[order.number]) + anchor)
    response.status_code = 303
    return response


def stale(request: HttpRequest, order: Order, *, kinds: set[str]) -> HttpResponse | None:
    """None when the page this was posted from still shows the truth; else the answer that says what changed.

    `kinds` are the events that this very action leaves: when the same person did just that since the page
    was made, the button was pressed twice, and once is enough.
    """
    if request.POST.get("version") == str(order.version):
        return None
    seen = request.POST.get("seen", "")
    since = order.events.filter(pk__gt=int(seen) if seen.isdecimal() and len(seen) < 19 else 0)
    events = list(since.select_related("actor").order_by("id"))
    if any(event.kind in kinds and event.actor_id == request.user.pk for event in events):
        return back_to(order)
    changes = [timeline.event_entry(order, event) for event in events]
    context = {**base_context(order), "changes": changes}
    return render(request, "staff/stale.html", context, status=409)


def overtaken(request: HttpRequest, order: Order, *, kinds: set[str]) -> HttpResponse | None:
    """As `stale`, for an action that was refused: another press, at the same moment, may have been quicker."""
    order.refresh_from_db(fields=["version"])
    return stale(request, order, kinds=kinds)
