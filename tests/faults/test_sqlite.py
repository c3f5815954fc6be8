"""The smallest shop: one file, mails sent by a thread of the web process, and the plug pulled again and again."""

from __future__ import annotations

import os
import random
import time

from tests.faults import verdict
from tests.faults.buyers import Buyer, Crowd

SEED = int(os.environ.get("FAULTS_SEED", "24"))
KILLS = 4


def test_the_web_is_killed_every_few_seconds_while_people_buy(needs_sqlite, build, sandbox):
    print(f"FAULTS_SEED={SEED}")
    chance = random.Random(SEED)
    house = build()
    house.start("web", OUTBOX_MODE="thread", WEB_WORKERS="2")
    buyers = [Buyer(house.url, sandbox.url, number, with_script=number % 2 == 0) for number in range(9)]

    def keep_buying(share):
        for buyer in share:
            buyer.fill("MUG", method="bank_transfer" if buyer.number % 3 == 2 else "card")
            if buyer.number % 3 == 2:
                buyer.place()
            else:
                buyer.buy()

    buying = Crowd([lambda share=share: keep_buying(buyers[share::3]) for share in range(3)])
    for _kill in range(KILLS):
        time.sleep(chance.uniform(0.5, 3))
        house.kill("web")
        house.start("web", OUTBOX_MODE="thread", WEB_WORKERS="2")
    buying.wait()
    house.kill("web")

    verdict.set_in_order()
    verdict.nothing_is_lost_or_doubled(house, sandbox, buyers)
