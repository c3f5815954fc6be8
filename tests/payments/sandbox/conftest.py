"""A sandbox of one's own, and a shop that only writes down what it is told."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from payments.sandbox import Sandbox
from tests.payments.sandbox.driving import SECRET, Intents, Shop, client_of


@pytest.fixture
def shop():
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            shop.received.append({"body": body, "signature": self.headers["Stripe-Signature"]})
            self.send_response(shop.answers.pop(0) if shop.answers else 200)
            self.end_headers()

        def do_GET(self):
            page = shop.pages.get(self.path.partition("?")[0])
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "text/javascript" if self.path.endswith(".js") else "text/html")
            for name, value in shop.pages.get("headers", {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write((page or "").encode())

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shop.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield shop
    server.shutdown()
    server.server_close()


@pytest.fixture
def sandbox(shop):
    with Sandbox(webhook_url=shop.webhook_url, webhook_secrets=[SECRET], retry_base_seconds=0.05) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox):
    """Stripe's own library, each request and answer held against Stripe's own file where it is at hand."""
    return client_of(sandbox)


@pytest.fixture
def intents(client):
    """intents.create(), .held() and .paid() with what a test does not care about filled in."""
    return Intents(client)


@pytest.fixture
def types_of(client):
    """The types of all events so far, oldest first."""
    return lambda: [event.type for event in client.v1.events.list({"limit": 100}).data][::-1]


@pytest.fixture
def control(sandbox):
    """control("webhooks", mode="hold"): press a switch."""

    def press(path, /, **body):
        answer = requests.post(f"{sandbox.url}/_sandbox/{path}", json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return press


@pytest.fixture
def wait():
    """wait(look): until look() gives something true, ten seconds at most; returns what it gave last."""

    def until(look, seconds=10):
        ends_at = time.monotonic() + seconds
        while not (seen := look()) and time.monotonic() < ends_at:
            time.sleep(0.02)
        return seen

    return until
