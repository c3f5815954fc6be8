"""An order as its buyer sees it, by an unguessable link or by number and e-mail."""

from __future__ import annotations

from typing import Any

from allauth.core.ratelimit import consume
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.addresses import address_lines
from orders import actions, progress
from orders.carts import COUNT_COOKIE, current_cart, is_waiting, remember
from orders.finding import order_by_token
from orders.forms import TrackForm
from orders.models import Order
from orders.signals import ask, order_parts_wanted, payment_look_wanted
from shop.errors import Refused


@require_safe
def order(request: HttpRequest, token: str) -> HttpResponse:
    found = order_by_token(token)
    if is_waiting(found):  # perhaps the shopper comes from paying it
        [found] = ask(payment_look_wanted, order=found) or [found]
    return _page(request, found)


@require_POST
def order_cancel(request: HttpRequest, token: str) -> HttpResponse:
    """The buyer changes their mind before anything was packed."""
    found = order_by_token(token)
    error = _("This order can no longer be cancelled here. Please write to us.")
    if progress.can_cancel(found):
        try:
            actions.cancel_order(found, reason="customer")
        except Refused as refusal:
            error = str(refusal)
    found.refresh_from_db()
    if found.cancel_reason != "customer":
        return _page(request, found, error=error, status=409)
    response = redirect(found)  # pressed twice is cancelled once
    response.status_code = 303
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Find an order by number and e-mail. The answer is the same whichever of the two is wrong."""
    form = TrackForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_valid() and _is_guessing(request, form):
        form.add_error(
            None, _("That was a lot of tries. Please wait a while, or open the order from one of our mails.")
        )
        status = 429
    elif form.is_valid():
        orders = Order.objects.filter(
            number=form.cleaned_data["number"].strip(), email__iexact=form.cleaned_data["email"]
        )
        if found := orders.first():
            response = redirect(found)
            response.status_code = 303
            return response
        form.add_error(None, _("We found no order with this number and e-mail. Please check both."))
    return render(request, "orders/track.html", {"form": form}, status=status)


def _is_guessing(request: HttpRequest, form: TrackForm) -> bool:
    """Too many tries from one address, for one e-mail or for one number: nobody forgets that much."""
    wanted = (form.cleaned_data["email"].lower(), form.cleaned_data["number"].strip())
    return not consume(request, action="track") or not all(
        consume(request, action="track_order", key=key) for key in wanted
    )


def _page(request: HttpRequest, found: Order, *, error: str = "", status: int = 200) -> HttpResponse:
    parts: dict[str, list[Any]] = {}
    for part in ask(order_parts_wanted, order=found, for_staff=False):
        parts.setdefault(part.place, []).append(part)
    context = {
        "order": found,
        "lines": found.lines.all(),
        "address": address_lines(found.address),
        "steps": progress.steps(found),
        "headline": progress.headline(found),
        "what_next": progress.what_next(found),
        "parts": parts,
        "can_cancel": progress.can_cancel(found),
        "can_pay": found.is_payable and (found.pays_online or found.payment_method == "bank_transfer"),
        "error": error,
    }
    response = render(request, "orders/order.html", context, status=status)
    return _forget_what_was_ordered(request, response, found)


def _forget_what_was_ordered(request: HttpRequest, response: HttpResponse, found: Order) -> HttpResponse:
    """The number beside the cart goes once what was in it is an order."""
    if COUNT_COOKIE in request.COOKIES:
        cart = current_cart(request, found)
        remember(response, cart, cart.count() if cart else 0)
    return response
