"""What channels ask of an item."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from inventory.availability import State
from marketing.feeds.base import Problem
from marketing.feeds.items import Item

GTIN_LENGTHS = (8, 12, 13, 14)
RESTRICTED = ("02", "04", "2")  # restricted circulation, in a number of 13 digits


def basics(item: Item, *, id_length: int, title_length: int, description_length: int) -> Iterator[Problem]:
    """What all of them ask, each with its own lengths."""
    if len(item.sku) > id_length:
        yield Problem("id", _("The SKU has more than %(most)s characters.") % {"most": id_length}, True)
    if not item.pictures:
        yield Problem("image", _("It has no picture."), True)
    if not item.price:
        yield Problem("price", _("It costs nothing."), True)
    if len(item.title) > title_length:
        yield Problem(
            "title", _("The name has more than %(most)s characters.") % {"most": title_length}, True
        )
    if len(item.description) > description_length:
        text = _("The description has more than %(most)s characters; it is cut.")
        yield Problem("description", text % {"most": description_length}, False)
    if item.gtin and not is_gtin(item.gtin):
        yield Problem(
            "gtin", _("The barcode %(code)s is no GTIN; it is left out.") % {"code": item.gtin}, False
        )
    if item.state in (State.BACKORDER, State.PREORDER) and item.available_on is None:
        yield Problem("availability", _("It is not said when it can leave."), True)


def is_gtin(code: str) -> bool:
    """Whether the check digit is right and the number is one of the world, not of a shop's own scales and labels.

    GS1 General Specifications, 7.9 and 1.4.2.
    """
    if not (code.isascii() and code.isdigit() and len(code) in GTIN_LENGTHS):
        return False
    *digits, last = map(int, code)
    weighted = sum(digit * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return (weighted + last) % 10 == 0 and not code.zfill(14)[1:].startswith(RESTRICTED)
