"""The rows that add up to a total, the same for cart, checkout, order and mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.models import Order
from orders.signals import DeliveryQuote
from pricing.calculator import Quote
from shop import dates
from shop.money import Money

NOTHING_TO_SHIP = "none"


@dataclass(frozen=True)
class Sum:
    """A row: what it is, how much, and what there is to say about it."""

    label: str
    amount: Money
    note: str = ""
    is_total: bool = False


def quote_sums(quote: Quote, delivery: DeliveryQuote | None = None) -> list[Sum]:
    """What a cart costs, with the delivery that the quote contains."""
    fee = quote.delivery_fee
    shows_delivery = fee is not None and not (delivery and delivery.code == NOTHING_TO_SHIP)
    note = dates.days(delivery.promised_from, delivery.promised_to) if delivery else ""
    taxes = [(part.name, Money(part.tax_minor, quote.currency)) for part in quote.taxes]
    return _rows(
        quote.subtotal, fee if shows_delivery else None, note, taxes, quote.tax_included, quote.total
    )


def order_sums(order: Order) -> list[Sum]:
    """What was agreed, as it was agreed."""
    fee = None if order.delivery_code == NOTHING_TO_SHIP else order.delivery
    taxes = [(tax["name"], Money(tax["tax_minor"], order.currency)) for tax in order.taxes]
    return _rows(order.subtotal, fee, order.delivery_label, taxes, order.tax_included, order.total)


def _rows(
    goods: Money,
    fee: Money | None,
    fee_note: str,
    taxes: Iterable[tuple[str, Money]],
    tax_included: bool,
    total: Money,
) -> list[Sum]:
    rows = [Sum(_("Items"), goods)]
    if fee is not None:
        rows.append(Sum(_("Delivery"), fee, fee_note))
    if not tax_included:
        rows += [Sum(name, amount) for name, amount in taxes]
        return [*rows, Sum(_("Total"), total, is_total=True)]
    # Translators: part of the total that is tax: "with €28.55 VAT".
    note = ", ".join(_("with %(amount)s %(tax)s") % {"amount": amount, "tax": name} for name, amount in taxes)
    return [*rows, Sum(_("Total"), total, note, is_total=True)]
