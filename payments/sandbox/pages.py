"""What a person sees: Stripe.js and its frames, the 3-D Secure page, and the sandbox's own page."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from . import confirming, overview
from .currencies import worded
from .errors import NoSuchUrl
from .wire import Answer, Request, html_answer, redirect

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
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'"


def handle(sandbox, request: Request) -> Answer:
    """A page or a file. Raises NoSuchUrl."""
    if request.path in FILES:
        return _file(*FILES[request.path])
    if request.path in ("/", "/_sandbox", "/_sandbox/"):
        return html_answer(
            page("Stripe sandbox", overview.html(sandbox)), headers=_headers("'self'", "'none'")
        )
    if request.path.startswith("/_sandbox/3ds/"):
        return _challenge(sandbox, request, request.path.rsplit("/", 1)[1])
    raise NoSuchUrl(request.method, request.path)


def page(title: str, body: str, scripts: str = "", language: str = "en") -> str:
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n"
        '<link rel="stylesheet" href="/_sandbox/pages.css">\n'
        f"{scripts}</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _file(name: str, content_type: str) -> Answer:
    headers = _headers("'none'") if content_type == "text/html" else {"Access-Control-Allow-Origin": "*"}
    headers["Cache-Control"] = "no-cache"
    return Answer((STATIC / name).read_bytes(), 200, f"{content_type}; charset=utf-8", headers)


def _headers(form_action: str, frames: str = "*") -> dict:
    return {
        "Content-Security-Policy": f"{POLICY}; form-action {form_action}; frame-ancestors {frames}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }


def _challenge(sandbox, request: Request, intent_id: str) -> Answer:
    """The bank asks the buyer. In a frame it tells the page around it, else it leads back to the shop."""
    intent = sandbox.find("payment_intent", intent_id, param="intent")
    return_url = sandbox.store.private(intent_id).get("return_url")
    parent = request.query.get("parent", "")
    if request.method == "POST":
        with sandbox.store.transaction():
            intent = confirming.authenticated(sandbox, intent_id, request.json().get("outcome") == "complete")
        if not parent and return_url:
            return redirect(returned_to(return_url, intent))
    if request.method == "POST" or intent["status"] != "requires_action":
        return html_answer(_answered(intent, parent), headers=_headers("'none'"))
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(return_url)) if return_url else ""
    return html_answer(_question(intent, request), headers=_headers(f"'self' {origin}".strip()))


def returned_to(return_url: str, intent: dict) -> str:
    """The shop's address with what Stripe adds to it."""
    paid = intent["status"] in ("succeeded", "requires_capture", "processing")
    added = urlencode(
        {
            "payment_intent": intent["id"],
            "payment_intent_client_secret": intent["client_secret"],
            "redirect_status": "succeeded" if paid else "failed",
        }
    )
    address, mark, fragment = return_url.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{added}{mark}{fragment}"


def _question(intent: dict, request: Request) -> str:
    amount = worded(intent["amount"], intent["currency"])
    query = f"?{urlencode({'parent': request.query['parent']})}" if request.query.get("parent") else ""
    body = f"""<main class="challenge">
<p class="eyebrow">Test bank</p>
<h1>Confirm your payment</h1>
<p>Pay <strong class="num">{escape(amount)} {intent["currency"].upper()}</strong> to the shop?
A real bank would ask for a code or for your fingerprint here.</p>
<form class="actions" method="post" action="/_sandbox/3ds/{escape(intent["id"])}{escape(query)}">
<button class="button" id="test-source-authorize-3ds" name="outcome" value="complete">Complete</button>
<button class="button" data-variant="quiet" id="test-source-fail-3ds" name="outcome" value="fail">
Fail</button>
</form>
</main>"""
    return page("Confirm your payment – Test bank", body)


def _answered(intent: dict, parent: str) -> str:
    done = intent["status"] not in ("requires_payment_method", "canceled")
    words = "Thank you. You can go back to the shop." if done else "The payment was not confirmed."
    body = (
        f'<main class="challenge" data-parent="{escape(parent)}" data-intent="{escape(intent["id"])}">'
        f"<h1>{'Confirmed' if done else 'Not confirmed'}</h1><p>{words}</p></main>"
    )
    return page("Test bank", body, '<script src="/v3/challenge.js" defer></script>\n')
