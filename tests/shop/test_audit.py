"""Who did what: one chain without gaps, and no way to rewrite it unseen."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from shop import audit
from shop.models import AuditEntry, Counter

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_entries(django_user_model):
    staff = django_user_model.objects.create_user("staff@example.com", "a long password")
    audit.record("order.cancel", "order:1", actor=staff, reason="staff")
    audit.record("payment.refund", "order:1", actor=staff, amount=2400)
    audit.record("order.note", "order:2", text="кружка")
    return staff


@pytest.fixture
def without_guards():
    """What somebody with the database's password can do: take the triggers away."""
    names = ["no_update", "no_delete"] if connection.vendor == "sqlite" else ["append_only"]
    on = "" if connection.vendor == "sqlite" else " ON shop_auditentry"
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TRIGGER shop_auditentry_{name}{on}")


def test_an_empty_chain_is_whole():
    assert audit.verify() == (0, "")


def test_entries_are_numbered_without_gaps_and_seal_each_other(three_entries):
    entries = list(AuditEntry.objects.order_by("seq"))
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert [entry.prev for entry in entries] == ["0" * 64, entries[0].hash, entries[1].hash]
    assert json.loads(entries[1].body)["facts"] == {"amount": 2400}
    assert audit.verify() == (3, "")


def test_a_rolled_back_entry_leaves_no_gap(three_entries):
    with transaction.atomic():
        audit.record("order.note", "order:3")
        transaction.set_rollback(True)
    assert audit.record("order.note", "order:4").seq == 4
    assert audit.verify() == (4, "")


def test_anyone_can_check_the_chain_from_its_own_rows(three_entries):
    import hashlib

    for entry in AuditEntry.objects.all():
        assert entry.hash == hashlib.sha256((entry.prev + entry.body).encode()).hexdigest()


@pytest.mark.parametrize("change", [{"action": "x"}, {"prev": "0" * 64}])
def test_the_database_refuses_to_change_or_delete_entries(three_entries, change):
    rows = AuditEntry.objects.filter(seq=2)
    for act in (lambda: rows.update(**change), rows.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()


@pytest.mark.usefixtures("three_entries", "without_guards")
class TestTampering:
    def test_a_changed_body(self):
        entry = AuditEntry.objects.get(seq=2)
        AuditEntry.objects.filter(seq=2).update(body=entry.body.replace("2400", "2401"))
        assert audit.verify() == (1, "audit entry 2 was changed")

    @pytest.mark.parametrize(
        "change",
        [{"action": "order.pack"}, {"target": "order:9"}, {"actor": None}, {"at": "2026-01-01T00:00Z"}],
    )
    def test_a_changed_column(self, change):
        AuditEntry.objects.filter(seq=2).update(**change)
        assert audit.verify() == (1, "audit entry 2 does not say what its body says")

    def test_a_body_forged_with_its_hash(self):
        entry = AuditEntry.objects.get(seq=2)
        body = entry.body.replace("2400", "2401")
        AuditEntry.objects.filter(seq=2).update(body=body, hash=AuditEntry.seal(entry.prev, body))
        assert audit.verify() == (2, "audit entry 3 does not follow the one before it")

    def test_a_deleted_entry(self):
        AuditEntry.objects.filter(seq=2).delete()
        assert audit.verify() == (1, "audit entry 2 is missing")

    def test_a_deleted_tail(self):
        AuditEntry.objects.filter(seq=3).delete()
        assert audit.verify() == (2, "audit entries after 2 are missing: the head is 3")

    def test_a_deleted_tail_with_the_head_turned_back_to_another_hash(self):
        AuditEntry.objects.filter(seq=3).delete()
        Counter.objects.filter(name=audit.HEAD).update(value=2)
        assert audit.verify() == (2, "the head of the audit chain, 2, is not that of its entries, 2")

    def test_a_deleted_head(self):
        Counter.objects.filter(name=audit.HEAD).delete()
        assert audit.verify()[1].startswith("the head of the audit chain")

    def test_two_entries_that_changed_places(self):
        first, second = AuditEntry.objects.filter(seq__lte=2).order_by("seq")
        AuditEntry.objects.filter(seq__lte=2).delete()
        first.seq, second.seq = 2, 1
        AuditEntry.objects.bulk_create([first, second])
        assert audit.verify() == (0, "audit entry 1 does not follow the one before it")

    def test_everything_deleted_but_the_head(self):
        AuditEntry.objects.all().delete()
        assert audit.verify() == (0, "audit entries after 0 are missing: the head is 3")


@pytest.mark.django_db(transaction=True)
def test_many_who_write_at_once_write_one_chain(run_together):
    outcomes = run_together(lambda number: audit.record("order.note", f"order:{number}").seq, 20)
    assert sorted(outcomes) == list(range(1, 21))
    assert audit.verify() == (20, "")
