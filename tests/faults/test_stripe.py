"""Stripe away, stumbling, slow, or cut off in the middle of an answer: told in words, and charged once."""

from __future__ import annotations

import json
import random
import socket
import time

import pytest
from django.core.management import call_command
from django.urls import reverse

from orders.actions import expire_orders
from orders.models import Order
from payments.models import Attempt
from payments.sandbox import faults
from tests.faults.buyers import PATIENCE_SECONDS, Buyer, Crowd
from tests.shopper import Shopper, bank, confirm

SEED = 20
CREATE = {"method": "POST", "path": "/v1/payment_intents"}
ANSWERS_WITHIN_SECONDS = 8


@pytest.fixture
def order(store, sandbox):
    """Placed, to be paid by card."""
    return Shopper().buy("MUG", method="card")


@pytest.fixture
def nobody_there():
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{probe.getsockname()[1]}"


def press_pay(client, order):
    """What the script on the page does. How long it took is in `.seconds`."""
    began = time.monotonic()
    answer = client.post(
        reverse("payments:start", args=[order.token]), headers={"Sec-Fetch-Site": "same-origin"}
    )
    answer.seconds = time.monotonic() - began
    return answer


def is_refused_in_words(answer):
    assert answer.status_code == 503
    assert "Please try again" in json.loads(answer.content)["error"]
    return True


def intents(order):
    """At the bank: [(id, status)] of all that were made for the order."""
    made = bank().v1.payment_intents.list({"limit": 100}).data
    return [(one.id, one.status) for one in made if one.metadata["order"] == order.token]


def press_pay_until_it_works(client, order, tries=60):
    while (answer := press_pay(client, order)).status_code != 200:
        assert is_refused_in_words(answer)
        assert (tries := tries - 1)
        time.sleep(0.1)


def is_paid_once(client, order):
    """The buyer tries again, and the bank says yes."""
    press_pay_until_it_works(client, order)
    confirm(order.attempts.get(is_open=True))
    assert client.get(reverse("payments:returned", args=[order.token])).status_code == 302
    order.refresh_from_db()
    assert order.payment_state == Order.PaymentState.AUTHORIZED
    holding = [one for one in intents(order) if one[1] == "requires_capture"]
    assert holding == [(order.attempts.latest("number").reference, "requires_capture")]
    call_command("reconcile_payments")  # fails on payments that have no order
    return True


def cut_off(sandbox):
    """The bank makes the payment, the answer is lost, and asked again at once it is away."""
    faults.add(sandbox, "lost", **CREATE)
    faults.add(sandbox, "refuse", **CREATE)


def test_nobody_answers(client, order, settings, nobody_there):
    there, settings.STRIPE_API_BASE = settings.STRIPE_API_BASE, nobody_there
    assert is_refused_in_words(press_pay(client, order))
    assert client.get(reverse("payments:pay", args=[order.token])).status_code == 200
    assert client.get(reverse("payments:returned", args=[order.token])).status_code == 302
    assert Shopper(email="other@example.com").buy("MUG", method="card").is_payable
    with pytest.raises(Exception, match="does not answer"):
        call_command("reconcile_payments")

    settings.STRIPE_API_BASE = there
    assert is_paid_once(client, order)


def test_it_answers_after_twelve_seconds(client, order, sandbox):
    faults.add(sandbox, "slow", seconds=12, times=9)
    answer = press_pay(client, order)
    assert is_refused_in_words(answer)
    assert answer.seconds < ANSWERS_WITHIN_SECONDS

    faults.clear(sandbox)
    assert is_paid_once(client, order)
    assert len(intents(order)) == 1


def test_it_is_still_at_work_on_the_first_question_when_we_ask_again(client, order, sandbox):
    faults.add(sandbox, "slow", seconds=7, before=True, **CREATE)
    assert is_refused_in_words(press_pay(client, order))
    assert intents(order) == []
    assert is_paid_once(client, order)
    assert len(intents(order)) == 1


def test_an_answer_that_is_lost_once_is_asked_for_again_at_once(client, order, sandbox):
    faults.add(sandbox, "lost", **CREATE)
    assert press_pay(client, order).status_code == 200
    assert len(intents(order)) == 1


def test_answers_that_are_lost_leave_one_payment(client, order, sandbox):  # payments 8, reliability 24
    cut_off(sandbox)
    assert is_refused_in_words(press_pay(client, order))
    assert len(intents(order)) == 1
    assert is_paid_once(client, order)
    assert len(intents(order)) == 1


def test_a_payment_whose_name_was_lost_is_no_orphan(client, order, sandbox):  # reliability 24
    cut_off(sandbox)
    press_pay(client, order)
    [(name, _status)] = intents(order)

    call_command("reconcile_payments")

    assert Attempt.objects.get().reference == name
    assert is_paid_once(client, order)


def test_a_payment_whose_name_was_lost_ends_with_its_order(client, order, sandbox):
    cut_off(sandbox)
    press_pay(client, order)
    expire_orders(now=order.payment_due_at)
    order.refresh_from_db()
    assert order.lifecycle == Order.Lifecycle.CANCELLED

    call_command("reconcile_payments")

    assert [status for _name, status in intents(order)] == ["canceled"]


@pytest.mark.parametrize("executes", [False, True], ids=["undone", "done"])
def test_every_second_answer_is_an_error(store, sandbox, executes):
    print(f"seed {SEED}")
    random.seed(SEED)
    faults.add(sandbox, "500", chance=0.5, executes=executes, times=10_000)
    orders = []
    for number in range(6):
        shopper = Shopper(email=f"buyer{number}@example.com")
        order = shopper.buy("MUG", method="card")
        press_pay_until_it_works(shopper.client, order)
        orders.append(order)
    faults.clear(sandbox)
    for order in orders:
        assert is_paid_once(Shopper().client, order)


def test_while_some_wait_for_it_others_look_and_order(build, sandbox, on_postgres):
    """Nobody waits behind a payment: no lock, no transaction is open while the bank is asked."""
    house = build()
    house.start("web")
    waiting = [Buyer(house.url, sandbox.url, number) for number in range(2)]
    other = Buyer(house.url, sandbox.url, 2)
    Crowd([lambda buyer=buyer: buyer.fill("MUG") for buyer in [*waiting, other]]).wait()
    other.get("/")
    faults.add(sandbox, "slow", seconds=60, times=2, **CREATE)
    answers = []

    def wait_in_vain(buyer):
        buyer.place()
        answers.append(buyer.started)

    payments = Crowd([lambda buyer=buyer: wait_in_vain(buyer) for buyer in waiting])
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while faults.listed(sandbox):
        assert time.monotonic() < ends_at, "the bank was not asked twice"
        time.sleep(0.01)
    other.get("/")
    other.get("/p/mug/")
    other.place()
    assert answers == [], "the others had to wait"
    payments.wait()
    assert answers == [None, None]  # the orders are there, and can be paid once the bank is back
    assert len(waiting[0].tokens | waiting[1].tokens) == 2
