"""The feeds that advertising channels fetch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from catalog.index.build import build
from marketing.feeds import FEEDS
from marketing.feeds.items import items
from shop import versions

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
