"""Pages of the shell that belong to no app: media, errors and the styleguide."""

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.static import serve

YEAR_SECONDS = 31_536_000


def media(request: HttpRequest, path: str) -> HttpResponse:
    """A picture of the shop, for hosts without a file server in front. Originals are not for the public."""
    if path.startswith("originals/"):
        raise Http404
    response = serve(request, path, document_root=settings.MEDIA_ROOT)
    response["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"  # names carry the content's hash
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing or old: say so, and offer to go back."""
    return render(request, "403_csrf.html", status=403)


@staff_member_required
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, made of the partials that the pages use."""
    return render(request, "shop/styleguide.html")
