"""Rows written without the ORM, many in one exchange."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop import sql, writes
from shop.models import Counter, Message

pytestmark = pytest.mark.django_db

RENAME = "UPDATE shop_counter SET text = %s WHERE name = %s"


def message(name, **values):
    return Message(topic="test", payload={"name": name, "шт": [1, None]}, dedupe=name, **values)


def names():
    return list(Message.objects.order_by("id").values_list("dedupe", flat=True))


def write_both(*queries):
    with transaction.atomic(), writes.gathered():
        writes.append(message("gathered"))
        for query in queries:
            writes.update(*query, rows=1)


def append_and_fail(name):
    with transaction.atomic(), writes.gathered():
        writes.append(message(name))
        raise ValidationError("no")


def same(left, right):
    """Two rows with the same values, their ids aside."""
    left.refresh_from_db()
    right.refresh_from_db()
    plain = {field.attname for field in Message._meta.concrete_fields} - {"id", "dedupe"}
    return all(getattr(left, name) == getattr(right, name) for name in plain)


def test_a_row_is_written_as_save_writes_it():
    at = timezone.now()
    ours, djangos = message("a", created_at=at, available_at=at), message("b", created_at=at, available_at=at)
    djangos.payload = dict(ours.payload)
    writes.insert(ours)
    djangos.save()
    assert ours.pk
    assert not ours._state.adding
    ours.full_clean(validate_unique=False)
    assert same(ours, djangos)


def test_rows_get_their_own_ids():
    rows = writes.insert_all([message(name) for name in "abc"])
    assert [Message.objects.get(pk=row.pk).dedupe for row in rows] == ["a", "b", "c"]
    assert writes.insert_all([]) == []


def test_the_databases_own_time_is_written():
    before = sql.when(sql.rows(f"SELECT {sql.now()}")[0][0])
    writes.append(message("a", available_at=Now()))
    after = sql.when(sql.rows(f"SELECT {sql.now()}")[0][0])
    assert before <= Message.objects.get().available_at <= after


def test_what_may_be_only_once_is_written_once():
    assert writes.insert_once(message("a"))
    assert not writes.insert_once(message("a"))
    writes.append_once(message("a"))
    assert names() == ["a"]
    with pytest.raises(IntegrityError), transaction.atomic():
        writes.append(message("a"))


def test_what_is_gathered_goes_out_at_the_end_in_its_order():
    Counter.bump("test")
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        with writes.gathered():
            writes.append(message("a"))
            writes.append(message("b"))
            writes.update(RENAME, ["x", "test"], rows=1)
            assert not asked.captured_queries
        expected = 1 if connection.vendor == "postgresql" else 3
        assert len(asked.captured_queries) == expected
    assert names() == ["a", "b"]
    assert Counter.objects.get(name="test").text == "x"


def test_nothing_that_reads_can_miss_what_is_gathered():
    with transaction.atomic(), writes.gathered():
        writes.append(message("a"))
        assert names() == ["a"]
        writes.append(message("b"))
        assert sql.rows("SELECT COUNT(*) FROM shop_message") == [(2,)]
        with writes.gathered():
            writes.append(message("c"))
        assert names() == ["a", "b", "c"]


def test_what_is_gathered_goes_out_with_the_next_statement():
    with transaction.atomic(), writes.gathered():
        writes.append(message("a"))
        writes.append(message("b"))
        with CaptureQueriesContext(connection) as asked:
            assert writes.insert(message("c")).pk == Message.objects.get(dedupe="c").pk
        assert len(asked.captured_queries) == (2 if connection.vendor == "postgresql" else 4)
        writes.append(message("d"))
        assert Message.objects.filter(topic="test").update(attempts=1) == 4
        writes.update(RENAME, ["x", "nobody"], rows=0)
        assert sql.together(sql.Query("SELECT 1"), sql.Query("SELECT 2")) == [[(1,)], [(2,)]]
        writes.append(message("100%"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT dedupe FROM shop_message WHERE dedupe LIKE '10%'")
            assert cursor.fetchall() == [("100%",)]
    assert names() == ["a", "b", "c", "d", "100%"]


def test_a_savepoint_that_is_rolled_back_takes_what_was_gathered_in_it():
    with transaction.atomic(), writes.gathered():
        writes.append(message("before"))
        with pytest.raises(ValidationError):
            append_and_fail("within")
        writes.append(message("after"))
    assert names() == ["before", "after"]


def test_an_error_leaves_nothing_behind():
    with pytest.raises(ValidationError):
        append_and_fail("a")
    assert names() == []
    writes.append(message("b"))  # the next is not held back
    assert names() == ["b"]


def test_an_error_that_is_caught_leaves_no_half():
    def half():
        with transaction.atomic():
            writes.append(message("before"))
            try:
                with writes.gathered():
                    writes.append(message("lost"))
                    raise ValidationError("no")
            except ValidationError:
                return

    half()
    assert names() == []


def test_a_change_of_another_number_of_rows_is_an_error():
    Counter.bump("test")
    write_both([RENAME, ["x", "test"]])
    Message.objects.all().delete()
    with pytest.raises(DatabaseError, match="0 rows instead of 1"):
        write_both([RENAME, ["y", "test"]], [RENAME, ["y", "nobody"]])
    assert Counter.objects.get(name="test").text == "x"
    assert names() == []


@pytest.mark.django_db(transaction=True)
def test_writes_are_put_off_in_a_transaction_alone():
    with pytest.raises(transaction.TransactionManagementError), writes.gathered():
        pass
    writes.append(message("a"))
    assert names() == ["a"]


def test_several_questions_are_answered_together():
    Counter.bump("one")
    Counter.bump("two")
    query = "SELECT name, value FROM shop_counter WHERE name LIKE %s ORDER BY name"
    both = sql.together(sql.Query(query, ["one"]), sql.Query("SELECT 7"), sql.Query(query, ["%no such%"]))
    assert both == [[("one", 1)], [(7,)], []]
