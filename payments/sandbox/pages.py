"""What a person sees: Stripe.js and its frames, the 3-D Secure page, and the sandbox's own page."""

from __future__ import annotations

from pathlib import Path

from . import challenge, overview
from .errors import NoSuchUrl
from .markup import guarded, page
from .wire import Answer, Request, html_answer

STATIC = Path(__file__).parent / "static"
FILES = {
    "/v3": ("stripe.js", "text/javascript"),
    "/v3/": ("stripe.js", "text/javascript"),
    "/v3/stripe.js": ("stripe.js", "text/javascript"),
    "/v3/element.js": ("element.js", "text/javascript"),
    "/v3/challenge.js": ("challenge.js", "text/javascript"),
    "/v3/element": ("element.html", "text/html"),
    "/v3/element.css": ("element.css", "text/css"),
    "/_sandbox/pages.css": ("pages.css", "text/css"),
}


def handle(sandbox, request: Request) -> Answer:
    """A page or a file. Raises NoSuchUrl."""
    if request.path in FILES:
        return _file(*FILES[request.path])
    if request.path in ("/", "/_sandbox", "/_sandbox/"):
        return html_answer(
            page("Stripe sandbox", overview.html(sandbox)), headers=guarded("'self'", "'none'")
        )
    if request.path.startswith("/_sandbox/3ds/"):
        return challenge.handle(sandbox, request, request.path.rsplit("/", 1)[1])
    raise NoSuchUrl(request.method, request.path)


def _file(name: str, content_type: str) -> Answer:
    headers = guarded("'none'") if content_type == "text/html" else {"Access-Control-Allow-Origin": "*"}
    headers["Cache-Control"] = "no-cache"
    return Answer((STATIC / name).read_bytes(), 200, f"{content_type}; charset=utf-8", headers)
