"""A product as its card, page and listing see it: what of it is on sale, at what price, in what stock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from catalog.models import Price, Product, Variant
from catalog.prices import current_price
from inventory.availability import Availability, State, availability
from shop.money import Money

# What a product with several variants says of itself is what the best of them says.
BEST_FIRST = (State.IN_STOCK, State.UNTRACKED, State.LOW, State.BACKORDER, State.PREORDER, State.OUT)


@dataclass(frozen=True)
class Offer:
    """One variant that is on sale."""

    variant: Variant
    price_row: Price
    stock: Availability

    @property
    def price(self) -> Money:
        return self.price_row.amount

    @property
    def compare_at(self) -> Money | None:
        return self.price_row.compare_at


@dataclass(frozen=True)
class Offered:
    """A product in one currency with its offers, in the order of its variants."""

    product: Product
    currency: str
    offers: list[Offer]

    @property
    def is_shown(self) -> bool:
        return bool(self.offers) and self.product.is_published

    @property
    def is_sold_out(self) -> bool:
        return not any(offer.stock.can_buy for offer in self.offers)

    @property
    def leading(self) -> Offer:
        """The offer that the card speaks of: the cheapest that can be had, else the cheapest."""
        return min(self.offers, key=lambda offer: (not offer.stock.can_buy, offer.price.minor))

    @property
    def best_stock(self) -> Availability:
        return min((offer.stock for offer in self.offers), key=lambda stock: BEST_FIRST.index(stock.state))


def load(product_ids: Iterable[int]) -> list[Product]:
    """Products with all that their rows are made of, in a constant number of queries."""
    products = Product.objects.filter(pk__in=list(product_ids)).for_page().order_by("pk")
    return list(products.prefetch_related("productoption_set__option_type", "relations"))


def offered(product: Product, currency: str, now: datetime | None = None) -> Offered:
    """Reads what `load` prefetched, and asks the database nothing."""
    now = now or timezone.now()
    variants = [variant for variant in product.variants.all() if variant.is_active]
    prices = {variant.pk: current_price(variant, currency, now=now) for variant in variants}
    on_sale = [variant for variant in variants if prices[variant.pk]]
    stock = availability(on_sale)
    offers = [Offer(variant, prices[variant.pk], stock[variant.pk]) for variant in on_sale]
    return Offered(product, currency, offers)


def currencies() -> list[str]:
    """The currencies that pages are shown in."""
    return [settings.CURRENCY]
