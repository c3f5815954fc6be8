"""For staff: a product file, tried first, then imported; and all products as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.exchange import runs
from catalog.exchange.exporting import exported
from catalog.models import ImportRun, PriceList
from shop.errors import Refused
from shop.staff import staff_page

SHOWN_RUNS = 20
WORDS = {
    "created": pgettext_lazy("imported product", "New"),
    "updated": pgettext_lazy("imported product", "Changed"),
    "skipped": pgettext_lazy("imported product", "Left out"),
    "error": pgettext_lazy("imported product", "Wrong"),
}


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Product file"),
        help_text=gettext_lazy("CSV from Shopify, WooCommerce or this shop, up to 20 MB."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of its texts"), choices=settings.LANGUAGES)
    price_list = forms.ChoiceField(label=gettext_lazy("Its prices belong to"), required=False)
    keep_stock = forms.BooleanField(label=gettext_lazy("Leave stock that is counted here"), required=False)
    is_strict = forms.BooleanField(
        label=gettext_lazy("Import nothing when any line is wrong"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists = PriceList.objects.filter(currency=settings.CURRENCY).order_by("-priority", "pk")
        others = PriceList.objects.exclude(currency=settings.CURRENCY).order_by("pk")
        self.fields["price_list"].choices = [(row.code, str(row.name)) for row in [*lists, *others]]


@staff_page("catalog.add_importrun")
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The file, and what became of the last ones."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        wishes = dict(form.cleaned_data)
        file, is_strict = wishes.pop("file"), wishes.pop("is_strict")
        run = runs.begin(file.name, file.read(), wishes, is_strict=is_strict, user=request.user)
        return redirect("catalog:import_run", run.pk)
    context = {"form": form, "runs": ImportRun.objects.defer("content", "result")[:SHOWN_RUNS]}
    return render(request, "staff/imports.html", context, status=422 if form.errors else 200)


@staff_page("catalog.add_importrun")
@require_GET
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """What would be done by line, or what was. The page comes again by itself while the worker is at it."""
    run = get_object_or_404(ImportRun, pk=pk)
    shown = [row | {"word": WORDS[row["word"]]} for row in run.result.get("shown", [])]
    is_stuck = runs.is_stuck(run)
    context = {
        "run": run,
        "shown": shown,
        "is_at_work": run.state in (runs.State.WAITING, runs.State.RUNNING) and not is_stuck,
        "may_go_on": bool(run.content) and (is_stuck or run.state in (runs.State.DONE, runs.State.FAILED)),
    }
    return render(request, "staff/import_run.html", context)


@staff_page("catalog.add_importrun")
@require_POST
def import_go_on(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        runs.go_on(get_object_or_404(ImportRun, pk=pk))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("catalog:import_run", pk)


@staff_page("catalog.view_product")
@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """All products, while they are read."""
    answer = StreamingHttpResponse(_encoded(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="products-{timezone.localdate()}.csv"'
    return answer


def _encoded() -> Iterator[bytes]:
    for text in exported():
        yield text.encode()
