"""The sandbox as a process of its own: it starts without Django, keeps its state, stops on Ctrl-C."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import pytest
import requests

from payments.sandbox import Sandbox
from tests.payments.sandbox.driving import Intents, client_of


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def started(tmp_path, port):
    processes = []

    def start(*more):
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "payments.sandbox", "--port", str(port)),
                *("--state", str(tmp_path / "state.sqlite3"), *more),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process, process.stdout.readline()

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


def test_it_runs_until_ctrl_c_and_remembers(started, port):
    process, said = started()
    assert f"http://127.0.0.1:{port}" in said
    new = {"amount": 2000, "currency": "eur"}
    url = f"http://127.0.0.1:{port}/v1/payment_intents"
    made = requests.post(url, data=new, auth=("sk_test_x", ""), timeout=10).json()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 0
    started()
    assert requests.get(f"{url}/{made['id']}", auth=("sk_test_x", ""), timeout=10).json() == made


def test_a_kill_loses_nothing_that_was_answered(started, port):
    process, _ = started()
    url = f"http://127.0.0.1:{port}/v1/payment_intents"
    data = {"amount": 2000, "currency": "eur", "payment_method_types[]": "card", "confirm": "true"}
    paid = requests.post(
        url, data={**data, "payment_method": "pm_card_visa"}, auth=("sk_test_x", ""), timeout=10
    ).json()
    process.kill()
    process.wait()
    started()
    assert requests.get(f"{url}/{paid['id']}", auth=("sk_test_x", ""), timeout=10).json() == paid


def test_a_busy_port_is_told_in_words(started, port):
    started()
    process, said = started()
    assert f"cannot use 127.0.0.1:{port}" in said
    assert process.wait(timeout=10) == 1


def test_it_needs_neither_django_nor_the_shop():
    look = (
        "import sys, payments.sandbox; "
        "print([name for name in sys.modules if name.split('.')[0] in "
        "('django', 'stripe', 'shop', 'orders', 'catalog', 'celery')])"
    )
    assert subprocess.check_output([sys.executable, "-c", look], text=True).strip() == "[]"


def test_reset_forgets_everything():
    with Sandbox() as sandbox:
        intents = Intents(client_of(sandbox))
        intents.paid()
        requests.post(f"{sandbox.url}/_sandbox/reset", json={}, timeout=10)
        assert intents.client.v1.payment_intents.list().data == []
        assert intents.paid().status == "succeeded"
