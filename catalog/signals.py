"""What the catalogue asks of higher apps, and tells them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.dispatch import Signal

from shop.money import Money

# country (str), currency (str), now (aware datetime) -> DeliveryPromise | None, for goods that are in stock.
# Asked at most once per `changes_at`, language and currency, never once per product.
delivery_promise_wanted = Signal()


@dataclass(frozen=True)
class DeliveryPromise:
    """When a parcel that is ordered now arrives. Texts are in the active language."""

    earliest: date
    latest: date
    changes_at: datetime  # the next cut-off or midnight: from then on the promise is another one
    free_from: Money | None = None
    text: str = ""  # "Delivery 27 November – 2 December"; made from the dates when left empty
