"""Pages far down a long list, at the cost of the first: marks are kept along the list, and a page is read from the
nearest one. They are set once a process for each version of the catalogue, when somebody first goes that far.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from catalog.models import Listing
from shop import versions

STEP = 240  # rows between two marks; what stands before the second is simply counted off


class Mark(NamedTuple):
    """A row of the list, by its place; what follows is not before it in the list's order."""

    place: int
    is_sold_out: bool
    value: int | datetime  # of the column that the list is ordered by
    product_id: int


def products(category_id: int, currency: str, column: str, start: int, size: int) -> list[int]:
    """The products at `start` and after of a category ordered by `column` ("price_minor", "-price_minor",
    "-published_at"): what can be had first, of equals the newest.
    """
    rows = Listing.objects.filter(category_id=category_id, currency=currency)
    if start < STEP:
        return _ids(rows.order_by("is_sold_out", column, "-product_id"), start, size)
    marks = _marks(category_id, currency, column)
    mark = marks[bisect_right(marks, start, key=lambda mark: mark.place) - 1]
    found = _ids(_from(rows, mark, column), start - mark.place, size)
    if len(found) < size and not mark.is_sold_out:  # the page goes on with what is sold out
        found += _ids(rows.filter(is_sold_out=True).order_by(column, "-product_id"), 0, size - len(found))
    return found


def _from(rows: QuerySet[Listing], mark: Mark, column: str) -> QuerySet[Listing]:
    """Of the mark's part of the list, the mark and what stands behind it; the index leads to it."""
    name, further = (column[1:], "lt") if column.startswith("-") else (column, "gt")
    behind = Q(**{f"{name}__{further}": mark.value}) | Q(product_id__lte=mark.product_id)
    part = rows.filter(behind, is_sold_out=mark.is_sold_out, **{f"{name}__{further}e": mark.value})
    return part.order_by(column, "-product_id")


def _ids(rows: QuerySet[Listing], start: int, size: int) -> list[int]:
    return list(rows.values_list("product_id", flat=True)[start : start + size])


@versions.kept("catalog")
def _marks(category_id: int, currency: str, column: str) -> list[Mark]:
    """Every so many rows one, and one where the sold-out begin."""
    rows = Listing.objects.filter(category_id=category_id, currency=currency)
    columns = ("is_sold_out", column.lstrip("-"), "product_id")
    order = [F("is_sold_out").asc(), _ordering(column), F("product_id").desc()]
    placed = rows.annotate(place=Window(RowNumber(), order_by=order) - 1)
    every = placed.annotate(over=F("place") % STEP).filter(over=0).values_list("place", *columns)
    marks = {row[0]: Mark(*row) for row in every}
    sold_out = rows.filter(is_sold_out=True).order_by(column, "-product_id").values_list(*columns).first()
    if sold_out:
        place = rows.filter(is_sold_out=False).count()
        marks[place] = Mark(place, *sold_out)
    return sorted(marks.values())


def _ordering(column: str) -> Any:
    return F(column[1:]).desc() if column.startswith("-") else F(column).asc()
