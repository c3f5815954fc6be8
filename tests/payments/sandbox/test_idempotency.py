"""Idempotency keys as Stripe describes them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import stripe

from payments.sandbox import Sandbox

NEW = {"amount": 2000, "currency": "eur", "payment_method_types": ["card"]}
KEY = {"idempotency_key": "order:7:pi:1"}


def post(sandbox, path, data, key="order:7:pi:1"):
    return requests.post(
        f"{sandbox.url}{path}",
        data=data,
        auth=("sk_test_x", ""),
        headers={"Idempotency-Key": key},
        timeout=10,
    )


def test_the_same_key_gives_the_same_answer(sandbox, client):
    first = client.v1.payment_intents.create(NEW, KEY)
    again = client.v1.payment_intents.create(NEW, KEY)
    assert again.to_dict() == first.to_dict()
    assert len(client.v1.payment_intents.list().data) == 1


def test_a_replay_says_that_it_is_one(sandbox):
    data = {"amount": "2000", "currency": "eur"}
    first, again = (post(sandbox, "/v1/payment_intents", data) for _ in range(2))
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Original-Request"] == first.headers["Request-Id"]
    assert again.content == first.content


def test_twenty_at_once_make_one_intent(client, sandbox):
    def create(_):
        try:
            return client.v1.payment_intents.create(NEW, {**KEY, "max_network_retries": 0}).id
        except stripe.StripeError as refusal:
            return refusal.json_body["error"]["code"]  # the library keeps no code of a 409

    with ThreadPoolExecutor(20) as pool:
        results = set(pool.map(create, range(20)))
    made = client.v1.payment_intents.list().data
    assert len(made) == 1
    assert results <= {made[0].id, "idempotency_key_in_use"}


def test_other_parameters_are_refused(client):
    client.v1.payment_intents.create(NEW, KEY)
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        client.v1.payment_intents.create({**NEW, "amount": 3000}, KEY)


def test_another_endpoint_is_refused(client, intents):
    client.v1.payment_intents.create(NEW, KEY)
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.refunds.create({"payment_intent": intents.paid().id}, KEY)


def test_a_refusal_is_an_answer_too(client, intents):
    intent = intents.create()
    confirm = {"payment_method": "pm_card_visa_chargeDeclined"}
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.v1.payment_intents.confirm(intent.id, confirm, KEY)
    assert len(client.v1.charges.list({"payment_intent": intent.id}).data) == 1


def test_a_refused_state_is_kept_though_the_state_changes(client, intents):
    held = intents.held()
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
            client.v1.refunds.create({"payment_intent": held.id}, KEY)
        if client.v1.payment_intents.retrieve(held.id).status == "requires_capture":
            client.v1.payment_intents.capture(held.id)
    assert (
        client.v1.refunds.create({"payment_intent": held.id}, {"idempotency_key": "another"}).amount == 2000
    )


def test_wrong_parameters_leave_the_key_free(sandbox):
    assert post(sandbox, "/v1/payment_intents", {"amount": "2000"}).status_code == 400
    assert post(sandbox, "/v1/payment_intents", {"amount": "2000", "currency": "eur"}).status_code == 200


def test_a_stored_server_error_is_replayed(client, control):
    control("faults", kind="500", path="/v1/payment_intents")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as error:
            client.v1.payment_intents.create(NEW, {**KEY, "max_network_retries": 2})
        assert error.value.http_status == 500
    assert client.v1.payment_intents.create(NEW, {"idempotency_key": "order:7:pi:2"}).id
    assert len(client.v1.payment_intents.list().data) == 1


def test_while_the_first_is_on_its_way_nobody_else_gets_an_answer(sandbox, control, wait):
    control("faults", kind="slow", seconds=1, path="/v1/payment_intents")
    data = {"amount": "2000", "currency": "eur"}
    answers = []
    first = threading.Thread(target=lambda: answers.append(post(sandbox, "/v1/payment_intents", data)))
    first.start()
    wait(lambda: sandbox.store.rows("SELECT 1 FROM keys WHERE running"))
    meanwhile = post(sandbox, "/v1/payment_intents", data)
    first.join()
    assert (meanwhile.status_code, meanwhile.json()["error"]["code"]) == (409, "idempotency_key_in_use")
    assert post(sandbox, "/v1/payment_intents", data).json() == answers[0].json()


def test_keys_are_forgotten_after_a_day(client, control):
    first = client.v1.payment_intents.create(NEW, KEY)
    control("clock", offset=24 * 3600 + 60)
    assert client.v1.payment_intents.create(NEW, KEY).id != first.id


def test_a_restart_remembers_answers_and_frees_what_had_not_worked(tmp_path):
    state = str(tmp_path / "state.sqlite3")
    data = {"amount": "2000", "currency": "eur"}
    with Sandbox(state=state) as sandbox:
        first = post(sandbox, "/v1/payment_intents", data, "done").json()
        sandbox.store.run("UPDATE keys SET running = 1")
        sandbox.store.run(
            "INSERT INTO keys (key, endpoint, params, created, running, request) VALUES (?, ?, ?, ?, 1, ?)",
            "begun", "/v1/payment_intents", "{}", sandbox.now(), "req_1",
        )  # fmt: skip
    with Sandbox(state=state) as sandbox:
        assert post(sandbox, "/v1/payment_intents", data, "done").json() == first
        assert post(sandbox, "/v1/payment_intents", data, "begun").json()["id"] != first["id"]
