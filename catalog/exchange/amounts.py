"""Numbers as people and other shops write them. What could be read in two ways is refused, never guessed."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from shop.errors import Refused
from shop.money import divide_rounded, exponent, parse_minor

SIGNS = {
    "€": {"EUR"}, "£": {"GBP"}, "₽": {"RUB"}, "руб": {"RUB"}, "р": {"RUB"}, "₴": {"UAH"}, "грн": {"UAH"},
    "₸": {"KZT"}, "zł": {"PLN"}, "kč": {"CZK"}, "₺": {"TRY"}, "₹": {"INR"}, "₪": {"ILS"}, "₩": {"KRW"},
    "₾": {"GEL"}, "֏": {"AMD"}, "¥": {"JPY", "CNY"}, "kr": {"SEK", "NOK", "DKK", "ISK"},
    "$": {"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"}, "us$": {"USD"},
}  # fmt: skip
SPACES = " \u00a0\u2007\u2009\u202f"
MAX_UNITS = 2_000_000_000  # what a column holds
_NUMBER = re.compile(rf"(-?)([0-9][0-9.,'’{SPACES}]*|[.,][0-9]+)")
_GRAMS = {
    "g": Fraction(1),
    "kg": Fraction(1000),
    "oz": Fraction("28.349523125"),
    "lb": Fraction("453.59237"),
    "lbs": Fraction("453.59237"),
    "г": Fraction(1),
    "кг": Fraction(1000),
}
_MILLIMETRES = {
    "mm": Fraction(1),
    "cm": Fraction(10),
    "m": Fraction(1000),
    "in": Fraction("25.4"),
    "yd": Fraction("914.4"),
    "мм": Fraction(1),
    "см": Fraction(10),
    "м": Fraction(1000),
}


def minor(text: str, currency: str) -> int:
    """Minor units of a price such as "24.90", "1 234,50 ₽" or "€12". Raises Refused."""
    amount = _without_sign(text.strip(), currency)
    found = _NUMBER.fullmatch(amount)
    if not found:
        raise Refused(_("“%(text)s” is not a price.") % {"text": text})
    if found[1]:
        raise Refused(_("A price cannot be negative."))
    plain = _plain(found[2], exponent(currency))
    try:
        return parse_minor(plain, currency)
    except ValueError as error:
        raise Refused(_("“%(text)s” is not a price in %(currency)s.") % _both(text, currency)) from error


def _without_sign(text: str, currency: str) -> str:
    """The number alone. A sign of another currency than the price list's is an error, not decoration."""
    number = _NUMBER.search(text)
    if not number:
        raise Refused(_("“%(text)s” is not a price.") % {"text": text})
    signs = (text[: number.start()], text[number.end() :])
    for sign in (part.strip(SPACES).rstrip(".").casefold() for part in signs):
        if sign and currency not in SIGNS.get(sign, {sign.upper()}):
            raise Refused(_("“%(text)s” is not a price in %(currency)s.") % _both(text, currency))
    return number[0].rstrip(SPACES + ".")


def _both(text: str, currency: str) -> dict[str, str]:
    return {"text": text, "currency": currency}


def _plain(number: str, decimals: int) -> str:
    """ "1234.50" of "1,234.50", "1.234,50", "1 234,50" or "1'234.50"."""
    number = _join_groups(number)
    marks = [mark for mark in number if mark in ".,"]
    if not marks:
        return number
    if len(set(marks)) == 2:
        return _with_both(number, marks)
    whole, *parts = re.split(r"[.,]", number)
    if not parts[-1]:
        raise Refused(_("“%(text)s” is not a number.") % {"text": number})
    if len(parts) > 1:
        if not (1 <= len(whole) <= 3 and all(len(part) == 3 for part in parts)):
            raise Refused(_("“%(text)s” is not a number.") % {"text": number})
        return whole + "".join(parts)
    return _with_one(number, whole, parts[0], decimals)


def _with_both(number: str, marks: list[str]) -> str:
    """With points and commas the last is the decimal mark, and the other parts thousands."""
    thousands, decimal = marks[0], marks[-1]
    whole, _mark, part = number.rpartition(decimal)
    groups = whole.split(thousands)
    is_grouped = len(groups[0]) in (1, 2, 3) and all(len(group) == 3 for group in groups[1:])
    if marks.count(decimal) > 1 or not is_grouped or not part:
        raise Refused(_("“%(text)s” is not a number.") % {"text": number})
    return f"{''.join(groups)}.{part}"


def _with_one(number: str, whole: str, part: str, decimals: int) -> str:
    """One mark before three digits may be thousands or decimals: refused, unless one of them cannot be."""
    if len(part) == 3 and 1 <= len(whole) <= 3 and whole.strip("0"):
        if decimals == 0:
            return whole + part
        if not (decimals == 3 and "." in number):
            raise Refused(
                _("“%(text)s” may be thousands or decimals: write it with two decimals.") % {"text": number}
            )
    digits = part.rstrip("0") if len(part) > decimals else part
    return f"{whole or '0'}.{digits}" if digits else whole or "0"


def _join_groups(number: str) -> str:
    """Thousands parted by spaces or apostrophes, joined; "12 34" is no number."""
    groups = re.split(rf"[{SPACES}'’]", number.strip(SPACES))
    first, *others = groups
    last = re.split(r"[.,]", others[-1])[0] if others else ""
    if others and not (len(first) <= 3 and all(len(group) == 3 for group in [*others[:-1], last])):
        raise Refused(_("“%(text)s” is not a number.") % {"text": number})
    return "".join(groups)


def measure(text: str, unit: str) -> int:
    """Whole grams or millimetres, half up: "0.5" lbs is 227. Raises Refused."""
    factor = _GRAMS.get(unit.lower()) or _MILLIMETRES.get(unit.lower())
    if factor is None:
        raise Refused(_("The unit “%(unit)s” is not known.") % {"unit": unit})
    if not re.fullmatch(r"[0-9]{0,9}(?:[.,][0-9]{1,20})?", text.strip()) or not text.strip():
        raise Refused(_("“%(text)s” is not a number.") % {"text": text})
    amount = Fraction(Decimal(text.strip().replace(",", "."))) * factor
    return bounded(divide_rounded(amount.numerator, amount.denominator))


def units(text: str) -> int:
    """A whole number of pieces: "12", "12.0", "-3". Raises Refused."""
    found = re.fullmatch(r"(-?[0-9]{1,15})(?:[.,]0*)?", text.strip())
    if not found:
        raise Refused(_("“%(text)s” is not a whole number.") % {"text": text})
    return bounded(int(found[1]))


def bounded(number: int) -> int:
    if abs(number) > MAX_UNITS:
        raise Refused(_("%(number)s is too large.") % {"number": number})
    return number
