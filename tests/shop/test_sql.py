"""Rows read in SQL."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from shop import sql
from shop.models import Counter

LOCKED = sql.Select(Counter, "WHERE name = %s", lock=True)


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_closed_is_not_asked_again():
    Counter.bump("test")
    assert sql.rows("SELECT name FROM shop_counter") == [("test",)]
    connection.close()
    assert sql.rows("SELECT name FROM shop_counter") == [("test",)]
    with pytest.raises(DatabaseError):
        sql.rows("SELECT no_such_column FROM shop_counter")
    assert sql.change("UPDATE shop_counter SET value = 7 WHERE name = %s", ["test"]) == 1
    assert sql.rows("SELECT value FROM shop_counter") == [(7,)]


@pytest.mark.django_db(transaction=True)
def test_a_lock_belongs_into_a_transaction():
    Counter.bump("test")
    with pytest.raises(transaction.TransactionManagementError):
        LOCKED.first("test")
    with transaction.atomic():
        assert LOCKED.first("test").value == 1


def test_what_the_database_address_asks_for_is_kept():
    url = "postgres://shop@127.0.0.1/shop?sslmode=verify-full&connect_timeout=9"
    options = subprocess.run(
        [sys.executable, "-c", "from shop import settings; print(settings.DATABASES['default']['OPTIONS'])"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DEMO": "1", "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "'sslmode': 'verify-full'" in options
    assert "'connect_timeout': 9" in options
    assert "statement_timeout" in options
