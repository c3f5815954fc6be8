"""Money that staff move by hand: a refund, and a payment that came by hand."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from orders.models import Order
from orders.staff_views import back_to, base_context, find_order, stale
from payments import sums as ledger
from payments.actions import record_manual_payment, request_refund
from payments.models import Attempt
from shop.errors import Refused
from shop.money import Money, exponent, parse_minor
from shop.staff import staff_page

REFUND_REASONS = {
    "customer": gettext_lazy("Changed their mind"),
    "damaged": gettext_lazy("Arrived damaged"),
    "wrong": gettext_lazy("Wrong article sent"),
    "late": gettext_lazy("Came too late"),
    "goodwill": gettext_lazy("Goodwill"),
}


def new_key() -> str:
    """One a page: pressed twice, it is the same payment or refund."""
    return secrets.token_urlsafe(18)


# --- Refunds -------------------------------------------------------------------------------------
class RefundForm(forms.Form):
    reason = forms.ChoiceField(label=pgettext_lazy("refund", "Reason"), choices=list(REFUND_REASONS.items()))
    key = forms.CharField(max_length=60, widget=forms.HiddenInput)


@staff_page("payments.add_refund")
@require_http_methods(["GET", "POST"])
def refund(request: HttpRequest, number: str) -> HttpResponse:
    """Send back all that the customer paid, to where it came from."""
    order = find_order(number)
    attempt, left = refundable_of(order)
    form = RefundForm(request.POST or None, initial={"key": new_key()})
    if request.method == "GET":
        return _refund_page(request, order, attempt, left, form)
    if answer := stale(request, order, kinds=set()):
        return answer
    if not form.is_valid():
        return _refund_page(request, order, attempt, left, form, status=422)
    try:
        made = request_refund(
            order, _posted_amount(request, order), reason=form.cleaned_data["reason"], actor=request.user,
            key=form.cleaned_data["key"],
        )  # fmt: skip
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _refund_page(request, order, *refundable_of(order), form, status=409)
    _tell(request, made)
    return back_to(order)


def _posted_amount(request: HttpRequest, order: Order) -> Money:
    """The amount that the button named, so that nobody refunds another than they saw."""
    text = request.POST.get("amount_minor", "")
    return Money(int(text) if text.isdecimal() and len(text) < 16 else 0, order.currency)


def _tell(request: HttpRequest, made: Any) -> None:
    if made.state == made.State.FAILED:
        messages.error(request, _("The refund failed: %(why)s") % {"why": made.error})
    elif made.state == made.State.SUCCEEDED:
        messages.success(request, _("%(amount)s is refunded.") % {"amount": made.amount})
    else:
        messages.success(request, _("The refund of %(amount)s is on its way.") % {"amount": made.amount})


def refundable_of(order: Order) -> tuple[Attempt | None, Money]:
    """The payment that can be sent back, and how much of it."""
    for attempt in order.attempts.order_by("-number"):
        if (left := ledger.refundable(attempt)) > 0:
            return attempt, Money(left, order.currency)
    return None, Money(0, order.currency)


def _refund_page(
    request: HttpRequest,
    order: Order,
    attempt: Attempt | None,
    left: Money,
    form: RefundForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        **base_context(order),
        "form": form,
        "attempt": attempt,
        "left": left,
        "after": Money(
            max(0, ledger.sums(order).captured - ledger.sums(order).refunded - left.minor), order.currency
        ),
    }
    return render(request, "staff/refund.html", context, status=status)


# --- Paid by hand --------------------------------------------------------------------------------
class PaidForm(forms.Form):
    """An amount as people write it: 24.90 or 24,90."""

    amount = forms.CharField(
        label=gettext_lazy("Amount received"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter how much came.")},
    )
    key = forms.CharField(max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self) -> Money:
        text = "".join(self.cleaned_data["amount"].split()).replace(",", ".")
        try:
            money = Money(parse_minor(text, self.currency), self.currency)
        except ValueError:
            raise forms.ValidationError(_("Enter an amount such as 24.90.")) from None
        if money.minor <= 0:
            raise forms.ValidationError(_("Enter an amount above zero."))
        return money


@staff_page("payments.add_event")
@require_http_methods(["GET", "POST"])
def mark_paid(request: HttpRequest, number: str) -> HttpResponse:
    """Money came by hand: a transfer on the statement, cash."""
    order = find_order(number)
    due = Money(max(0, order.total_minor - ledger.sums(order).captured), order.currency)
    initial = {"key": new_key(), "amount": plain(due)}
    form = PaidForm(request.POST or None, currency=order.currency, initial=initial)
    if request.method == "GET":
        return _paid_page(request, order, due, form)
    if answer := stale(request, order, kinds={"payment_captured", "confirmed"}):
        return answer
    if not form.is_valid():
        return _paid_page(request, order, due, form, status=422)
    money = form.cleaned_data["amount"]
    try:
        record_manual_payment(order, money, actor=request.user, key=form.cleaned_data["key"])
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _paid_page(request, order, due, form, status=409)
    messages.success(request, _("%(amount)s is recorded.") % {"amount": money})
    return back_to(order)


def _paid_page(
    request: HttpRequest, order: Order, due: Money, form: PaidForm, *, status: int = 200
) -> HttpResponse:
    context = {**base_context(order), "form": form, "due": due}
    return render(request, "staff/paid.html", context, status=status)


def plain(money: Money) -> str:
    """24.90, for a field."""
    digits = exponent(money.currency)
    whole, part = divmod(money.minor, 10**digits)
    return f"{whole}.{part:0{digits}d}" if digits else str(whole)
