"""Money: whole minor units and a currency. Rounding and splitting happen here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel.core import Locale
from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import get_language

from shop.errors import CurrencyMismatch


@lru_cache
def exponent(currency: str) -> int:
    """How many decimals the currency's major unit has: EUR 2, JPY 0, KWD 3 (ISO 4217, by CLDR)."""
    # CLDR gives cash habits for a few currencies that ISO 4217, and so Stripe, counts in hundredths.
    return _ISO_EXPONENTS.get(currency, get_currency_precision(currency))


_ISO_EXPONENTS = {"HUF": 2, "ISK": 0, "TWD": 2, "IDR": 2, "COP": 2, "PKR": 2, "RSD": 2, "UZS": 2}


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount. `minor` counts the currency's smallest unit: cents, pence, yen."""

    minor: int
    currency: str  # ISO 4217

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __mul__(self, quantity: int) -> Money:
        if not isinstance(quantity, int):
            raise TypeError("Money is multiplied by whole numbers only.")
        return Money(self.minor * quantity, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return format_money(self.minor, self.currency, get_language() or "en")

    @property
    def plain(self) -> str:
        """A decimal for machines, "24.90": what `parse_minor` reads."""
        digits = exponent(self.currency)
        whole, part = divmod(abs(self.minor), 10**digits)
        return ("-" if self.minor < 0 else "") + (f"{whole}.{part:0{digits}d}" if digits else str(whole))

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Shares in proportion to `weights` that add up to the whole, to the last minor unit."""
        return [Money(share, self.currency) for share in split_minor(self.minor, weights)]

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be added up")
        return other.minor


def split_minor(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` in proportion to `weights` by largest remainder (Hamilton's method).

    Exact: the shares sum to `amount`. Ties go to the earlier share. With weights that are all zero
    the first share gets everything. Raises ValueError for no weights or a negative weight.
    """
    if not weights or min(weights) < 0:
        raise ValueError("Weights must be given and not negative.")
    total = sum(weights)
    if total == 0:
        return [amount, *([0] * (len(weights) - 1))]
    sign, size = (-1, -amount) if amount < 0 else (1, amount)
    shares = [size * weight // total for weight in weights]
    remainders = [size * weight % total for weight in weights]
    left = size - sum(shares)
    for index in sorted(range(len(weights)), key=lambda i: (-remainders[i], i))[:left]:
        shares[index] += 1
    return [sign * share for share in shares]


def divide_rounded(numerator: int, denominator: int) -> int:
    """`numerator / denominator`, half away from zero: the one rounding rule of the shop."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    numerator, denominator = abs(numerator), abs(denominator)
    return sign * ((2 * numerator + denominator) // (2 * denominator))


def format_money(minor: int, currency: str, language: str, *, is_exact: bool = False) -> str:
    """The amount as the language writes it: €24, €24.50, 4 980 ₽.

    A whole amount shows no zeros, unless it is one of a column of amounts: then `is_exact` keeps them.
    """
    return _formatted(minor, currency, language, is_exact)


@lru_cache(maxsize=20_000)
def _formatted(minor: int, currency: str, language: str, is_exact: bool) -> str:
    digits = exponent(currency)
    sign, size = ("-" if minor < 0 else ""), abs(minor)
    whole, part = divmod(size, 10**digits)
    locale = _locale(language)
    # Babel formats a Decimal made of digits we placed ourselves, so no amount ever becomes a float.
    from decimal import Decimal

    value = Decimal(f"{sign}{whole}.{part:0{digits}d}" if digits else f"{sign}{whole}")
    shown = digits if part or is_exact else 0
    pattern = locale.currency_formats["standard"].pattern.split(";")[0]
    pattern = pattern.replace(".00", "." + "0" * shown if shown else "")
    text = format_currency(value, currency, format=pattern, locale=locale, currency_digits=False)
    return text.replace("-", "−")


@lru_cache
def _locale(language: str) -> Locale:
    return Locale.parse(language, sep="-")


def parse_minor(text: str, currency: str) -> int:
    """Minor units of a plain decimal such as "24.90". Raises ValueError for anything else, or larger than a column."""
    found = _PLAIN.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not an amount")
    sign, whole, part = found.groups(default="")
    digits = exponent(currency)
    if len(part) > digits:
        raise ValueError(f"{text!r} has more decimals than {currency} has")
    minor = int(whole) * 10**digits + int(part.ljust(digits, "0") or 0)
    return -minor if sign else minor


_PLAIN = re.compile(r"(-)?([0-9]{1,15})(?:\.([0-9]+))?")


def money(column: str, currency: str = "currency") -> Any:
    """In a model: `price = money("price_minor")` reads the column and the row's currency."""
    return property(lambda row: Money(getattr(row, column), getattr(row, currency)))
