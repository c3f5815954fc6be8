"""SQLite's writers take turns."""

import threading
import time

import pytest
from django.db import connection, transaction

from shop.models import Counter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def on_sqlite():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL locks rows, not the database")


def test_sixty_writers_wait_for_each_other_and_none_is_turned_away(run_together):
    def write(number):
        with transaction.atomic():
            Counter.bump("test")
            time.sleep(0.005)

    assert run_together(write, 60) == [None] * 60
    assert Counter.objects.get(name="test").value == 60


def test_a_turn_ends_with_a_failure_too(run_together):
    def fail(number):
        with transaction.atomic():
            Counter.bump("test")
            raise LookupError

    assert all(isinstance(answer, LookupError) for answer in run_together(fail, 5))
    Counter.bump("test")
    assert Counter.objects.get(name="test").value == 1


def test_a_connection_that_is_closed_in_the_middle_gives_its_turn_back():
    def leave():
        transaction.set_autocommit(False)
        Counter.bump("test")
        connection.close()

    thread = threading.Thread(target=leave)
    thread.start()
    thread.join()
    with transaction.atomic():
        Counter.bump("test")
    assert Counter.objects.get(name="test").value == 1
