"""The two floors: what any Django page costs here, and what 24 rows of a table cost."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from bench.models import Row


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def rows(request: HttpRequest, shelf: int) -> HttpResponse:
    """24 rows from one indexed query, through a template with nothing else in it."""
    found = Row.objects.filter(shelf=shelf).order_by("id")[:24]
    # Without the request: what the shop gives to every page is not part of the floor.
    return HttpResponse(render_to_string("bench/rows.html", {"rows": found}))
