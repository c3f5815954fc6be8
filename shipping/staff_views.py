"""Packing and sending, one page each, in the order desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language_bidi, gettext_lazy, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.addresses import address_lines
from orders.forms import QuantityField, plain_text
from orders.models import Order
from orders.staff_views import back_to, base_context, find_order, overtaken, stale
from shipping import actions
from shipping.carriers import TRACKING_PAGES
from shipping.models import Shipment
from shipping.parcels import Parcel, parcels_of
from shop.errors import Refused
from shop.staff import staff_page

State = Shipment.State


# --- Packing -------------------------------------------------------------------------------------
class PackForm(forms.Form):
    """How many of each line go into the box; by default all."""

    def __init__(self, *args: Any, parcel: Parcel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parcel = parcel
        for line in parcel.lines:
            self.fields[f"line-{line.line_id}"] = QuantityField(
                label=line.line.name,
                min_value=0,
                max_value=line.quantity,
                initial=line.quantity,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 6}),
            )

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        return [(line, self[f"line-{line.line_id}"]) for line in self.parcel.lines]

    @property
    def quantities(self) -> dict[int, int]:
        return {line.line_id: self.cleaned_data[f"line-{line.line_id}"] for line in self.parcel.lines}


@staff_page("shipping.change_shipment")
@require_GET
def pack_next(request: HttpRequest, number: str) -> HttpResponse:
    """The first parcel of the order that is still to be packed."""
    order = find_order(number)
    shipment = order.shipments.filter(state=State.PLANNED).first()
    if shipment is None:
        messages.info(request, _("Nothing is left to pack."))
        return back_to(order)
    return redirect("shipping:pack_parcel", number=number, parcel=shipment.number)


@staff_page("shipping.change_shipment")
@require_http_methods(["GET", "POST"])
def pack(request: HttpRequest, number: str, parcel: int) -> HttpResponse:
    order, box = _find(number, parcel)
    form = PackForm(request.POST or None, parcel=box)
    if request.method == "GET":
        return _page(request, "staff/pack.html", order, box, form)
    if answer := stale(request, order, kinds={"packed"}):
        return answer
    if not form.is_valid():
        return _page(request, "staff/pack.html", order, box, form, status=422)
    try:
        packed = actions.pack(box.shipment, form.quantities, actor=request.user)
    except Refused as refusal:
        if answer := overtaken(request, order, kinds={"packed"}):
            return answer
        form.add_error(None, str(refusal))
        return _page(request, "staff/pack.html", order, box, form, status=409)
    units = sum(form.quantities.values())
    text = ngettext(
        "Parcel %(number)s is packed: %(units)s item.", "Parcel %(number)s is packed: %(units)s items.", units
    )
    messages.success(request, text % {"number": packed.number, "units": units})
    return back_to(order)


# --- Sending -------------------------------------------------------------------------------------
class ShipForm(forms.Form):
    carrier = forms.CharField(
        label=gettext_lazy("Carrier"),
        max_length=60,
        validators=[plain_text],
        widget=forms.TextInput(attrs={"list": "carriers", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter who carries the parcel.")},
    )
    tracking_number = forms.CharField(
        label=gettext_lazy("Tracking number"),
        max_length=80,
        required=False,
        validators=[plain_text],
        help_text=gettext_lazy(
            "The customer gets it in the mail, as a link where we know the carrier's page."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


@staff_page("shipping.change_shipment")
@require_http_methods(["GET", "POST"])
def ship(request: HttpRequest, number: str, parcel: int) -> HttpResponse:
    order, box = _find(number, parcel)
    form = ShipForm(request.POST or None, initial={"carrier": box.shipment.carrier})
    facts = {"carriers": list(TRACKING_PAGES)}
    if request.method == "GET":
        return _page(request, "staff/ship.html", order, box, form, **facts)
    if answer := stale(request, order, kinds={"shipped"}):
        return answer
    if not form.is_valid():
        return _page(request, "staff/ship.html", order, box, form, status=422, **facts)
    try:
        actions.ship(box.shipment, **form.cleaned_data, actor=request.user)
    except Refused as refusal:
        if answer := overtaken(request, order, kinds={"shipped"}):
            return answer
        form.add_error(None, str(refusal))
        return _page(request, "staff/ship.html", order, box, form, status=409, **facts)
    messages.success(request, _("Parcel %(number)s is on its way.") % {"number": box.number})
    return back_to(order)


# --- At once -------------------------------------------------------------------------------------
@staff_page("shipping.change_shipment")
@require_POST
def ready(request: HttpRequest, number: str, parcel: int) -> HttpResponse:
    return _at_once(request, number, parcel, actions.ready, "ready", _("The customer is told."))


@staff_page("shipping.change_shipment")
@require_POST
def hand_over(request: HttpRequest, number: str, parcel: int) -> HttpResponse:
    return _at_once(request, number, parcel, actions.hand_over, "delivered", _("Handed over."))


@staff_page("shipping.change_shipment")
@require_POST
def delivered(request: HttpRequest, number: str, parcel: int) -> HttpResponse:
    return _at_once(request, number, parcel, actions.mark_delivered, "delivered", _("Marked as delivered."))


def _at_once(
    request: HttpRequest, number: str, parcel: int, act: Callable[..., Shipment], kind: str, done: str
) -> HttpResponse:
    order, box = _find(number, parcel)
    if answer := stale(request, order, kinds={kind}):
        return answer
    try:
        act(box.shipment, actor=request.user)
    except Refused as refusal:
        if answer := overtaken(request, order, kinds={kind}):
            return answer
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return back_to(order)


# --- On paper ------------------------------------------------------------------------------------
@staff_page("shipping.view_shipment")
@require_GET
def slip(request: HttpRequest, number: str, parcel: int) -> HttpResponse:
    """The packing slip, in the language of who opens the box; without prices."""
    order, box = _find(number, parcel)
    parcels = [other.number for other in parcels_of(order)]
    with override(order.language):
        context = {
            "order": order,
            "parcel": box,
            "count": len(parcels),
            "address": address_lines(order.address, order.language),
            "language": order.language,
            "shop_name": settings.SHOP_NAME,
            "shop_email": settings.SHOP_EMAIL,
            "direction": "rtl" if get_language_bidi() else "ltr",
        }
        return render(request, "staff/slip.html", context)


def _find(number: str, parcel: int) -> tuple[Order, Parcel]:
    order = find_order(number)
    rows = order.shipments.select_related("location").prefetch_related("lines__line", "tracking")
    shipment = get_object_or_404(rows, number=parcel)
    shipment.order = order
    return order, Parcel(shipment)


def _page(
    request: HttpRequest,
    template: str,
    order: Order,
    box: Parcel,
    form: forms.Form,
    *,
    status: int = 200,
    **facts: Any,
) -> HttpResponse:
    context = {**base_context(order), "parcel": box, "form": form, **facts}
    return render(request, template, context, status=status)
