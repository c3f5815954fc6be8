"""What a shopper may be refused between cart and order."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shop.errors import Refused
from shop.money import Money


class EmptyCart(Refused):
    def __init__(self) -> None:
        super().__init__(_("Your cart is empty."))


class CartChanged(Refused):
    """What is in the cart, or what it costs, is no longer what the page showed."""

    def __init__(self, shown: Money | None = None, now: Money | None = None) -> None:
        self.shown, self.now = shown, now
        if shown and now and shown != now:
            message = _(
                "The total changed from %(shown)s to %(now)s. Please look at it again before you order."
            )
            super().__init__(message % {"shown": shown, "now": now})
        else:
            super().__init__(_("Your cart has changed since this page was opened. Please look at it again."))


class NotForSale(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(_("“%(name)s” is no longer for sale.") % {"name": name})


class Incomplete(Refused):
    """A part of the checkout is still missing; `section` names it."""

    def __init__(self, section: str, message: str) -> None:
        self.section = section
        super().__init__(message)
