"""The PostgreSQL backend: asks a connection how it is only when there is doubt."""

import time

import pytest
from django.db import connection
from django.db.backends.postgresql import base

from shop import sql

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL's connections"),
]


@pytest.fixture
def asked(monkeypatch):
    """How often the server was asked whether it is there."""
    times = []
    connection.ensure_connection()
    assert connection.is_usable()
    really = base.DatabaseWrapper.is_usable
    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", lambda self: times.append(1) or really(self))
    return times


def end_of_request():
    connection.health_check_done = False


def end_the_connection():
    """As an operator does, or the server when it restarts."""
    [(pid,)] = sql.rows("SELECT pg_backend_pid()")
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])
    other.close()


def test_a_connection_that_just_answered_is_not_asked(asked):
    end_of_request()
    assert sql.rows("SELECT 1") == [(1,)]
    assert asked == []


def test_one_that_was_quiet_for_long_is_asked(asked, monkeypatch):
    later = time.monotonic() + 6
    monkeypatch.setattr(time, "monotonic", lambda: later)
    end_of_request()
    assert sql.rows("SELECT 1") == [(1,)]
    assert asked == [1]
    end_of_request()
    assert sql.rows("SELECT 1") == [(1,)]
    assert asked == [1]


def test_one_that_the_server_ended_is_made_anew(asked, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "CONN_HEALTH_CHECKS", True)
    end_the_connection()
    end_of_request()
    connection.health_check_enabled = True
    assert sql.rows("SELECT 1") == [(1,)]
    assert asked == [1]


def test_one_that_was_closed_here_is_not_usable(asked):
    connection.connection.close()
    assert not connection.is_usable()
    connection.close()
