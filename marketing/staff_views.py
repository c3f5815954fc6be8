"""For staff: where channels fetch the catalogue, and what they would refuse of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from marketing import actions
from marketing.feeds import FEEDS, Feed
from marketing.feeds.items import items_of
from marketing.models import FeedProblem
from shop.staff import staff_page

PAGE_SIZE = 50


@staff_page("marketing.view_feedproblem")
@require_GET
def feeds(request: HttpRequest) -> HttpResponse:
    """All channels, and one's problems: the left out first, as they are now."""
    chosen = FEEDS.get(request.GET.get("feed", ""), next(iter(FEEDS.values())))
    page = Paginator(FeedProblem.objects.filter(feed=chosen.name), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "feeds": [_channel(feed, is_chosen=feed is chosen) for feed in FEEDS.values()],
        "chosen": chosen,
        "rows": _rows(chosen, list(page)),
        "page": page,
        "is_secure": settings.HTTPS,
    }
    return render(request, "staff/feeds.html", context)


@staff_page("marketing.view_feedproblem")
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Look at everything now instead of by the clock."""
    found = actions.check_feeds()
    text = ngettext("%(count)s problem was found.", "%(count)s problems were found.", found)
    messages.success(request, text % {"count": found} if found else _("Every channel takes everything."))
    return redirect("marketing:feeds")


def _channel(feed: Feed, *, is_chosen: bool) -> dict[str, Any]:
    problems = FeedProblem.objects.filter(feed=feed.name)
    return {
        "title": feed.title,
        "address": f"{settings.SITE_URL}{reverse('marketing:feed', args=[feed.name])}",
        "url": f"{reverse('marketing:feeds')}?feed={feed.name}",
        "refused": problems.filter(is_refused=True).count(),
        "worse": problems.filter(is_refused=False).count(),
        "is_chosen": is_chosen,
    }


def _rows(feed: Feed, rows: list[FeedProblem]) -> list[dict[str, Any]]:
    """What is wrong with each now, in the reader's language; what was mended since says so."""
    found = {item.sku: item for item in items_of({row.product_id for row in rows}, get_language() or "")}
    return [
        {
            "sku": row.sku,
            "title": found[row.sku].title if row.sku in found else "",
            "url": reverse("admin:catalog_product_change", args=[row.product_id]),
            "problems": feed.check(found[row.sku]) if row.sku in found else [],
        }
        for row in rows
    ]
