"""What does this cost, and why. Pure: no database, no clock, no rounding but `shop.money`'s.

The only code that adds up money for cart, checkout, order, mail and feed. What it answered is stored
with the order; nothing about a past order is ever calculated again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shop.money import Money, divide_rounded

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Rate:
    """A tax rate in millionths: 230000 is 23 %."""

    millionths: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One line to price. `key` is the caller's name for it and comes back in the quote."""

    key: str
    unit_minor: int
    quantity: int
    tax_class: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """The chosen delivery: its fee as published, and the tax class that it pays."""

    label: str
    fee_minor: int
    tax_class: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a price depends on, as plain values."""

    currency: str
    items: Sequence[Item]
    rates: Mapping[str, Rate]  # by tax class; a class that is missing pays nothing
    tax_included: bool = True  # prices and fees contain the tax, or it is added
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True)
class TaxPart:
    """The tax in one amount: of `gross` (tax within it) `tax` belongs to the state."""

    tax_class: str
    name: str
    millionths: int
    net_minor: int
    tax_minor: int

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class QuoteLine:
    key: str
    unit_minor: int
    quantity: int
    subtotal_minor: int  # as shown: unit × quantity, tax included or not like the prices
    tax: TaxPart


@dataclass(frozen=True, slots=True)
class Quote:
    """The answer. `total` = what is charged = nets + taxes of all lines and of the delivery."""

    currency: str
    tax_included: bool
    lines: tuple[QuoteLine, ...]
    delivery: Delivery | None
    delivery_tax: TaxPart | None
    trace: tuple[str, ...] = field(default=(), compare=False)

    @property
    def subtotal(self) -> Money:
        """The goods as shown, before delivery."""
        return Money(sum(line.subtotal_minor for line in self.lines), self.currency)

    @property
    def delivery_fee(self) -> Money | None:
        return Money(self.delivery.fee_minor, self.currency) if self.delivery else None

    @property
    def tax(self) -> Money:
        return Money(sum(part.tax_minor for part in self._parts()), self.currency)

    @property
    def added_tax(self) -> Money:
        """The tax that comes on top of what is shown; zero where prices include it."""
        return Money(0, self.currency) if self.tax_included else self.tax

    @property
    def total(self) -> Money:
        return Money(sum(part.gross_minor for part in self._parts()), self.currency)

    @property
    def taxes(self) -> list[TaxPart]:
        """Summed by rate, highest first, for totals and documents."""
        sums: dict[tuple[str, int], list[int]] = {}
        for part in self._parts():
            entry = sums.setdefault((part.name, part.millionths), [0, 0])
            entry[0] += part.net_minor
            entry[1] += part.tax_minor
        ordered = sorted(sums.items(), key=lambda item: (-item[0][1], item[0][0]))
        return [TaxPart("", name, millionths, net, tax) for (name, millionths), (net, tax) in ordered if tax]

    def line(self, key: str) -> QuoteLine:
        return next(line for line in self.lines if line.key == key)

    def _parts(self) -> list[TaxPart]:
        parts = [line.tax for line in self.lines]
        return [*parts, self.delivery_tax] if self.delivery_tax else parts


def calculate(snapshot: Snapshot) -> Quote:
    """Price a snapshot. Tax is rounded once per line, half away from zero.

    Raises ValueError for a negative price or a quantity below one: callers check their input first.
    """
    trace: list[str] = []
    lines = tuple(_line(item, snapshot, trace) for item in snapshot.items)
    delivery_tax = None
    if snapshot.delivery:
        if snapshot.delivery.fee_minor < 0:
            raise ValueError("A delivery fee cannot be negative.")
        delivery_tax = _tax(snapshot.delivery.fee_minor, snapshot.delivery.tax_class, snapshot)
        trace.append(
            f"delivery {snapshot.delivery.label}: {snapshot.delivery.fee_minor}, {_why(delivery_tax)}"
        )
    quote = Quote(
        snapshot.currency, snapshot.tax_included, lines, snapshot.delivery, delivery_tax, tuple(trace)
    )
    return quote


def _line(item: Item, snapshot: Snapshot, trace: list[str]) -> QuoteLine:
    if item.quantity < 1 or item.unit_minor < 0:
        raise ValueError(f"{item.key}: {item.quantity} × {item.unit_minor} cannot be priced.")
    subtotal = item.unit_minor * item.quantity
    tax = _tax(subtotal, item.tax_class, snapshot)
    trace.append(f"{item.key}: {item.quantity} × {item.unit_minor} = {subtotal}, {_why(tax)}")
    return QuoteLine(item.key, item.unit_minor, item.quantity, subtotal, tax)


def _tax(shown_minor: int, tax_class: str, snapshot: Snapshot) -> TaxPart:
    rate = snapshot.rates.get(tax_class, Rate(0))
    if snapshot.tax_included:
        tax = divide_rounded(shown_minor * rate.millionths, MILLION + rate.millionths)
        return TaxPart(tax_class, rate.name, rate.millionths, shown_minor - tax, tax)
    tax = divide_rounded(shown_minor * rate.millionths, MILLION)
    return TaxPart(tax_class, rate.name, rate.millionths, shown_minor, tax)


def _why(tax: TaxPart) -> str:
    return f"tax {tax.tax_class} {tax.millionths / 10_000:g} % of {tax.net_minor} = {tax.tax_minor}"
