"""What inventory refuses."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from shop.errors import Refused


class OutOfStock(Refused):
    """Fewer units of a variant are free than were wanted.

    `variant_id` and `free` tell of the first one that is short; `shortages` has {variant_id: free} of all.
    """

    def __init__(self, variant_id: int, free: int, shortages: dict[int, int] | None = None) -> None:
        self.variant_id, self.free = variant_id, free
        self.shortages = shortages or {variant_id: free}
        super().__init__(_text(free))


class NotOnTheShelf(Refused):
    """Goods were to leave, or to be counted away, that are not there or are promised to somebody."""


def _text(free: int) -> str:
    if free <= 0:
        return gettext("Sold out.")
    return ngettext("Only %(free)s is left.", "Only %(free)s are left.", free) % {"free": free}
