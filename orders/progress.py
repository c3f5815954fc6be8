"""Where an order stands, in the buyer's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from orders.models import Order
from shop import dates, sql

State = Order.FulfilmentState
LEFT = {State.SHIPPED, State.PART_SHIPPED, State.DELIVERED}


_TIMES = "SELECT kind, at FROM orders_orderevent WHERE order_id = %s ORDER BY at, id"


@dataclass(frozen=True)
class Step:
    code: str
    label: str
    state: str  # done, now, next
    at: datetime | None = None
    due_on: date | None = None  # by when it was promised


def steps(order: Order) -> list[Step]:
    """Placed, paid, packed, shipped, delivered: those that this order goes through, with their times."""
    times = {kind: sql.when(at) for kind, at in sql.rows(_TIMES, [order.pk])}
    reached = [
        ("placed", pgettext("step", "Placed"), True, order.placed_at),
        ("paid", _paid_label(order), order.is_confirmed, order.confirmed_at),
    ]
    if order.fulfilment_state != State.NOTHING_TO_SHIP:
        state = order.fulfilment_state
        is_packed = state in LEFT | {State.PACKED, State.READY}
        reached.append(("packed", pgettext("step", "Packed"), is_packed, times.get("packed")))
        if order.is_pickup:
            ready = state in {State.READY, State.DELIVERED}
            reached.append(("ready", pgettext("step", "Ready for pick-up"), ready, times.get("ready")))
            reached.append(
                ("delivered", pgettext("step", "Collected"), state == State.DELIVERED, times.get("delivered"))
            )
        else:
            is_part = state == State.PART_SHIPPED
            label = pgettext("step", "Partly shipped") if is_part else pgettext("step", "Shipped")
            reached.append(("shipped", label, state in LEFT, times.get("shipped")))
            reached.append(
                ("delivered", pgettext("step", "Delivered"), state == State.DELIVERED, times.get("delivered"))
            )
    return _as_steps(order, reached)


def _as_steps(order: Order, reached: list[tuple[str, str, bool, datetime | None]]) -> list[Step]:
    """The last step that was reached is where the order is now; at the end of the way all are done."""
    last = max(index for index, (_code, _label, done, _at) in enumerate(reached) if done)
    is_over = last == len(reached) - 1
    result = []
    for index, (code, label, done, at) in enumerate(reached):
        state = "now" if index == last and not is_over else "done" if done else "next"
        result.append(Step(code, label, state, at if done else None, None if done else _due_on(order, code)))
    return result


def _due_on(order: Order, code: str) -> date | None:
    """We promise when it arrives, or waits at the counter; when it is collected is the buyer's affair."""
    promised = "ready" if order.is_pickup else "delivered"
    return order.promised_to if code == promised and not order.is_called_off else None


def _paid_label(order: Order) -> str:
    state = Order.PaymentState
    if order.payment_state in (state.PROMISED, state.VOIDED):  # no money came, and none may have been due
        return pgettext("step", "Confirmed")
    return (
        pgettext("step", "Payment secured")
        if order.payment_state == state.AUTHORIZED
        else pgettext("step", "Paid")
    )


def headline(order: Order) -> str:
    """The answer to «how is my order?»."""
    if order.lifecycle == Order.Lifecycle.CANCELLED:
        if order.cancel_reason == "expired":
            return _("This order was not paid in time")
        return _("This order was cancelled")
    if order.is_called_off:
        return _("This order was refunded")
    if order.is_payable:
        return _("One step left: your payment")
    by_state = {
        State.UNFULFILLED: _("Thank you, we are on it"),
        State.PACKED: _("Your order is packed"),
        State.PART_SHIPPED: _("The first part is on its way"),
        State.SHIPPED: _("Your order is on its way"),
        State.READY: _("Your order is ready to collect"),
        State.DELIVERED: _("Your order has arrived"),
        State.NOTHING_TO_SHIP: _("Thank you, all done"),
    }
    return by_state[State(order.fulfilment_state)]


def what_next(order: Order) -> str:
    """What happens next, with the date where one was promised."""
    if order.lifecycle == Order.Lifecycle.CANCELLED:
        return _("Nothing was sent and nothing more is owed.")
    if order.is_called_off:
        return _("Nothing more will be sent. The money is back with you, or on its way.")
    if order.is_payable:
        due = order.payment_due_at
        if due is None:
            return ""
        return _("We keep the goods for you until %(time)s.") % {"time": dates.moment(due)}
    if order.promised_to and order.fulfilment_state not in {
        State.DELIVERED,
        State.READY,
        State.NOTHING_TO_SHIP,
    }:
        day = {"day": dates.long_day(order.promised_to)}
        return (
            _("Ready to collect from %(day)s.") % day if order.is_pickup else _("Expected by %(day)s.") % day
        )
    return ""


def can_cancel(order: Order) -> bool:
    """Until something is packed."""
    is_untouched = order.fulfilment_state in {State.UNFULFILLED, State.NOTHING_TO_SHIP}
    return (
        order.lifecycle == Order.Lifecycle.PLACED
        and is_untouched
        and not (order.fulfilment_state == State.NOTHING_TO_SHIP and order.is_confirmed)
    )
