"""Run the sandbox until Ctrl-C."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading

from . import Sandbox


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.DEBUG if given.verbose else logging.INFO, format="%(message)s")
    secrets = [secret.strip() for secret in given.webhook_secret.split(",") if secret.strip()]
    try:
        sandbox = Sandbox(
            port=given.port,
            host=given.host,
            state=given.state,
            webhook_url=given.webhook_url,
            webhook_secrets=secrets,
            events=[name.strip() for name in given.webhook_events.split(",")],
            retry_base_seconds=given.retry_base,
        )
    except OSError as error:
        print(f"The Stripe sandbox cannot use {given.host}:{given.port}: {error.strerror}.")
        return 1
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    sandbox.start()
    print(
        f"Stripe sandbox on {sandbox.url} (state: {given.state}, webhooks: {given.webhook_url or 'none'})",
        flush=True,
    )
    stopped.wait()
    sandbox.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    env = os.environ.get
    parser = argparse.ArgumentParser(prog="python -m payments.sandbox", description="A stand-in for Stripe.")
    parser.add_argument("--host", default=env("STRIPE_SANDBOX_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(env("STRIPE_SANDBOX_PORT", "8420")))
    parser.add_argument(
        "--state", default=env("STRIPE_SANDBOX_STATE", ":memory:"), help="a file, or :memory:"
    )
    parser.add_argument("--webhook-url", default=env("STRIPE_SANDBOX_WEBHOOK_URL") or None)
    parser.add_argument(
        "--webhook-secret",
        default=env("STRIPE_SANDBOX_WEBHOOK_SECRET", "whsec_test"),
        help="one, or several with commas",
    )
    parser.add_argument(
        "--webhook-events",
        default=env("STRIPE_SANDBOX_WEBHOOK_EVENTS", "*"),
        help="the types that the endpoint is subscribed to, with commas (all)",
    )
    parser.add_argument("--retry-base", type=float, default=1.0, help="seconds before the first retry")
    parser.add_argument("--verbose", action="store_true")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
