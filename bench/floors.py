"""The two floors: what any Django page costs here, and what 24 rows of a table cost."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bench.models import Row


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def rows(request: HttpRequest, shelf: int) -> HttpResponse:
    """24 rows from one indexed query, through a template with nothing else in it."""
    found = Row.objects.filter(shelf=shelf).order_by("id")[:24]
    return render(request, "bench/rows.html", {"rows": found})
