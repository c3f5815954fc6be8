"""Which ways to pay an order has, and why some are closed to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.signals import DeliveryQuote, PaymentOption
from shop.money import Money

GATEWAY_OF_METHOD = {
    "card": "stripe",
    "bank_transfer": "manual",
    "cash_on_delivery": "manual",
    "pay_at_pickup": "manual",
}


def payment_options(
    *, is_pickup: bool, needs_delivery: bool, country: str, total: Money
) -> list[PaymentOption]:
    """In the order they are offered. One that is closed stays visible, with the reason."""
    options = []
    if settings.STRIPE_SECRET_KEY:
        options.append(_card())
    if settings.BANK_TRANSFER_IBAN:
        options.append(_bank_transfer())
    if needs_delivery and is_pickup:
        options.append(
            PaymentOption(
                "pay_at_pickup", _("Pay at pick-up"), _("By card or cash at the counter."), is_promised=True
            )
        )
    elif needs_delivery:
        options.append(_cash_on_delivery(country, total))
    return options


def _card() -> PaymentOption:
    return PaymentOption(
        "card",
        _("Card"),
        _("Visa, Mastercard, American Express. You are charged when the goods leave us."),
        is_online=True,
        due_minutes=settings.UNPAID_ORDER_MINUTES,
        script={"js_url": settings.STRIPE_JS_URL, "publishable_key": settings.STRIPE_PUBLISHABLE_KEY},
    )


def _bank_transfer() -> PaymentOption:
    days = settings.BANK_TRANSFER_DAYS
    note = ngettext(
        "You get our account and a reference. We keep the goods for %(days)s day and send them when the money is here.",
        "You get our account and a reference. We keep the goods for %(days)s days and send them when the money is here.",
        days,
    )
    return PaymentOption(
        "bank_transfer", _("Bank transfer"), note % {"days": days}, due_minutes=days * 24 * 60
    )


def _cash_on_delivery(country: str, total: Money) -> PaymentOption:
    refusal = ""
    limit = Money(settings.CASH_ON_DELIVERY_LIMIT_MINOR, settings.CURRENCY)
    if country != settings.COUNTRY:
        refusal = _("Only for deliveries within our own country.")
    elif total.currency != limit.currency or limit < total:
        refusal = _("Only up to %(limit)s.") % {"limit": limit}
    return PaymentOption(
        "cash_on_delivery",
        _("Cash on delivery"),
        _("You pay the courier at the door."),
        is_promised=True,
        refusal=refusal,
    )


def due_at(payment: PaymentOption) -> datetime | None:
    return timezone.now() + timedelta(minutes=payment.due_minutes) if payment.due_minutes else None


def options_for_basket(basket: Any, delivery: DeliveryQuote | None, total: Money) -> list[PaymentOption]:
    return payment_options(
        is_pickup=bool(delivery and delivery.is_pickup),
        needs_delivery=basket.needs_delivery,
        country=basket.country,
        total=total,
    )


def options_for_order(order: Any) -> list[PaymentOption]:
    """What an order that waits for its money may be paid with instead."""
    return payment_options(
        is_pickup=order.is_pickup,
        needs_delivery=order.delivery_code != "none",
        country=order.country or settings.COUNTRY,
        total=order.total,
    )


def bank_details(order: Any) -> dict[str, Any]:
    """What the buyer writes on the transfer."""
    attempt = order.attempts.filter(method="bank_transfer").order_by("-number").first()
    return {
        "recipient": settings.BANK_TRANSFER_RECIPIENT,
        "iban": settings.BANK_TRANSFER_IBAN,
        "bic": settings.BANK_TRANSFER_BIC,
        "reference": attempt.reference if attempt else order.number,
        "amount": order.total,
        "due_at": order.payment_due_at,
    }
