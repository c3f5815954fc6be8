"""What the shop does to be found elsewhere."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.db import transaction
from django.utils import translation

from catalog.models import Variant
from inventory.availability import availability
from marketing.feeds import FEEDS
from marketing.feeds.items import items
from marketing.mails import back_in_stock
from marketing.models import FeedProblem, StockAlert
from shop.mail import send_once

BATCH = 1000


def check_feeds() -> int:
    """Look at every item as each channel would, and remember those with a problem; how many that are."""
    rows = []
    with translation.override(settings.LANGUAGE_CODE):
        for item in items(settings.LANGUAGE_CODE):
            for feed in FEEDS.values():
                if problems := feed.check(item):
                    is_refused = any(problem.is_refused for problem in problems)
                    rows.append(
                        FeedProblem(
                            feed=feed.name, product_id=item.product_id, sku=item.sku, is_refused=is_refused
                        )
                    )
    with transaction.atomic():
        FeedProblem.objects.all().delete()
        FeedProblem.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def ask_for_stock(variant: Variant, email: str, language: str) -> None:
    """Have one mail sent when the variant can be had again. The same person twice is one wait."""
    StockAlert.objects.get_or_create(variant=variant, email=email.lower(), defaults={"language": language})


def tell_of_stock(variant_ids: Collection[int] | None = None) -> int:
    """Write to those who wait for variants that can be had, as many as there are units, in the order of asking.

    Who is left over is told with the next look, if something is left then. How many were written to.
    """
    waited_for = StockAlert.objects.order_by().values_list("variant_id", flat=True).distinct()
    if variant_ids is not None:
        waited_for = waited_for.filter(variant__in=variant_ids)
    told = 0
    for variant_id, stock in availability(waited_for).items():
        if stock.can_buy:
            waiting = StockAlert.objects.filter(variant=variant_id).select_related("variant__product")
            for alert in waiting[: stock.free]:
                told += _tell(alert)
    return told


def _tell(alert: StockAlert) -> bool:
    """False when it cannot be bought after all, being a draft, say: then the wait goes on."""
    if not Variant.objects.sellable().filter(pk=alert.variant_id).exists():
        return False
    letter = back_in_stock(alert)
    send_once(
        f"back-in-stock:{alert.pk}",
        kind="back_in_stock",
        recipient=alert.email,
        language=alert.language,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
    )
    alert.delete()
    return True
