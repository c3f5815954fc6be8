"""For staff: what shoppers look for, and what they do not find."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from catalog.models import SearchCount
from shop.staff import staff_page

REPORT_DAYS = 30
MOST_SHOWN = 100
EMPTY, ALL = "empty", "all"
VIEWS = {EMPTY: pgettext_lazy("searches", "Found nothing"), ALL: pgettext_lazy("searches", "All")}


@staff_page("catalog.view_searchcount")
@require_GET
def searches(request: HttpRequest) -> HttpResponse:
    """The most frequent searches of the last days; a press makes a synonym of one that found nothing."""
    chosen = request.GET.get("view", EMPTY)
    chosen = chosen if chosen in VIEWS else EMPTY
    here = reverse("catalog:searches")
    context = {
        "rows": [_row(row) for row in _counted(only_empty=chosen == EMPTY)[:MOST_SHOWN]],
        "tabs": [
            {"label": label, "url": f"{here}?view={view}", "is_current": view == chosen}
            for view, label in VIEWS.items()
        ],
        "view": chosen,
        "days": REPORT_DAYS,
        "can_add": request.user.has_perm("catalog.add_synonymgroup"),
        "synonyms_url": reverse("admin:catalog_synonymgroup_changelist"),
    }
    return render(request, "staff/searches.html", context)


def _counted(*, only_empty: bool) -> QuerySet[SearchCount, dict[str, Any]]:
    """A row a query and language, the most frequent first."""
    rows = SearchCount.objects.filter(day__gt=timezone.localdate() - timedelta(days=REPORT_DAYS))
    if only_empty:
        rows = rows.filter(results=0)
    grouped = rows.order_by().values("query", "language")
    return grouped.annotate(all_times=Sum("times"), found=Max("results"), last=Max("day")).order_by(
        "-all_times", "query"
    )


def _row(row: dict[str, Any]) -> dict[str, Any]:
    synonym = reverse("admin:catalog_synonymgroup_add")
    return row | {
        "url": f"{reverse('catalog:search')}?{urlencode({'q': row['query']})}",
        "synonym_url": f"{synonym}?{urlencode({'asked': row['query']})}",
    }
