"""kill -9 between "Pay" and "confirmed": at each step there is, and at random moments."""

from __future__ import annotations

import os
import random
import time

import pytest

from tests.faults import verdict
from tests.faults.buyers import Buyer, Crowd

SEED = int(os.environ.get("FAULTS_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
RUNS = 10  # twice: 20 in all
AT_ONCE = 2
WEB_STEPS = (
    "order-written", "order-placed", "intent-made", "intent-noted", "truth-fetched", "truth-written",
    "truth-known", "webhook-stored",
)  # fmt: skip
WORKER_STEPS = (
    "message-claimed", "truth-fetched", "truth-written", "truth-known", "mail-claimed", "mail-sent", "mail-noted",
)  # fmt: skip


@pytest.fixture
def crowd_of(house, sandbox):
    """crowd_of(2): that many buyers in front of the last button."""
    buyers = []

    def come(number: int) -> list[Buyer]:
        new = [
            Buyer(house.url, sandbox.url, n, with_script=n % 2 == 0)
            for n in range(len(buyers), len(buyers) + number)
        ]
        buyers.extend(new)
        Crowd([lambda buyer=buyer: buyer.fill("MUG") for buyer in new]).wait()
        return new

    come.buyers = buyers
    return come


def test_the_web_is_killed_at_each_step(house, sandbox, crowd_of):
    house.start("web", "worker")
    for step in WEB_STEPS:
        [buyer] = crowd_of(1)
        sandbox.webhooks.set_mode("normal" if step == "webhook-stored" else "hold")
        house.die_at("web", step)
        buying = Crowd([buyer.buy])
        house.wait_for_death("web", step)
        house.start("web")
        buying.wait()
        sandbox.webhooks.release()
    house.kill("web", "worker")

    verdict.set_in_order()
    verdict.nothing_is_lost_or_doubled(house, sandbox, crowd_of.buyers)


def test_the_worker_is_killed_at_each_step(house, sandbox, crowd_of):  # payments 9
    """The buyers closed the window after the bank's yes: only the webhook tells the shop."""
    house.start("web", "worker")
    for step in WORKER_STEPS:
        [buyer] = crowd_of(1)
        house.die_at("worker", step)
        buyer.pay(buyer.place())
        house.wait_for_death("worker", step)
        house.start("worker")
    sandbox.webhooks.drain(seconds=10)
    house.kill("web", "worker")

    verdict.set_in_order()
    verdict.nothing_is_lost_or_doubled(house, sandbox, crowd_of.buyers)


@pytest.mark.parametrize("half", [1, 2])
def test_web_and_worker_are_killed_at_random_moments(house, sandbox, crowd_of, half):
    seed = SEED * 2 + half
    chance = random.Random(seed)
    print(f"FAULTS_SEED={SEED}")
    house.start("web", "worker")
    [first] = crowd_of(1)
    started = time.monotonic()
    first.buy()
    usual_seconds = time.monotonic() - started
    for run in range(RUNS):
        buyers = crowd_of(AT_ONCE)
        moment, victims = chance.random(), chance.choice([["web"], ["worker"], ["web", "worker"]])
        buying = Crowd([buyer.buy for buyer in buyers])
        time.sleep(moment * usual_seconds * AT_ONCE)
        house.kill(*victims)
        house.start(*victims)
        buying.wait()
        print(f"run {run}: {' and '.join(victims)} at {moment:.2f} of a purchase")
    house.kill("web", "worker")

    verdict.set_in_order()
    verdict.nothing_is_lost_or_doubled(house, sandbox, crowd_of.buyers)
