"""Redis refused, flushed, or silent: it holds no copy that counts, so the shop sells on and nothing is lost."""

from __future__ import annotations

import time

import pytest
import redis

from shop.models import Mail, Message
from tests.faults import verdict
from tests.faults.buyers import Buyer, Crowd

PLACED_WITHIN_SECONDS = 3
DRAINED_WITHIN_SECONDS = 60
PAGES = ("/", "/p/mug/", "/c/mugs/", "/search/?q=nothing", "/cart/")

pytestmark = pytest.mark.usefixtures("needs_queue")


@pytest.fixture
def network(needs_queue, between, own_redis):
    """The way to Redis, to be broken."""
    url, proxy = between(own_redis)
    proxy.url = url
    return proxy


@pytest.fixture
def house(build, network):
    return build(redis_url=network.url)


def look_around(buyer):
    for path in PAGES:
        assert buyer.ask("GET", path).status_code == 200, path


def seconds_to(act):
    began = time.monotonic()
    act()
    return time.monotonic() - began


def wait_until_drained(*, seconds=DRAINED_WITHIN_SECONDS):
    """By the shop's own worker and clock: nobody lends a hand."""
    ends_at = time.monotonic() + seconds
    while Message.objects.filter(state=Message.State.WAITING).exists():
        assert time.monotonic() < ends_at, list(Message.objects.filter(state="waiting").values())
        time.sleep(0.2)


@pytest.mark.parametrize("how", ["refuse", "swallow"])
def test_the_shop_sells_while_redis_is_away(house, sandbox, network, how):  # reliability 21
    house.start("web", "worker", "clock")
    before, during = (Buyer(house.url, sandbox.url, number) for number in range(2))
    before.fill("MUG")
    look_around(before)
    usual = seconds_to(before.place)
    before.pay(*before.tokens)
    before.come_back(*before.tokens)

    getattr(network, how)()
    look_around(during)
    during.fill("MUG")
    assert seconds_to(during.place) < PLACED_WITHIN_SECONDS + 3 * usual
    during.pay(*during.tokens)
    during.come_back(*during.tokens)
    look_around(during)
    assert during.sent_again == 0
    assert not Mail.objects.filter(recipient=during.email).exists()

    network.restore()
    wait_until_drained()
    house.kill("web", "worker", "clock")
    verdict.set_in_order()
    verdict.nothing_is_lost_or_doubled(house, sandbox, [before, during])


def test_redis_is_flushed_while_people_buy(house, sandbox, network, own_redis):  # reliability 22
    house.start("web", "worker", "clock")
    buyers = [Buyer(house.url, sandbox.url, number, with_script=number % 2 == 0) for number in range(4)]
    Crowd([lambda buyer=buyer: buyer.fill("MUG") for buyer in buyers]).wait()
    buying = Crowd([buyer.buy for buyer in buyers])
    with redis.Redis.from_url(own_redis) as store:
        for _time in range(15):
            store.flushdb()
            time.sleep(0.2)
    buying.wait()
    assert all(buyer.sent_again == 0 for buyer in buyers)

    wait_until_drained()
    house.kill("web", "worker", "clock")
    verdict.set_in_order()
    verdict.nothing_is_lost_or_doubled(house, sandbox, buyers)
