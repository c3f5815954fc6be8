"""What higher apps may hear, and what orders asks of whoever can answer.

`send` (not `send_robust`) throughout: a receiver that refuses stops what is going on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.dispatch import Signal

from shop.money import Money

# Questions. Receivers return a list; `ask` joins the lists.
delivery_quotes_wanted = Signal()  # basket (orders.basket.Basket), country, now -> list[DeliveryQuote]
delivery_countries_wanted = Signal()  # -> list[str]: ISO codes of the countries that are served
payment_options_wanted = Signal()  # basket, delivery (DeliveryQuote | None), total -> list[PaymentOption]
payment_sums_wanted = Signal()  # order -> list[PaymentSums]: what the payment ledger says
shipment_sums_wanted = Signal()  # order -> list[ShipmentSums]: what the shipments say
# order, request -> list[dict]: what the page's script needs to have the shopper pay; none when that cannot be now
payment_start_wanted = Signal()
payment_look_wanted = (
    Signal()
)  # order that waits for its online payment -> list[Order]: as the provider has it now
order_parts_wanted = Signal()  # order, for_staff -> list[OrderPart]: payments, parcels on the order page

# Facts, sent inside the transaction that made them true.
order_placed = Signal()  # order
order_confirmed = Signal()  # order
order_cancelled = Signal()  # order, reason, actor

# Sent outside any transaction, before goods leave: whoever minds the money collects it now or raises Refused.
goods_leaving = Signal()  # order, amount (Money), key (str, the same for the same goods), actor
# Sent outside any transaction, before an order is cancelled: a hold on money is let go first, or Refused.
cancel_wanted = Signal()  # order, actor


@dataclass(frozen=True)
class DeliveryQuote:
    """A way to receive the order, its price and its promise."""

    code: str
    label: str
    fee: Money
    tax_class: str
    promised_from: date | None = None
    promised_to: date | None = None
    note: str = ""  # "Order by 14:00", the address of a pick-up place
    is_pickup: bool = False
    location_id: int | None = None  # where it is collected: goods that are there are promised there


@dataclass(frozen=True)
class PaymentOption:
    """A way to pay, or why it cannot be used here."""

    code: str  # card, bank_transfer, cash_on_delivery, pay_at_pickup
    label: str
    note: str = ""
    is_online: bool = False  # paid on the spot, by the provider's form
    is_promised: bool = False  # the money comes with the goods, so they may leave before it
    due_minutes: int | None = None  # unpaid after this, the order expires
    refusal: str = ""  # shown disabled, with this reason
    script: dict[str, str] = field(default_factory=dict)  # for the provider's form: js_url, publishable_key


@dataclass(frozen=True)
class PaymentSums:
    """Sums over the payment ledger of an order, in minor units."""

    authorized: int = 0  # held by the bank and not yet captured or let go
    captured: int = 0
    refunded: int = 0
    voided: int = 0
    is_promised: bool = False  # to be paid on delivery or at pick-up


@dataclass(frozen=True)
class ShipmentSums:
    """Units by state, over the lines that go by parcel or are picked up."""

    to_ship: int = 0
    packed: int = 0
    shipped: int = 0
    delivered: int = 0
    is_pickup: bool = False
    is_ready: bool = False


@dataclass(frozen=True)
class OrderPart:
    """A piece of the order page made by a higher app: its template and what it takes."""

    place: str  # "payment", "parcels", "actions"
    template: str
    context: dict[str, Any]


def ask(question: Signal, **facts: Any) -> list[Any]:
    """All answers to `question`, joined, in the order the apps are installed."""
    answers: list[Any] = []
    for _receiver, answer in question.send(sender=None, **facts):
        if isinstance(answer, Iterable):
            answers.extend(answer)
    return answers
