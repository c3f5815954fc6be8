"""The outbox page: what did not get through, and another try for it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from shop import outbox, staff
from shop.models import AuditEntry, Message

pytestmark = pytest.mark.django_db
MAILS = "/admin/mails/"
REPLAY = "/admin/outbox/replay/"


@pytest.fixture
def keeper(client):
    user = User.objects.create_superuser("ines@forma.example", "not-a-secret", full_name="Ines Ferreira")
    client.force_login(user)
    return user


@pytest.fixture
def carried_out(monkeypatch):
    """The numbers of the test messages that were carried out, in order."""
    seen = []
    monkeypatch.setitem(outbox._handlers, "test.note", lambda number: seen.append(number))
    return seen


def message(number, state=Message.State.DEAD, **facts):
    return Message.objects.create(
        topic="test.note", payload={"number": number}, dedupe=f"note:{number}", state=state,
        **{"attempts": 20, "error": "SMTP says no", **facts},
    )  # fmt: skip


def test_a_message_that_was_given_up_is_shown_with_its_reason(client, keeper):
    message(1)
    page = client.get("/admin/outbox/").content.decode()
    assert "SMTP says no" in page
    assert "note:1" in page


def test_one_message_is_tried_again(client, keeper, carried_out):
    chosen = message(1)
    message(2)
    assert client.post(REPLAY, {"message": chosen.pk}).status_code == 303
    outbox.drain()
    assert carried_out == [1]
    assert AuditEntry.objects.get(action="outbox.replay").actor == keeper


def test_all_that_were_given_up_are_tried_again_and_done_ones_are_not(client, keeper, carried_out):
    message(1)
    message(2)
    done = message(3, state=Message.State.DONE)
    client.post(REPLAY)
    client.post(REPLAY, {"message": done.pk})
    outbox.drain()
    assert sorted(carried_out) == [1, 2]


@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 40])
def test_nonsense_in_the_form_is_no_error(client, keeper, nonsense):
    assert client.post(REPLAY, {"message": nonsense}).status_code == 303


def test_what_nobody_fetched_says_that_the_worker_is_down(client, keeper):
    message(1, state=Message.State.WAITING, error="", available_at=timezone.now() - timedelta(hours=1))
    assert "Waiting for a worker" in client.get("/admin/outbox/").content.decode()


def test_replaying_needs_its_own_right_and_a_post(client, keeper):
    assert client.get(REPLAY).status_code == 405
    User.objects.filter(pk=keeper.pk).update(is_superuser=False)
    assert client.post(REPLAY).status_code == 403


def test_counting_stops_at_a_limit():
    for number in range(4):
        message(number)
    assert staff.count_up_to(Message.objects.all(), most=3) == 3
    assert staff.up_to(3, most=3) == "2+"
    assert staff.up_to(2, most=3) == "2"


def test_mails_are_looked_for_whatever_is_asked(client, keeper):
    for query in ("%00", "%FF", "' --", "x" * 2000):
        assert client.get(f"{MAILS}?q={query}").status_code == 200
