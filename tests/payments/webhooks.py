"""Stripe's webhooks as a test sends them: signed, or forged."""

from __future__ import annotations

import json
import time
from typing import Any

import stripe
from django.test import Client

from payments.models import Attempt
from tests.shopper import bank

SECRET = "whsec_test"


def signature(body: str, *, secret: str = SECRET, at: int | None = None, scheme: str = "v1") -> str:
    at = at or int(time.time())
    digest = stripe.WebhookSignature._compute_signature(f"{at}.{body}", secret)
    return f"t={at},{scheme}={digest}"


def deliver(body: str, header: str | None = None) -> int:
    """The status that the shop answers with."""
    headers = {"HTTP_STRIPE_SIGNATURE": signature(body) if header is None else header}
    client = Client(enforce_csrf_checks=True)
    return client.post("/webhooks/stripe/", body, content_type="application/json", **headers).status_code


def event_of(attempt: Attempt, kind: str = "payment_intent.amount_capturable_updated", **changes: Any) -> str:
    intent = bank().v1.payment_intents.retrieve(attempt.reference).to_dict()
    event = {
        "id": f"evt_{attempt.reference}_{kind}",
        "object": "event",
        "type": kind,
        "created": int(time.time()),
        "livemode": False,
        "api_version": "2026-08-26.dahlia",
        "data": {"object": intent},
    }
    return json.dumps({**event, **changes})
