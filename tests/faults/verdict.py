"""What must hold after any fault: nothing lost, nothing doubled, the shop and the bank agree."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection

from django.core.management import call_command
from django.db import connection

from inventory.models import Level, Movement
from orders.models import Order
from payments.models import Attempt, InboxEvent
from payments.sandbox import Sandbox
from shop.models import Mail, Message
from tests.faults.buyers import Buyer
from tests.faults.house import House

PAID = {Order.PaymentState.AUTHORIZED, Order.PaymentState.PAID}


def set_in_order() -> None:
    """What an operator does afterwards. The second look at the bank must find nothing more to do."""
    call_command("outbox_relay", "--drain")
    call_command("reconcile_payments")
    call_command("outbox_relay", "--drain")


def nothing_is_lost_or_doubled(house: House, sandbox: Sandbox, buyers: Collection[Buyer]) -> None:
    wait_for_what_failed_once()
    every_buyer_has_what_they_were_told(buyers)
    the_bank_and_the_shop_agree(sandbox)
    stock_moved_once()
    mails_went_out_once(house)
    the_outbox_is_empty()
    assert not InboxEvent.objects.exclude(state__in=["done", "ignored"]).exists()
    call_command("verify_integrity")
    call_command("audit_verify")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]


def wait_for_what_failed_once(seconds: float = 60) -> None:
    """A message that met another at work on the same mail comes again some seconds later."""
    ends_at = time.monotonic() + seconds
    while Message.objects.filter(state=Message.State.WAITING, attempts__gt=0).exists():
        assert time.monotonic() < ends_at, list(Message.objects.filter(state="waiting").values())
        time.sleep(0.5)
        call_command("outbox_relay", "--drain")


def every_buyer_has_what_they_were_told(buyers: Collection[Buyer]) -> None:
    for buyer in buyers:
        orders = Order.objects.filter(email=buyer.email)
        assert {order.token for order in orders} == buyer.tokens, f"{buyer.email} was told {buyer.tokens}"
        assert len(buyer.tokens) == 1
        if buyer.is_paid:
            assert orders[0].payment_state in PAID, (
                f"{buyer.email} paid, the order says {orders[0].payment_state}"
            )
            assert orders[0].is_confirmed
    assert Order.objects.count() == len(buyers)


def the_bank_and_the_shop_agree(sandbox: Sandbox) -> None:
    """Each intent that holds money belongs to one paid order of that amount, and the reverse."""
    intents = sandbox.store.all("payment_intent", limit=10_000)
    holding = {one["id"]: one for one in intents if one["status"] in ("requires_capture", "succeeded")}
    by_card = Attempt.objects.filter(gateway="stripe", order__payment_state__in=PAID).select_related("order")
    paid = {
        attempt.reference: attempt.order for attempt in by_card if attempt.events.filter(kind="authorized")
    }
    assert set(paid) == set(holding)
    assert len({order.pk for order in paid.values()}) == len(paid), "an order was paid twice"
    assert len(paid) == Order.objects.filter(payment_method="card", payment_state__in=PAID).count()
    for reference, order in paid.items():
        assert holding[reference]["amount"] == order.total_minor
        assert holding[reference]["metadata"]["order"] == order.token
    unpaid = [one for one in intents if one["id"] not in holding and one["status"] != "canceled"]
    known = set(Attempt.objects.values_list("reference", flat=True))
    assert not [one["id"] for one in unpaid if one["id"] not in known], "an intent that nobody knows"


def stock_moved_once() -> None:
    placed = Order.objects.filter(lifecycle=Order.Lifecycle.PLACED)
    allocated = Counter(Movement.objects.filter(kind=Movement.Kind.ALLOCATED).values_list("cause", flat=True))
    assert allocated == Counter({f"order:{order.pk}": order.lines.count() for order in placed})
    units = sum(line.quantity for order in placed for line in order.lines.all())
    assert sum(Level.objects.values_list("allocated", flat=True)) == units
    assert sum(Level.objects.values_list("held", flat=True)) == 0


def mails_went_out_once(house: House) -> None:
    """Exactly once, but for those of which a crash hid whether they left: those are marked, and counted."""
    left = Counter(house.mails_that_left())
    wanted = {
        ("order_received", order.number): order for order in Order.objects.filter(lifecycle="placed")
    } | {
        ("payment_confirmed", order.number): order
        for order in Order.objects.filter(confirmed_at__isnull=False)
    }
    mails = {(mail.kind, mail.order_number): mail for mail in Mail.objects.all()}
    assert set(mails) == set(wanted)
    assert len(mails) == Mail.objects.count()
    for mail in mails.values():
        assert mail.state == Mail.State.SENT
        times = left.pop(mail.message_id, 0)
        assert times == 1 or (mail.is_ambiguous and times == 2), f"{mail} left {times} times"
    assert not left, f"mails that nobody wrote down: {left}"
    print(f"{len(mails)} mails, {Mail.objects.filter(is_ambiguous=True).count()} of them ambiguous")


def the_outbox_is_empty() -> None:
    assert not list(Message.objects.exclude(state=Message.State.DONE).values("topic", "state", "error"))
