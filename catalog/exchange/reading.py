"""What the readers of other shops' files have in common: a cell that is wrong is noted by its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from catalog.drafts import PriceDraft
from catalog.exchange import amounts
from catalog.exchange.items import Asked, Item, Label, Note, Row
from shop.errors import Refused

Value = TypeVar("Value")
YES = {"true", "1", "yes", "y", "да", "истина"}
NO = {"false", "0", "no", "n", "нет", "ложь"}
MAX_BARCODE = 14
SALE_BEYOND = 999  # other shops sell on without an end; here that many units may be promised


def squeezed(title: str) -> str:
    """ "Option1 Name" and "option1_name" are one: "option1name"."""
    return re.sub(r"[\W_]+", "", title.casefold())


def read(item: Item, row: Row, name: str, parse: Callable[..., Value], *more: Any) -> Value | None:
    """The cell parsed; None for an empty one, and for a wrong one, which the item then tells of."""
    text = row.get(name)
    if not text:
        return None
    try:
        return parse(text, *more)
    except Refused as error:
        item.errors.append(Note(row.line, name, str(error)))
        return None


def yes_no(text: str) -> bool:
    if text.casefold() in YES | NO:
        return text.casefold() in YES
    raise Refused(_("“%(text)s” is neither yes nor no.") % {"text": text})


def one_of(text: str, known: Sequence[str]) -> str:
    if text.casefold() not in known:
        raise Refused(_("“%(text)s” is none of %(known)s.") % {"text": text, "known": ", ".join(known)})
    return text.casefold()


def barcode(text: str) -> str:
    """Spreadsheets put an apostrophe before digits, so that they stay digits."""
    digits = text.lstrip("'").replace(" ", "").replace("-", "")
    if not digits.isascii() or not digits.isalnum() or len(digits) > MAX_BARCODE:
        raise Refused(_("“%(text)s” is not a barcode of up to 14 digits.") % {"text": text})
    return digits


def shelf(path: str, language: str) -> list[Label]:
    """ "Clothing > Hoodies" from the top of the shop down."""
    names = [name.strip() for name in path.split(">")]
    return [Label({language: name}) for name in names if name]


def price(item: Item, row: Row, asked: Asked, amount: str, compare_at: str) -> PriceDraft | None:
    """The standing price of one. A price before the sale that is not higher is left out, with a warning."""
    minor = read(item, row, amount, amounts.minor, asked.currency)
    if minor is None:
        return None
    before = read(item, row, compare_at, amounts.minor, asked.currency)
    return PriceDraft(asked.price_list, minor, higher(item, row, compare_at, before, minor))


def higher(item: Item, row: Row, name: str, before: int | None, minor: int) -> int | None:
    if before is not None and 0 < before <= minor:
        text = _("The price before the sale is not higher than the price: left out.")
        item.warnings.append(Note(row.line, name, text))
    return before if before is not None and before > minor else None


def on_hand(item: Item, row: Row, name: str) -> int | None:
    """Units of the stock; what was sold beyond the shelf counts as none."""
    units = read(item, row, name, amounts.units)
    if units is not None and units < 0:
        item.warnings.append(Note(row.line, name, _("A stock below zero counts as none.")))
        return 0
    return units
