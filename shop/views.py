"""Pages of the shell that belong to no app: media, preferences, errors and the styleguide."""

import sys

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, translate_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_path, override
from django.views import defaults
from django.views.decorators.http import require_POST
from django.views.static import serve

from shop.claims import parts_of
from shop.context import THEMES
from shop.health import RETRY_AFTER_SECONDS
from shop.middleware.same_origin import same_origin_post
from shop.outages import is_outage
from shop.styleguide import samples

YEAR_SECONDS = 31_536_000


@same_origin_post
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Language and colours, from the forms of the footer; back to the page they stand on."""
    target = _way_back(request)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        with override(get_language_from_path(target) or settings.LANGUAGE_CODE):
            target = translate_url(target, language)
    response = HttpResponseRedirect(target)
    response.status_code = 303
    if "theme" in request.POST:
        _remember_theme(response, request.POST["theme"])
    return response


def _way_back(request: HttpRequest) -> str:
    """The page the form stands on, named by it or by the browser; never a page of somebody else's."""
    came_from = parts_of(request.headers.get("Referer", ""))._replace(scheme="", netloc="").geturl()
    target = request.POST.get("next") or came_from  # the footer is kept without its page
    is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if is_ours else reverse("content:home")


def _remember_theme(response: HttpResponse, theme: str) -> None:
    """Anything but light and dark is what the device prefers."""
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=YEAR_SECONDS, samesite="Lax", secure=settings.HTTPS)
    else:
        response.delete_cookie("theme")


def media(request: HttpRequest, path: str) -> HttpResponse:
    """A picture of the shop, for hosts without a file server in front. Originals are not for the public."""
    if path.startswith("originals/"):
        raise Http404
    try:
        response = serve(request, path, document_root=settings.MEDIA_ROOT)
    except SuspiciousFileOperation:  # a path that leads out of the folder is just not there
        raise Http404 from None
    response["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"  # names carry the content's hash
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing or old: say so, and offer to go back."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """An error that nobody caught. Where the database is away it is no fault of ours: come back in a moment."""
    if not is_outage(sys.exception()):
        return defaults.server_error(request)
    response = render(None, "503.html", status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


@staff_member_required
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, made of the partials that the pages use."""
    return render(request, "shop/styleguide.html", samples())
