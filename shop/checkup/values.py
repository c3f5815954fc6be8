"""Are the settings right for a shop that others reach?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings

from shop.checkup.finding import Finding, failure, ok, risk, warning


def python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield (
        ok(f"Python {version}")
        if sys.version_info >= (3, 11)
        else failure(f"Python {version} is too old: 3.11")
    )


def secret_key() -> Iterator[Finding]:
    if settings.SECRET_KEY.startswith("only-for-demo-and-tests"):
        yield risk(
            "SECRET_KEY is the demo's, known to everybody. Set one of your own before others reach the shop."
        )
    elif len(settings.SECRET_KEY) < 40 or len(set(settings.SECRET_KEY)) < 12:
        yield failure("SECRET_KEY is too short or too regular. Set 50 random characters.")
    else:
        yield ok("SECRET_KEY is set and long enough")


def addresses() -> Iterator[Finding]:
    site = urlsplit(settings.SITE_URL)
    is_local = site.hostname in {"127.0.0.1", "localhost", "::1"}
    if "*" in settings.ALLOWED_HOSTS:
        yield failure(
            "ALLOWED_HOSTS holds *, so links in mails can be made to lead elsewhere. List the shop's names."
        )
    elif not any(_covers(host, site.hostname or "") for host in settings.ALLOWED_HOSTS):
        yield failure(
            f"SITE_URL is at {site.hostname}, which ALLOWED_HOSTS does not list: its links would be refused."
        )
    else:
        yield ok(f"Answers to {', '.join(settings.ALLOWED_HOSTS)}")
    if site.scheme != "https" and not is_local:
        yield failure(
            f"SITE_URL {settings.SITE_URL} is not https: cookies and passwords would travel in the open."
        )
    elif is_local and not (settings.DEMO or settings.DEBUG):
        yield warning(f"SITE_URL is {settings.SITE_URL}: links in mails lead to the reader's own machine.")
    else:
        yield ok(f"Links lead to {settings.SITE_URL}")


def _covers(allowed: str, host: str) -> bool:
    return host == allowed or (allowed.startswith(".") and f".{host}".endswith(allowed))


def debug() -> Iterator[Finding]:
    if settings.DEBUG:
        yield warning("DEBUG is on: errors show the shop's insides. Never where others reach it.")
    else:
        yield ok("DEBUG is off")


def stripe() -> Iterator[Finding]:
    secret, public = settings.STRIPE_SECRET_KEY, settings.STRIPE_PUBLISHABLE_KEY
    at_stripe = urlsplit(settings.STRIPE_API_BASE).hostname == "api.stripe.com"
    if not secret:
        yield (
            warning("No STRIPE_SECRET_KEY: the shop takes no cards.")
            if at_stripe
            else ok("Cards go to a sandbox")
        )
        return
    if "_live_" in secret and not at_stripe:
        yield failure(
            f"A live Stripe key would be sent to {settings.STRIPE_API_BASE}. Unset STRIPE_API_BASE."
        )
    if "_live_" in secret and settings.DEMO:
        yield failure("The demo has a live Stripe key. Unset DEMO, or use a test key.")
    if ("_live_" in secret) != ("_live_" in public):
        yield failure(
            "STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY are not of one kind: both live or both test."
        )
    if not settings.STRIPE_WEBHOOK_SECRETS or not all(settings.STRIPE_WEBHOOK_SECRETS):
        yield failure(
            "STRIPE_WEBHOOK_SECRET is empty: every webhook is refused, and payments are learned late."
        )
    if "_test_" in secret and at_stripe and not (settings.DEMO or settings.DEBUG):
        yield warning("The Stripe key is a test key: no real money moves.")
    yield ok(f"Stripe {'live' if '_live_' in secret else 'test'} key at {settings.STRIPE_API_BASE}")


CHECKS = [python, secret_key, addresses, debug, stripe]
