"""A small stateful stand-in for the parts of Stripe the shop uses. For development and tests only.

    python -m payments.sandbox --port 8420 --state stripe.sqlite3

    sandbox = Sandbox(port=0, state=":memory:", webhook_url=None, webhook_secrets=["whsec_test"])
    sandbox.start(); sandbox.url; sandbox.stop()

It imports neither Django nor the shop. What it does not know it refuses, so that nothing works here
that would not work there.
"""

from .sandbox import Sandbox

__all__ = ["Sandbox"]
