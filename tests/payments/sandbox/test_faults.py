"""Faults on demand."""

from __future__ import annotations

import threading

import pytest
import requests
import stripe

NEW = {"amount": 2000, "currency": "eur", "payment_method_types": ["card"]}
ONCE = {"idempotency_key": "order:7:pi:1", "max_network_retries": 0}


def test_a_server_error_without_effect(client, control):
    control("faults", kind="500", times=2)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.payment_intents.create(NEW, {"max_network_retries": 0})
    assert client.v1.payment_intents.list().data == []


def test_a_server_error_that_worked_all_the_same(client, intents, control):
    held = intents.held()
    control("faults", kind="500", path="/v1/payment_intents/*/capture", executes=True)
    with pytest.raises(stripe.APIError):
        client.v1.payment_intents.capture(held.id, {}, ONCE)
    assert client.v1.payment_intents.retrieve(held.id).status == "succeeded"


def test_a_lost_answer_and_the_retry_with_the_same_key(client, control):
    control("faults", kind="lost", method="POST", path="/v1/payment_intents")
    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create(NEW, ONCE)
    made = client.v1.payment_intents.list().data
    assert len(made) == 1
    assert client.v1.payment_intents.create(NEW, ONCE).id == made[0].id


def test_the_library_retries_a_lost_answer_by_itself(client, control):
    control("faults", kind="lost", method="POST", path="/v1/payment_intents")
    assert client.v1.payment_intents.create(NEW, {"max_network_retries": 2}).id
    assert len(client.v1.payment_intents.list().data) == 1


def test_a_refused_connection_has_no_effect(client, control):
    control("faults", kind="refuse")
    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create(NEW, ONCE)
    assert client.v1.payment_intents.list().data == []


@pytest.mark.parametrize("before", [False, True])
def test_slow_answers(sandbox, client, control, wait, before):
    """Slow to answer what is long done, or slow to begin."""
    control("faults", kind="slow", seconds=1, method="POST", before=before)
    slow = threading.Thread(target=client.v1.payment_intents.create, args=(NEW,))
    slow.start()
    wait(lambda: control_is_clear(sandbox))
    made_meanwhile = wait(lambda: client.v1.payment_intents.list().data, seconds=0.3)
    assert (slow.is_alive(), bool(made_meanwhile)) == (True, not before)
    slow.join()
    assert len(client.v1.payment_intents.list().data) == 1


def control_is_clear(sandbox):
    return not sandbox.store.rows("SELECT 1 FROM faults WHERE remaining > 0")


def test_a_fault_hits_only_what_it_names(client, intents, control, sandbox):
    control("faults", kind="500", method="POST", path="/v1/payment_intents/*/cancel")
    intent = intents.create()
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"
    with pytest.raises(stripe.APIError):
        client.v1.payment_intents.cancel(intent.id, {}, {"max_network_retries": 0})
    assert client.v1.payment_intents.cancel(intent.id).status == "canceled"


def test_a_fault_may_hit_by_chance(client, control):
    control("faults", kind="500", times=1000, chance=0.5)
    outcomes = set()
    for _ in range(40):
        try:
            outcomes.add(client.v1.payment_intents.create(NEW, {"max_network_retries": 0}).status)
        except stripe.APIError as error:
            outcomes.add(error.http_status)
    assert outcomes == {500, "requires_payment_method"}


def test_faults_are_listed_and_forgotten(sandbox, client, control):
    assert control("faults", kind="lost", times=3)["faults"][0]["remaining"] == 3
    assert requests.get(f"{sandbox.url}/_sandbox/faults", timeout=10).json()["faults"][0]["kind"] == "lost"
    requests.delete(f"{sandbox.url}/_sandbox/faults", timeout=10)
    assert client.v1.payment_intents.create(NEW).id


def test_an_unknown_fault_is_refused(sandbox):
    answer = requests.post(f"{sandbox.url}/_sandbox/faults", json={"kind": "fire"}, timeout=10)
    assert answer.status_code == 400
    answer = requests.post(f"{sandbox.url}/_sandbox/clock", json={"offset": "soon"}, timeout=10)
    assert (answer.status_code, "does not understand" in answer.text) == (400, True)
