"""When a parcel ordered now arrives: asked once per language until it changes, shown on every card."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.signals import DeliveryPromise, delivery_promise_wanted
from shop import versions
from shop.pages import page_key

DAY = "j\u00a0E"  # a number stays with its month
ASK_AGAIN = timedelta(minutes=5)  # when nobody answered
Known = tuple[int, datetime, DeliveryPromise | None, str]  # version of the settings, until when, the promise
_known: dict[tuple[str, str], Known] = {}


def delivery_promise() -> DeliveryPromise | None:
    """For goods in stock, to the shop's own country; None where nobody delivers."""
    return _current()[2]


def promised_days() -> str:
    """The promise in short, as cards show it; nothing without one."""
    return _current()[3]


page_key(promised_days)  # pages made before the cut-off promise other days than those made after it


def _current() -> Known:
    now, settings_now = timezone.now(), versions.version("settings")
    key = (get_language() or "", settings.CURRENCY)
    known = _known.get(key)
    if known is None or known[0] != settings_now or known[1] <= now:
        promise = _ask(now)
        until = promise.changes_at if promise else now + ASK_AGAIN
        known = _known[key] = (settings_now, until, promise, promise_text(promise))
    return known


def _ask(now: datetime) -> DeliveryPromise | None:
    answers = delivery_promise_wanted.send(
        sender=None, country=settings.COUNTRY, currency=settings.CURRENCY, now=now
    )
    return next((answer for _receiver, answer in answers if answer), None)


def promise_text(promise: DeliveryPromise | None) -> str:
    """ "Delivery 27–29 November", in the active language; nothing without a promise."""
    if promise is None:
        return ""
    first, last = promise.earliest, promise.latest
    if first == last:
        return _("Delivery %(day)s") % {"day": date_format(last, DAY)}
    start = date_format(first, "j" if (first.year, first.month) == (last.year, last.month) else DAY)
    # Translators: "Delivery 27–29 November", "Delivery 30 November–2 December".
    return _("Delivery %(first)s–%(last)s") % {"first": start, "last": date_format(last, DAY)}


def forget() -> None:
    """For tests and for whoever changes the tables of delivery in this process."""
    _known.clear()
