"""A cart with all that is known about it now: prices, stock, total. What pages, quotes and orders are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.lines import LineFacts, line_facts_of, line_queries
from inventory import actions as inventory
from inventory.actions import Availability
from orders.models import Cart
from pricing.calculator import Delivery, Item, Quote, Rate, Snapshot, calculate
from pricing.models import TaxRate
from shop import versions
from shop.money import Money
from shop.sql import Query

_LINES = (
    "SELECT id, variant_id, quantity, seen_unit_minor FROM orders_cartline WHERE cart_id = %s ORDER BY id"
)


@dataclass(frozen=True)
class Notice:
    """Something that changed about a line since the shopper last looked."""

    kind: str  # "price", "stock", "gone"
    text: str


@dataclass(frozen=True)
class BasketLine:
    id: int  # of the cart line
    variant_id: int
    quantity: int
    seen_unit: Money
    facts: LineFacts
    availability: Availability
    currency: str

    @property
    def sku(self) -> str:
        return self.facts.sku

    @property
    def name(self) -> str:
        return self.facts.name

    @property
    def options_text(self) -> str:
        return self.facts.options_text

    @property
    def url(self) -> str:
        return self.facts.url

    @property
    def thumb(self) -> str:
        return self.facts.thumb

    @cached_property
    def unit(self) -> Money:
        """Today's price; the last one seen when it is not for sale any more."""
        minor = self.facts.unit_minor(self.quantity)
        return self.seen_unit if minor is None else Money(minor, self.currency)

    @property
    def subtotal(self) -> Money:
        return self.unit * self.quantity

    @property
    def is_for_sale(self) -> bool:
        return self.facts.is_sellable and self.facts.unit_minor(self.quantity) is not None

    @property
    def max_quantity(self) -> int:
        """What the stepper may offer: what is free, within the shop's own limit."""
        free = self.availability.free
        return settings.CART_MAX_QUANTITY if free is None else max(0, min(free, settings.CART_MAX_QUANTITY))

    @property
    def is_available(self) -> bool:
        return self.is_for_sale and self.quantity <= self.max_quantity

    @property
    def notice(self) -> Notice | None:
        if not self.is_for_sale:
            return Notice("gone", _("No longer for sale. Please remove it to go on."))
        if self.max_quantity == 0:
            return Notice("stock", _("Sold out since you added it. Please remove it to go on."))
        if self.quantity > self.max_quantity:
            text = _("You wanted %(wanted)s, only %(left)s left. Please change the quantity.")
            return Notice("stock", text % {"wanted": self.quantity, "left": self.max_quantity})
        if self.unit != self.seen_unit:
            return Notice(
                "price",
                _("Price changed: was %(old)s, now %(new)s.") % {"old": self.seen_unit, "new": self.unit},
            )
        return None


@dataclass(frozen=True)
class Basket:
    cart: Cart
    lines: tuple[BasketLine, ...]
    rates: dict[str, Rate]

    @classmethod
    def of(cls, cart: Cart, *, now: datetime | None = None) -> Basket:
        """Read everything about `cart` in one exchange with the database.

        Units that the cart itself holds at the checkout count as free for it.
        """
        now = now or timezone.now()
        of_cart = Query("SELECT variant_id FROM orders_cartline WHERE cart_id = %s", [cart.pk])
        rows, variants, prices, levels = versions.together(
            Query(_LINES, [cart.pk]),
            *line_queries(of_cart, cart.currency, now),
            inventory.stock_query(of_cart, cart.token),
        )
        facts = line_facts_of(variants, prices, language=cart.language)
        stock = inventory.availability_of(inventory.stock_rows(levels))
        lines = tuple(
            BasketLine(
                line_id, variant_id, quantity, Money(seen, cart.currency), facts[variant_id], stock[variant_id],
                cart.currency,
            )
            for line_id, variant_id, quantity, seen in rows
            if variant_id in facts and variant_id in stock  # else removed since by another tab
        )  # fmt: skip
        day = timezone.localdate(now)
        return cls(cart, lines, tax_rates(cart.country or settings.COUNTRY, cart.region, day, cart.language))

    @property
    def currency(self) -> str:
        return self.cart.currency

    @property
    def country(self) -> str:
        return self.cart.country or settings.COUNTRY

    @property
    def is_empty(self) -> bool:
        return not self.lines

    @property
    def count(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def goods(self) -> Money:
        return Money(sum(line.subtotal.minor for line in self.lines), self.currency)

    @property
    def weight_g(self) -> int:
        return sum(line.facts.weight_g * line.quantity for line in self.lines if line.facts.is_physical)

    @property
    def needs_delivery(self) -> bool:
        return any(line.facts.is_physical for line in self.lines)

    @property
    def can_checkout(self) -> bool:
        return bool(self.lines) and all(line.is_available for line in self.lines)

    @property
    def wanted(self) -> dict[int, int]:
        """Units to hold, by variant; what is not counted is left out."""
        return {line.variant_id: line.quantity for line in self.lines if line.facts.is_tracked}

    @cached_property
    def quote(self) -> Quote:
        """The one sum of this cart, with the delivery chosen so far."""
        return calculate(self.snapshot())

    def snapshot(self) -> Snapshot:
        items = [
            Item(str(line.id), line.unit.minor, line.quantity, line.facts.tax_class) for line in self.lines
        ]
        return Snapshot(self.currency, items, self.rates, delivery=self._delivery())

    def _delivery(self) -> Delivery | None:
        cart = self.cart
        if cart.delivery_fee_minor is None:
            return None
        return Delivery(cart.delivery_label, cart.delivery_fee_minor, cart.delivery_tax_class)


@versions.kept("settings")
def tax_rates(country: str, region: str, day: date, language: str) -> dict[str, Rate]:
    """The rates that hold where the goods go, named in `language`."""
    rates = TaxRate.objects.for_place(country, region, day)
    return {code: Rate(rate.rate_millionths, rate.name.within(language)) for code, rate in rates.items()}
