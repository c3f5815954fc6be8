"""What must happen after commit happens: in order, once at a time, again after a failure, and never unseen."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from shop import outbox
from shop.models import Message


@pytest.fixture
def carried_out():
    """Messages of topic "test" carry out `act` and are listed by their `name`."""
    log = []

    def handler(name, act=None):
        log.append(name)
        if handler.act:
            handler.act(name)

    handler.act = None
    log_handler = outbox._handlers
    log_handler["test"] = handler
    yield Carried(log, handler)
    del log_handler["test"]


class Carried:
    def __init__(self, log, handler):
        self.log, self.handler = log, handler

    def __eq__(self, other):
        return self.log == other

    def fail(self, *names):
        """From now on these names fail; none: all go well again."""

        def act(name):
            if name in names:
                raise ConnectionError("the mail server is away")

        self.handler.act = act


@pytest.fixture
def asleep(settings):
    """Nothing is carried out on commit: only what the test itself relays."""
    settings.OUTBOX_MODE = "sweep"


def write(name, **options):
    with transaction.atomic():
        outbox.publish("test", {"name": name}, dedupe=options.pop("dedupe", name), **options)


def state(name):
    return Message.objects.get(dedupe=name).state


@pytest.mark.django_db(transaction=True)
class TestOnCommit:
    def test_a_message_goes_out_when_its_transaction_is_committed(self, carried_out):
        with transaction.atomic():
            outbox.publish("test", {"name": "a"}, dedupe="a")
            assert carried_out == []
        assert carried_out == ["a"]
        assert state("a") == Message.State.DONE

    def test_a_message_of_a_transaction_that_failed_never_was(self, carried_out):
        with transaction.atomic():
            outbox.publish("test", {"name": "a"}, dedupe="a")
            transaction.set_rollback(True)
        assert carried_out == []
        assert not Message.objects.exists()

    def test_a_failing_handler_does_not_fail_the_request(self, carried_out):
        carried_out.fail("a")
        write("a")
        assert state("a") == Message.State.WAITING

    def test_a_hand_over_that_breaks_does_not_fail_the_request(self, carried_out, monkeypatch):
        monkeypatch.setattr(outbox, "relay", lambda **options: 1 / 0)
        write("a")
        assert state("a") == Message.State.WAITING

    def test_the_thread_of_the_web_process_carries_it_out(self, carried_out, settings, eventually):
        settings.OUTBOX_MODE = "thread"
        write("a")
        eventually(lambda: state("a") == Message.State.DONE)
        write("b")
        eventually(lambda: carried_out == ["a", "b"])


@pytest.mark.django_db
@pytest.mark.usefixtures("asleep")
class TestRelay:
    def test_the_same_message_twice_is_one(self, carried_out):
        write("a")
        write("a")
        assert outbox.drain() == 1
        write("a")
        assert outbox.drain() == 0
        assert carried_out == ["a"]

    def test_messages_of_one_aggregate_go_out_in_the_order_they_were_written(self, carried_out):
        for name in "abc":
            write(name, aggregate="order:1")
        outbox.drain()
        assert carried_out == ["a", "b", "c"]

    def test_a_failed_message_keeps_the_later_ones_of_its_aggregate_waiting_and_no_others(self, carried_out):
        write("a", aggregate="order:1")
        write("b", aggregate="order:1")
        write("c", aggregate="order:2")
        write("d")
        carried_out.fail("a")
        assert outbox.drain() == 2
        assert carried_out == ["a", "c", "d"]
        carried_out.fail()
        assert outbox.drain(now=timezone.now() + timedelta(minutes=1)) == 2
        assert carried_out == ["a", "c", "d", "a", "b"]

    def test_a_message_meant_for_later_keeps_nobody_waiting(self, carried_out):
        write("later", aggregate="order:1", available_at=timezone.now() + timedelta(hours=1))
        write("b", aggregate="order:1")
        assert outbox.drain() == 1
        assert carried_out == ["b"]
        outbox.drain(now=timezone.now() + timedelta(hours=2))
        assert carried_out == ["b", "later"]

    def test_pauses_grow_up_to_an_hour_and_twenty_failures_are_enough(self, carried_out):
        carried_out.fail("a")
        write("a")
        now, pauses = timezone.now(), []
        for _attempt in range(20):
            assert outbox.relay(now=now) == 0
            message = Message.objects.get()
            pauses.append((message.available_at - now).total_seconds())
            now = message.available_at
        assert pauses[:4] == [10, 20, 40, 80]
        assert max(pauses) == 3600
        assert pauses == sorted(pauses)
        assert (message.state, message.attempts) == (Message.State.DEAD, 20)
        assert message.error == "ConnectionError: the mail server is away"
        assert outbox.drain(now=now + timedelta(days=1)) == 0

    def test_a_dead_message_lets_the_next_of_its_aggregate_go(self, carried_out):
        write("a", aggregate="order:1")
        write("b", aggregate="order:1")
        Message.objects.filter(dedupe="a").update(state=Message.State.DEAD)
        outbox.drain()
        assert carried_out == ["b"]

    def test_draining_with_a_late_clock_tries_a_failing_message_once(self, carried_out):
        carried_out.fail("a")
        write("a")
        assert outbox.drain(now=timezone.now() + timedelta(days=1)) == 0
        assert Message.objects.get().attempts == 1

    def test_a_topic_that_nobody_handles_is_kept_and_says_so(self):
        with transaction.atomic():
            outbox.publish("no.such", {}, dedupe="a")
        outbox.drain()
        message = Message.objects.get()
        assert (message.state, message.error) == (Message.State.WAITING, "KeyError: 'no.such'")

    def test_a_worker_that_was_killed_leaves_its_message_to_others_after_a_minute(self, carried_out):
        write("a")
        message = outbox._claim(None, None)
        assert message.claimed_until - message.read_at == timedelta(seconds=60)
        assert outbox.drain() == 0
        assert list(outbox.claimed()) == [message]
        Message.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
        assert outbox.drain() == 1
        assert carried_out == ["a"]

    def test_a_wrong_clock_steals_no_claim(self, carried_out):
        write("a")
        outbox._claim(None, None)
        assert outbox.drain(now=timezone.now() + timedelta(days=3)) == 0
        assert carried_out == []

    def test_a_message_that_kills_every_worker_is_given_up(self, carried_out):
        write("a")
        for _attempt in range(20):
            assert outbox._claim(None, None)
            Message.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
        assert outbox.drain() == 0
        assert state("a") == Message.State.DEAD
        assert carried_out == []

    def test_what_a_worker_does_that_slept_through_its_claim_counts_no_more(self, carried_out):
        write("a")
        sleeper = outbox._claim(None, None)
        Message.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
        assert outbox.drain() == 1
        carried_out.fail("a")
        assert outbox._carry_out(sleeper, None) is False
        assert state("a") == Message.State.DONE

    def test_one_message_can_be_asked_for_but_not_out_of_its_turn(self, carried_out):
        write("a", aggregate="order:1")
        write("b", aggregate="order:1")
        assert outbox.relay(only="b") == 0
        assert outbox.relay(only="a") == 1
        assert outbox.relay(only="b") == 1
        assert carried_out == ["a", "b"]

    def test_a_relay_stops_between_messages_when_it_is_told_to(self, carried_out):
        write("a")
        write("b")
        assert outbox.relay(stop=lambda: carried_out == ["a"]) == 1
        assert carried_out == ["a"]

    def test_a_long_queue_stays_quick(self, django_assert_num_queries):
        Message.objects.bulk_create(
            Message(topic="test", payload={}, dedupe=str(n), aggregate=f"order:{n % 300}")
            for n in range(3000)
        )
        started = time.monotonic()
        assert outbox.due().count() == 300
        assert outbox.due().first().dedupe == "0"
        assert time.monotonic() - started < 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("asleep")
class TestTwoRelaysAtOnce:
    def test_no_message_is_carried_out_twice(self, carried_out, run_together):
        for number in range(40):
            write(f"m{number}", aggregate=f"order:{number % 5}" if number % 2 else "")
        assert sum(run_together(lambda number: outbox.drain(), 6)) == 40
        assert sorted(carried_out.log) == sorted(f"m{number}" for number in range(40))

    def test_an_aggregate_has_one_message_at_work_and_keeps_its_order(self, carried_out, run_together):
        at_work, most = {}, []
        lock = threading.Lock()

        def act(name):
            order = name.split("-")[0]
            with lock:
                at_work[order] = at_work.get(order, 0) + 1
                most.append(at_work[order])
            time.sleep(0.005)
            with lock:
                at_work[order] -= 1

        carried_out.handler.act = act
        for number in range(8):
            for order in "abc":
                write(f"{order}-{number}", aggregate=order)
        assert sum(run_together(lambda number: outbox.drain(), 5)) + outbox.drain() == 24
        assert max(most) == 1
        for order in "abc":
            mine = [name for name in carried_out.log if name.startswith(order)]
            assert mine == [f"{order}-{number}" for number in range(8)]

    def test_one_message_published_by_many_at_once_is_one(self, carried_out, run_together):
        outcomes = run_together(lambda number: write("a"), 10)
        assert outcomes == [None] * 10
        assert Message.objects.count() == 1
