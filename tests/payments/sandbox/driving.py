"""What the tests of the sandbox drive it with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import stripe

from tests.payments.openapi import http_client, spec_file, validate_event

SECRET = "whsec_test"


@dataclass
class Shop:
    """Receives webhooks at `webhook_url` and answers with the next of `answers`, then with 200."""

    url: str = ""
    received: list[dict] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)

    @property
    def webhook_url(self) -> str:
        return f"{self.url}/webhooks/stripe/"

    def verified(self, secret: str = SECRET) -> list[dict]:
        """What came, checked with Stripe's own library."""
        for one in self.received:
            stripe.Webhook.construct_event(one["body"], one["signature"], secret)
        events = [json.loads(one["body"]) for one in self.received]
        if spec_file().exists():
            for event in events:
                validate_event(event)
        return events

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.verified()]


def client_of(sandbox, key="sk_test_shop"):
    return stripe.StripeClient(key, base_addresses={"api": sandbox.url}, http_client=http_client())


@dataclass
class Intents:
    client: stripe.StripeClient

    def create(self, **params):
        given = {"amount": 2000, "currency": "eur", "payment_method_types": ["card"], **params}
        return self.client.v1.payment_intents.create(given)

    def held(self, card="pm_card_visa", **params):
        return self.create(capture_method="manual", confirm=True, payment_method=card, **params)

    def paid(self, card="pm_card_visa", **params):
        return self.create(confirm=True, payment_method=card, **params)

    def in_parts(self, amount=1000):
        """Held by a charge that may be captured several times."""
        asked = {"card": {"request_multicapture": "if_available"}}
        return self.held(amount=amount, payment_method_options=asked)

    def charge(self, intent):
        return self.client.v1.charges.retrieve(
            self.client.v1.payment_intents.retrieve(intent.id).latest_charge
        )
