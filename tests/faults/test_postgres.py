"""PostgreSQL away: said in words with when to come back, nothing half done, and well again without a restart."""

from __future__ import annotations

import sys
import time

import pytest

from orders.models import Order
from shop.outages import is_outage
from tests.faults import verdict
from tests.faults.buyers import Buyer

PAGES = (
    "/",
    "/ru/",
    "/p/mug/",
    "/c/mugs/",
    "/search/?q=nothing",
    "/cart/",
    "/checkout/",
    "/track/",
    "/accounts/login/",
)
ANSWERS_WITHIN_SECONDS = 3
BACK_WITHIN_SECONDS = 5
VANISHED_WITHIN_SECONDS = 7  # three until the old connection is given up, two for a new one, and some


@pytest.fixture
def network(needs_postgres, between, database_url):
    """The way to the database, to be broken."""
    url, proxy = between(database_url)
    proxy.url = url
    return proxy


@pytest.fixture
def house(build, network):
    house = build(database_url=network.url)
    house.start("web", PAGE_CACHE="on")
    return house


@pytest.fixture
def buyer(house, sandbox):
    buyer = Buyer(house.url, sandbox.url, 0)
    buyer.fill("MUG")
    return buyer


def says_come_back(answer, usual_seconds):
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "no-store" in answer.headers["Cache-Control"]
    assert "try again" in answer.text
    assert "Traceback" not in answer.text
    assert answer.elapsed.total_seconds() < ANSWERS_WITHIN_SECONDS + 3 * usual_seconds
    return True


def how_long(buyer, path):
    return buyer.ask("GET", path).elapsed.total_seconds()


@pytest.mark.parametrize("how", ["refuse", "swallow"])
def test_every_page_says_when_to_come_back(network, buyer, how):  # reliability 23
    usual = max(how_long(buyer, path) for path in PAGES)
    network.cut()  # none may go on with a connection it had: a hole gives no sign
    getattr(network, how)()
    for path in PAGES:
        assert says_come_back(buyer.ask("GET", path), usual), path
    assert says_come_back(buyer.ask("POST", "/checkout/", buyer.last_form), usual)
    assert buyer.ask("GET", "/healthz").status_code == 200
    assert buyer.ask("GET", "/readyz").status_code == 503
    assert not Order.objects.exists()

    network.restore()
    ends_at = time.monotonic() + BACK_WITHIN_SECONDS + 3 * usual
    while buyer.ask("GET", "/").status_code != 200:
        assert time.monotonic() < ends_at
    for path in PAGES:
        assert buyer.ask("GET", path).status_code < 400, path
    buyer.place()
    assert Order.objects.count() == 1


@pytest.mark.skipif(sys.platform != "linux", reason="packets that vanish: needs Linux")
def test_a_page_does_not_wait_for_an_open_connection_whose_packets_vanish(network, buyer):
    usual = max(how_long(buyer, path) for path in PAGES)
    network.vanish()
    for path in PAGES:  # each thread of the web has such a connection, and finds out once
        answer = buyer.ask("GET", path)
        assert answer.status_code == 503, path
        assert answer.elapsed.total_seconds() < VANISHED_WITHIN_SECONDS + 3 * usual

    network.cut()
    network.restore()
    ends_at = time.monotonic() + BACK_WITHIN_SECONDS + 3 * usual
    while buyer.ask("GET", "/").status_code != 200:
        assert time.monotonic() < ends_at
    buyer.place()
    assert Order.objects.count() == 1


def test_connections_that_were_cut_are_made_anew(house, sandbox, network, buyer):
    """Between two requests nobody notices; in the middle of one the form is sent again."""
    for act in (buyer.place, lambda: buyer.pay(*buyer.tokens), lambda: buyer.come_back(*buyer.tokens)):
        network.cut()
        act()
    assert buyer.sent_again == 0
    house.kill("web")
    verdict.set_in_order()
    verdict.nothing_is_lost_or_doubled(house, sandbox, [buyer])


def test_an_error_of_ours_is_not_called_an_outage(db):
    from django.db import DatabaseError, OperationalError, connection

    with pytest.raises(DatabaseError) as wrong, connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")
    assert not is_outage(wrong.value)
    assert not is_outage(ValueError())
    assert not is_outage(OperationalError("of no database"))
