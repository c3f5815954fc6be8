"""What a browser gets: the API with a publishable key, the script, and the sandbox's own page."""

from __future__ import annotations

import pytest
import requests


def ask(sandbox, method, path, **params):
    url = f"{sandbox.url}{path}"
    if method == "GET":
        return requests.get(url, params=params, timeout=10)
    return requests.post(url, data=params, timeout=10)


def test_a_browser_reads_its_intent_with_the_secret(sandbox, intents):
    intent = intents.create(metadata={"order": "17"})
    path = f"/v1/payment_intents/{intent.id}"
    seen = ask(sandbox, "GET", path, key="pk_test_x", client_secret=intent.client_secret).json()
    assert (seen["status"], seen["amount"]) == ("requires_payment_method", 2000)
    assert "metadata" not in seen
    for secret in ({}, {"client_secret": f"{intent.id}_secret_guess"}):
        assert ask(sandbox, "GET", path, key="pk_test_x", **secret).status_code == 404


@pytest.mark.parametrize("path", ["", "/capture", "/cancel"])
def test_a_publishable_key_does_no_more_than_that(sandbox, intents, path):
    intent = intents.held()
    answer = ask(
        sandbox,
        "POST",
        f"/v1/payment_intents/{intent.id}{path}",
        key="pk_test_x",
        client_secret=intent.client_secret,
    )
    assert (answer.status_code, "publishable" in answer.json()["error"]["message"]) == (401, True)


def test_browsers_may_come_from_the_shops_address(sandbox):
    answer = requests.options(f"{sandbox.url}/v1/payment_intents/pi_1/confirm", timeout=10)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (204, "*")


@pytest.mark.parametrize(
    "path", ["/v3/", "/v3/stripe.js", "/v3/element", "/v3/element.css", "/_sandbox/pages.css"]
)
def test_the_files_are_served(sandbox, path):
    answer = requests.get(f"{sandbox.url}{path}", timeout=10)
    assert (answer.status_code, len(answer.content) > 500) == (200, True)


def test_the_page_lists_what_the_sandbox_holds(sandbox, client, intents, control):
    intents.held(metadata={"order": "<17>"})
    refund = client.v1.refunds.create({"payment_intent": intents.paid("pm_card_pendingRefund").id})
    control("faults", kind="lost", path="/v1/refunds")
    page = requests.get(f"{sandbox.url}/", timeout=10)
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for words in ("4242 4242 4242 4242", "order: &lt;17&gt;", refund.id, "Let the hold lapse", "/v1/refunds"):
        assert words in page.text
    assert "<17>" not in page.text


def test_the_forms_of_the_page_work(sandbox, client, intents):
    held = intents.held()
    for action, fields in (
        ("webhooks", {"mode": "hold", "times": "2"}),
        ("faults", {"kind": "slow", "times": "1", "path": "/v1/charges", "seconds": "1"}),
        ("clear-faults", {}),
        ("multicapture", {"available": "false"}),
        ("clock", {"offset": "5"}),
        (f"lapse/{held.id}", {}),
        ("webhooks/release", {"order": "reverse"}),
    ):
        answer = requests.post(
            f"{sandbox.url}/_sandbox/{action}",
            data=fields,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            allow_redirects=False,
            timeout=10,
        )
        assert (answer.status_code, answer.headers["Location"]) == (303, "/_sandbox/"), action
    assert client.v1.payment_intents.retrieve(held.id).status == "canceled"
    assert not sandbox.has_multicapture()


def test_other_sites_cannot_press_the_switches(sandbox, client, intents):
    intents.create()
    answer = requests.post(
        f"{sandbox.url}/_sandbox/reset", headers={"Origin": "http://elsewhere.test"}, timeout=10
    )
    assert answer.status_code == 401
    assert len(client.v1.payment_intents.list().data) == 1
