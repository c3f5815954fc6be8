"""Which of a variant's prices counts now. `catalog.lines` answers the same for many variants in SQL."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Min
from django.utils import timezone

from catalog.models import Price, PriceChange, Variant
from shop.money import Money


def current_price(
    variant: Variant, currency: str, quantity: int = 1, now: datetime | None = None
) -> Price | None:
    """The price of one when `quantity` are bought, from `variant.prices` (prefetch `prices__price_list`).

    The list with the highest priority that has any price in force wins; in it the largest quantity that is
    reached; of two for the same quantity the dated one. None: not for sale in this currency.
    """
    now = now or timezone.now()
    prices = [price for price in variant.prices.all() if price.price_list.currency == currency]
    in_force = [price for price in prices if _is_in_force(price, now)]
    if not in_force:
        return None
    best = min(in_force, key=lambda price: (-price.price_list.priority, price.price_list_id)).price_list_id
    fitting = [price for price in in_force if price.price_list_id == best and price.min_quantity <= quantity]
    return max(fitting, key=_precedence, default=None)


def _is_in_force(price: Price, now: datetime) -> bool:
    return (not price.starts_at or price.starts_at <= now) and (not price.ends_at or price.ends_at > now)


def _precedence(price: Price) -> tuple[int, float]:
    return price.min_quantity, price.starts_at.timestamp() if price.starts_at else 0


def next_changes(price: Price, now: datetime) -> list[datetime]:
    """The moments still to come at which this price begins or ends to count."""
    return [moment for moment in (price.starts_at, price.ends_at) if moment and moment > now]


def lowest_in_30_days(skus: list[str], currency: str, now: datetime | None = None) -> dict[str, Money]:
    """{sku: the lowest price of one in the last 30 days}: price law asks for it beside a sale."""
    since = (now or timezone.now()) - timedelta(days=30)
    changes = PriceChange.objects.filter(
        variant_sku__in=skus, currency=currency, min_quantity=1, amount_minor__isnull=False
    )
    within = changes.filter(at__gte=since).values_list("variant_sku").annotate(lowest=Min("amount_minor"))
    lowest = dict(within.order_by())
    # The price that already stood when the 30 days began counts too: the last change before them.
    before = changes.filter(at__lt=since).order_by("at", "id")
    standing = dict(before.values_list("variant_sku", "amount_minor"))
    amounts = standing | {sku: min(amount, standing.get(sku, amount)) for sku, amount in lowest.items()}
    return {sku: Money(amount, currency) for sku, amount in amounts.items()}
