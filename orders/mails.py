"""What the mails about an order say. When they are sent is decided where the things happen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.addresses import address_lines
from orders.models import Order, OrderLine
from orders.signals import ask, order_parts_wanted
from orders.sums import order_sums
from shop.mail import letterhead
from shop.money import Money


@dataclass(frozen=True)
class RenderedMail:
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class MailLine:
    """A line of the order, or as much of it as the mail is about."""

    name: str
    options_text: str
    quantity: int
    unit: Money
    subtotal: Money
    picture_url: str


def render_mail(kind: str, order: Order, **about: Any) -> RenderedMail:
    """The mail in the order's language, as things stand now.

    Kinds: order_received, payment_confirmed, payment_failed, shipped, ready, cancelled, refunded, expired.
    `about` says what it is about: `shipment` (an id) for shipped and ready, `amount_minor` for refunded.
    """
    with override(order.language):
        context = {**_common(order), **FACTS.get(kind, _nothing)(order, about)}
        subject, headline = _words(kind, context)
        context["headline"] = headline
        return RenderedMail(
            subject=subject % {"number": order.number},
            text=_tidy(render_to_string(f"mail/{kind}.txt", context)),
            html=render_to_string(f"mail/{kind}.html", context),
        )


def _tidy(text: str) -> str:
    """Templates leave empty lines where a part has nothing to say: one is enough."""
    return re.sub(r"\n[ \t]*(\n[ \t]*)+\n", "\n\n", text).strip() + "\n"


def is_still_true(order: Order, kind: str) -> bool:
    """Whether the mail should still go out. One that waited long may have been overtaken by events."""
    is_cancelled = order.lifecycle == Order.Lifecycle.CANCELLED
    if kind == "payment_failed":
        return order.is_payable
    if kind == "payment_confirmed":
        return order.is_confirmed and not is_cancelled
    if kind in ("cancelled", "expired"):
        return is_cancelled
    return not is_cancelled or kind == "refunded"


def _words(kind: str, context: dict[str, Any]) -> tuple[str, str]:
    """The news in one line, twice: for the list of mails and for the top of the letter."""
    if kind == "payment_confirmed" and not context["is_promised"]:
        return _("Order %(number)s is confirmed"), _("Your payment is confirmed")
    if kind == "shipped" and context["is_part"]:
        return _("A part of order %(number)s is on its way"), _("The first part is on its way")
    if kind == "refunded":
        return _("Your money for order %(number)s is on its way back"), _(
            "%(amount)s is on its way back to you"
        ) % {"amount": context["refund"]["amount"]}
    return {
        "order_received": (_("We have your order %(number)s"), _("We have your order")),
        "payment_confirmed": (_("Order %(number)s is confirmed"), _("Your order is confirmed")),
        "payment_failed": (
            _("The payment for order %(number)s did not go through"),
            _("The payment did not go through"),
        ),
        "shipped": (_("Order %(number)s is on its way"), _("Your order is on its way")),
        "ready": (_("Order %(number)s is ready to collect"), _("Your order is ready to collect")),
        "cancelled": (_("Order %(number)s is cancelled"), _("Your order is cancelled")),
        "expired": (_("Order %(number)s was not paid in time"), _("Your order was not paid in time")),
    }[kind]


def _common(order: Order) -> dict[str, Any]:
    return {
        **letterhead(order.language),
        "order": order,
        "lines": [_line(line, line.quantity) for line in order.lines.all()],
        "sums": order_sums(order),
        "address": address_lines(order.address, order.language),
        "order_url": _absolute("orders:order", order.token),
        "pay_url": _absolute("payments:pay", order.token),
        "cart_url": _absolute("orders:cart"),
        "is_promised": order.payment_state == Order.PaymentState.PROMISED,
    }


def _line(line: OrderLine, quantity: int) -> MailLine:
    picture = default_storage.url(line.picture) if line.picture else ""
    if picture.startswith("/"):
        picture = f"{settings.SITE_URL}{picture}"
    return MailLine(line.name, line.options_text, quantity, line.unit, line.subtotal, picture)


def _absolute(name: str, *args: str) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


# --- What a kind of mail knows beside the order ------------------------------------------------------
def _nothing(order: Order, about: dict[str, Any]) -> dict[str, Any]:
    return {}


def _payment(order: Order, about: dict[str, Any]) -> dict[str, Any]:
    """What whoever minds payments says on the order's page: bank details, why a card was refused."""
    facts: dict[str, Any] = {}
    for part in ask(order_parts_wanted, order=order, for_staff=False):
        facts.update({name: part.context[name] for name in ("bank", "decline") if part.context.get(name)})
    return facts


def _parcel(order: Order, about: dict[str, Any]) -> dict[str, Any]:
    """The shipment, what is in it, and whether there is more to come."""
    shipment = order.shipments.select_related("location").get(pk=about["shipment"])
    inside = list(shipment.lines.select_related("line"))
    return {
        "shipment": shipment,
        "parcel_lines": [_line(part.line, part.quantity) for part in inside],
        "is_part": order.shipments.exclude(pk=shipment.pk).filter(state__in=["planned", "packed"]).exists(),
        "place": shipment.location if shipment.is_pickup else None,
    }


def _cancelled(order: Order, about: dict[str, Any]) -> dict[str, Any]:
    words = {"customer": _("As you asked."), "staff": _("We had to cancel it, and we are sorry.")}
    return {"reason": words.get(order.cancel_reason, "")}


def _refund(order: Order, about: dict[str, Any]) -> dict[str, Any]:
    return {"refund": {"amount": Money(about["amount_minor"], order.currency)}}


FACTS: dict[str, Callable[[Order, dict[str, Any]], dict[str, Any]]] = {
    "order_received": _payment,
    "payment_failed": _payment,
    "shipped": _parcel,
    "ready": _parcel,
    "cancelled": _cancelled,
    "refunded": _refund,
}
