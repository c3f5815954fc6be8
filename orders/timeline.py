"""The story of an order for staff: what happened, what was written to the customer, what staff noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from orders.desk import review_text
from orders.models import Order, OrderEvent
from shop import dates
from shop.models import Mail
from shop.money import Money

CANCEL_REASONS = {
    "customer": gettext_lazy("The customer asked for it"),
    "staff": gettext_lazy("We cannot deliver it"),
    "suspicious": gettext_lazy("It looks like fraud"),
    "expired": gettext_lazy("It was not paid in time"),
    "changed": gettext_lazy("The customer went back to the cart"),
}
MAILS = {
    "order_received": gettext_lazy("order received"),
    "payment_confirmed": gettext_lazy("order confirmed"),
    "payment_failed": gettext_lazy("payment failed"),
    "shipped": gettext_lazy("on its way"),
    "ready": gettext_lazy("ready for pick-up"),
    "cancelled": gettext_lazy("order cancelled"),
    "expired": gettext_lazy("not paid in time"),
    "refunded": gettext_lazy("refunded"),
}


@dataclass(frozen=True)
class Entry:
    """One line of the story."""

    at: datetime
    title: str
    icon: str
    who: str = ""
    text: str = ""  # what somebody wrote
    url: str = ""
    is_strong: bool = False

    @property
    def when(self) -> str:
        """ "today, 11:20", "yesterday, 16:05", "Sun 22 Nov, 18:41"."""
        ago = (timezone.localdate() - timezone.localdate(self.at)).days
        if ago == 0:
            return _("today, %(time)s") % {"time": dates.clock(self.at)}
        if ago == 1:
            return _("yesterday, %(time)s") % {"time": dates.clock(self.at)}
        return dates.moment(self.at)


def story(order: Order) -> list[Entry]:
    """Everything, the newest first; in three queries."""
    events = [event_entry(order, event) for event in order.events.select_related("actor")]
    notes = [_note(note) for note in order.notes.select_related("author")]
    mails = [_mail(mail) for mail in Mail.objects.filter(order_number=order.number).defer("html", "text")]
    entries = [*events, *notes, *mails]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def event_entry(order: Order, event: OrderEvent) -> Entry:
    title, icon = _words(order, event)
    return Entry(event.at, title, icon, who=_name(event.actor), is_strong=event.kind in ("placed", "shipped"))


def _note(note: Any) -> Entry:
    return Entry(
        note.at, pgettext("timeline", "Note"), "message-square", who=_name(note.author), text=note.text
    )


def _mail(mail: Mail) -> Entry:
    kind = MAILS.get(mail.kind, mail.kind)
    words = {
        Mail.State.SENT: _("Mail sent: %(kind)s"),
        Mail.State.FAILED: _("Mail failed: %(kind)s"),
        Mail.State.CLAIMED: _("Mail being sent: %(kind)s"),
    }
    title = words[Mail.State(mail.state)] % {"kind": kind}
    return Entry(mail.sent_at or mail.created_at, title, "mail", url=reverse("shop:mail", args=[mail.pk]))


def _name(user: Any) -> str:
    return (user.get_full_name() or user.email) if user else ""


def _words(order: Order, event: OrderEvent) -> tuple[str, str]:
    """What happened, and its icon. A kind that nobody taught this page stands there as it is."""
    if event.kind in _WORDS:
        icon, words = _WORDS[event.kind]
        return words(_Facts(order, event.data)), icon
    return event.kind.replace("_", " ").capitalize(), "circle-dot"


class _Facts(dict):
    """The numbers of an event, with its amounts as money; what is missing is an empty text."""

    def __init__(self, order: Order, data: dict[str, Any]) -> None:
        super().__init__(data)
        self.order = order

    def __missing__(self, name: str) -> str:
        return ""

    @property
    def money(self) -> Money:
        return Money(int(self["amount"] or 0), self.order.currency)

    @property
    def units(self) -> int:
        return int(self["units"] or 0)


def _packed(facts: _Facts) -> str:
    text = ngettext(
        "Packed parcel %(parcel)s, %(units)s item", "Packed parcel %(parcel)s, %(units)s items", facts.units
    )
    return text % facts


def _shipped(facts: _Facts) -> str:
    if facts["carrier"]:
        return _("Parcel %(parcel)s given to %(carrier)s") % facts
    return _("Parcel %(parcel)s has left") % facts


def _failed(facts: _Facts) -> str:
    why = facts["decline_code"] or facts["reason"] or facts["code"]
    return _("Payment failed: %(why)s") % {"why": why} if why else _("Payment failed")


def _cancelled(facts: _Facts) -> str:
    reason = CANCEL_REASONS.get(facts["reason"])
    return _("Cancelled: %(reason)s") % {"reason": reason} if reason else _("Cancelled")


def _amount(text: str) -> Callable[[_Facts], str]:
    """A sentence about an amount; `text` is a msgid that stands in _AMOUNTS for the translators."""
    return lambda facts: _(text) % {"amount": facts.money}


_AMOUNTS = (
    gettext_lazy("%(amount)s held on the card"),
    gettext_lazy("%(amount)s received"),
    gettext_lazy("%(amount)s no longer held"),
    gettext_lazy("%(amount)s to be paid on delivery"),
    gettext_lazy("%(amount)s refunded"),
    gettext_lazy("Refund of %(amount)s asked for"),
    gettext_lazy("Refund of %(amount)s failed"),
    gettext_lazy("%(amount)s disputed by the customer's bank"),
)
_WORDS: dict[str, tuple[str, Callable[[_Facts], str]]] = {
    "placed": ("inbox", lambda facts: _("Order placed in the shop")),
    "confirmed": ("circle-check", lambda facts: _("Order confirmed")),
    "cancelled": ("circle-x", _cancelled),
    "reinstated": ("undo-2", lambda facts: _("Taken up again: the money came after all")),
    "payment_method": ("credit-card", lambda facts: _("The customer chose another way to pay")),
    "payment_authorized": ("credit-card", _amount("%(amount)s held on the card")),
    "payment_captured": ("banknote", _amount("%(amount)s received")),
    "payment_voided": ("credit-card", _amount("%(amount)s no longer held")),
    "payment_promised": ("banknote", _amount("%(amount)s to be paid on delivery")),
    "payment_refunded": ("undo-2", _amount("%(amount)s refunded")),
    "refund_requested": ("undo-2", _amount("Refund of %(amount)s asked for")),
    "payment_refund_failed": ("triangle-alert", _amount("Refund of %(amount)s failed")),
    "payment_disputed": ("triangle-alert", _amount("%(amount)s disputed by the customer's bank")),
    "payment_failed": ("credit-card", _failed),
    "late_payment": ("banknote", lambda facts: _("Paid after it was cancelled: the money goes back")),
    "needs_review": ("triangle-alert", lambda facts: review_text(facts["reason"])),
    "reviewed": ("eye", lambda facts: _("Looked at, and found right")),
    "packed": ("package", _packed),
    "ready": ("store", lambda facts: _("Parcel %(parcel)s waits at the counter") % facts),
    "shipped": ("truck", _shipped),
    "delivered": ("house", lambda facts: _("Parcel %(parcel)s arrived") % facts),
}
# In the sprite: icon="inbox" icon="circle-check" icon="circle-x" icon="undo-2" icon="credit-card" icon="banknote"
# icon="triangle-alert" icon="eye" icon="package" icon="store" icon="truck" icon="house" icon="circle-dot"
# icon="message-square" icon="mail"
