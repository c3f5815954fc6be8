"""The feeds that advertising channels fetch, and asking for a mail when something is back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from allauth.core.ratelimit import consume
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from catalog.index.build import build
from catalog.models import Variant
from marketing import actions
from marketing.feeds import FEEDS
from marketing.feeds.items import items
from shop import versions
from shop.middleware.same_origin import same_origin_post

PIECE = 64 * 1024  # characters sent at once


@require_safe
def feed(request: HttpRequest, name: str) -> HttpResponseBase:
    """`/feeds/google.xml`: all variants on sale, as they are now. Nothing is sent again that did not change."""
    wanted = FEEDS.get(name)
    if wanted is None:
        raise Http404
    language = get_language() or ""
    # What a feed says changes with the catalogue, and at midnight, as the days on which goods can leave do.
    etag = f'"{versions.version("catalog")}-{build()}-{timezone.localdate():%j}-{language}"'
    if etag in request.headers.get("If-None-Match", ""):
        response: HttpResponseBase = HttpResponseNotModified()
    else:
        written = wanted.write(wanted.sound(items(language)))
        response = StreamingHttpResponse(
            _pieces(_spoken(written, language)), content_type=wanted.content_type
        )
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response


def _spoken(written: Iterator[str], language: str) -> Iterator[str]:
    """In the language of the address: it is written after the view, when nobody's language is active any more."""
    while True:
        with translation.override(language):
            try:
                text = next(written)
            except StopIteration:
                return
        yield text


def _pieces(written: Iterable[str]) -> Iterator[str]:
    kept: list[str] = []
    size = 0
    for text in written:
        kept.append(text)
        size += len(text)
        if size >= PIECE:
            yield "".join(kept)
            kept, size = [], 0
    yield "".join(kept)


# --- Back in stock -------------------------------------------------------------------------------
class AlertForm(forms.Form):
    email = forms.EmailField(
        max_length=254, error_messages={"required": _("Please write your e-mail address.")}
    )
    sku = forms.CharField(max_length=64)


@same_origin_post
@require_POST
def back_in_stock(request: HttpRequest) -> HttpResponse:
    """From a kept page, so a same-origin proof may stand for the token. Whether somebody waits already is not said."""
    form = AlertForm(request.POST)
    is_valid = form.is_valid()
    variant = Variant.objects.sellable().filter(sku=form.cleaned_data.get("sku", "")).first()
    if variant is None:
        raise Http404
    email, error = request.POST.get("email", "")[:254], " ".join(form.errors.get("email", []))
    if is_valid and not consume(request, action="back_in_stock"):
        error = gettext("That was too often. Please try again in an hour.")
    if not error:
        actions.ask_for_stock(variant, form.cleaned_data["email"], get_language() or settings.LANGUAGE_CODE)
    return _alert_answer(request, variant, email, error)


def _alert_answer(request: HttpRequest, variant: Variant, email: str, error: str) -> HttpResponse:
    url = variant.get_absolute_url()
    if request.htmx:
        context = {"sku": variant.sku, "email": email, "error": error, "is_asked": not error}
        return render(request, "catalog/_alert.html", context, status=422 if error else 200)
    if error:
        messages.error(request, error)
    else:
        messages.success(
            request, gettext("We will write to %(email)s once, when it is back.") % {"email": email}
        )
    response = redirect(url)
    response.status_code = 303
    return response
