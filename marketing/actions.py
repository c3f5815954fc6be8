"""What the shop does to be found elsewhere."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import translation

from marketing.feeds import FEEDS
from marketing.feeds.items import items
from marketing.models import FeedProblem

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
