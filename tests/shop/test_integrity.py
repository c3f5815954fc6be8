"""A shop in use adds up; whatever is changed behind its back is named by its row."""

from __future__ import annotations

import itertools
import json
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Card, CategoryCount, Listing, Page, SearchRow, Word
from inventory import actions as inventory
from inventory.models import Allocation, Hold, Level, Movement
from orders import actions as orders
from orders.models import Order, OrderLine
from orders.signals import PaymentOption
from payments import actions as payments
from payments.actions.sync import append
from payments.models import Attempt, Event, Refund
from shipping import actions as shipping
from shipping.models import Shipment, ShipmentLine
from shop import audit, outbox
from shop.integrity import checks, examine, one_snapshot
from shop.models import AuditEntry, Mail, Message
from shop.money import Money
from tests.factories import ProductFactory, VariantFactory
from tests.shipping.ordering import BY_TRANSFER, ON_DELIVERY, make_method, place

BY_CARD = PaymentOption("card", "Card", is_online=True, due_minutes=30)
Kind = Event.Kind
pytestmark = pytest.mark.django_db


@pytest.fixture
def mug(settings):
    settings.OUTBOX_MODE = "sweep"
    make_method()
    return ProductFactory(
        slug="mug", variant__sku="MUG", variant__level__on_hand=100, category__slug="mugs", indexed=True
    ).variants.get()


@pytest.fixture
def in_use(mug, django_user_model):
    """A shop with a history: sold, paid, shipped in part, refunded, cancelled, held; the outbox is empty."""
    staff = django_user_model.objects.create_superuser("staff@example.com", "a long password")
    bowl = ProductFactory(slug="bowl", variant__sku="BOWL", indexed=True).variants.get()
    shipped_in_part(place((mug, 3), (bowl, 1), payment=BY_CARD), staff)
    refunded(place((mug, 2), payment=BY_TRANSFER), staff)
    delivered(place((bowl, 1), payment=ON_DELIVERY), staff)
    orders.cancel_order(place((mug, 1), payment=BY_TRANSFER), reason="customer")
    place((mug, 1), payment=BY_TRANSFER)
    inventory.hold("a-cart", {mug.pk: 4, bowl.pk: 2})
    outbox.drain()
    assert not Message.objects.exclude(state="done").exists()


def shipped_in_part(order, staff):
    """Authorized by card; two of the mugs left and were charged."""
    attempt = order.attempts.get()
    Attempt.objects.filter(pk=attempt.pk).update(reference=f"pi_{attempt.pk}", is_multicapture=True)
    append(attempt, Kind.FAILED, order.total_minor, "ch_0", timezone.now(), {"code": "card_declined"})
    append(attempt, Kind.AUTHORIZED, order.total_minor, "ch_1", timezone.now())
    orders.confirm_order(order)
    shipment = order.shipments.get()
    line = shipment.lines.get(line__sku="MUG")
    shipping.pack(shipment, {line.line_id: 2}, actor=staff)
    append(attempt, Kind.CAPTURED, shipping.fix_amount(shipment).minor, "ch_1:1", timezone.now())
    shipping._leave(
        shipment, {"packed"}, "shipped", "shipped", "handed_over", staff, carrier="DHL", tracking_number="1"
    )


def refunded(order, staff):
    payments.record_manual_payment(order, order.total, actor=staff, key="statement-1")
    order.refresh_from_db()
    payments.request_refund(order, Money(1000, "EUR"), reason="scratched", actor=staff, key="form-1")


def delivered(order, staff):
    shipment = order.shipments.get()
    shipping.pack(shipment, {line.line_id: line.quantity for line in shipment.lines.all()}, actor=staff)
    shipping.ship(shipment, carrier="DHL", tracking_number="2", actor=staff)
    shipping.mark_delivered(shipment, actor=staff)


def problems(kind=None):
    return [problem for result in examine(checks(kind)) for problem in result.problems]


def run(command="verify_integrity", *arguments):
    """(exit code, what it wrote)"""
    out = StringIO()
    try:
        call_command(command, *arguments, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


# --- A shop that is well -------------------------------------------------------------------------
def test_an_empty_shop_is_well():
    assert problems() == []


def test_a_shop_in_use_is_well_and_says_what_was_checked(in_use):
    code, text = run()
    assert (code, problems()) == (0, [])
    last = text.strip().splitlines()[-1]
    assert re.match(r"\d+ checks over .*5 orders.*: all is well$", last)
    assert (
        run("audit_verify")[1].strip().splitlines()[-1].startswith("2 checks over 6 payment events, 7 audit")
    )


def test_the_answer_for_machines(in_use):
    code, text = run("verify_integrity", "--json")
    answer = json.loads(text)
    assert (code, answer["ok"], answer["checked"]["orders"]) == (0, True, 5)
    assert all(each["count"] == 0 and each["problems"] == [] for each in answer["checks"])


def test_it_costs_as_many_queries_for_many_rows_as_for_few(in_use, mug):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            problems()
        return len(captured)

    few = queries()
    for _ in range(3):
        place((mug, 1), payment=BY_TRANSFER)
    outbox.drain()
    assert queries() == few


# --- What somebody changed behind its back -------------------------------------------------------
CONSTRAINTS = [
    ("inventory_level", "level_not_oversold"),
    ("inventory_allocation", "allocation_sums"),
    ("orders_order", "order_adds_up"),
    ("orders_orderline", "order_line_adds_up"),
]


@pytest.fixture
def no_guards():
    """What somebody with the database's password can do: no triggers, no constraints."""
    tables = ["inventory_movement", "payments_event", "shop_auditentry", "orders_orderevent"]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            for table, what in itertools.product(tables, ["update", "delete"]):
                cursor.execute(f"DROP TRIGGER {table}_no_{what}")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f"DROP TRIGGER {table}_append_only ON {table}")
            for table, constraint in CONSTRAINTS:
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def first(model, **where):
    return model.objects.filter(**where).order_by("pk")[:1].get()


def change(row, **values):
    type(row).objects.filter(pk=row.pk).update(**values)
    return row


def delete(row):
    type(row).objects.filter(pk=row.pk)._raw_delete("default")
    return row


def level():
    return first(Level, variant__sku="MUG")


def lines():
    return OrderLine.objects.order_by("pk")


def by_card(**where):
    return first(Event, attempt__method="card", **where)


def forged(event, amount):
    """The amount changed and the hash made to fit, by somebody who knows how."""
    event.amount_minor = amount
    return change(event, amount_minor=amount, hash=event.seal())


# What was done -> words that must stand beside the row's name.
STOCK = {
    "a counter": lambda: (change(level(), on_hand=F("on_hand") + 1), "on_hand is 99, its movements say 98"),
    "a lost movement": lambda: (
        (delete(first(Movement, kind="shipped", level=level())), level())[1], "on_hand is 98, its movements say 100"
    ),
    "a changed movement": lambda: (
        (change(first(Movement, kind="held", level=level()), held_delta=1), level())[1], "held is 4, its movements say"
    ),
    "a hold's size": lambda: (
        (change(first(Hold, level=level()), quantity=1), level())[1], "held is 4, its holds say 1"
    ),
    "a lost hold": lambda: ((delete(first(Hold, level=level())), level())[1], "held is 4, its holds say 0"),
    "an allocation": lambda: (
        (change(first(Allocation, level=level()), quantity=F("quantity") + 1), level())[1],
        "allocated is 4, its allocations say 5",
    ),
    "a lost allocation": lambda: (
        (delete(first(Allocation, level=level())), level())[1], "allocated is 4, its allocations say 3"
    ),
    "more promised than there is": lambda: (
        change(level(), on_hand=2, allocated=4), "is oversold: on_hand 2, allocated 4, held 4"
    ),
    "more shipped than promised": lambda: (
        change(first(Allocation, level=level()), shipped=9), "3 units, but 9 shipped"
    ),
    "units shipped without a movement": lambda: (
        (change(first(Allocation, level=level()), shipped=3), level())[1], "3 units shipped by its allocations, 2 by"
    ),
}  # fmt: skip
ORDERS = {
    "an order's total": lambda: (
        change(first(Order), subtotal_minor=F("subtotal_minor") - 100, total_minor=F("total_minor") - 100), "its total is"
    ),
    "a total alone": lambda: (change(first(Order), total_minor=1), "its total is 1"),
    "a line's price": lambda: (change(first(OrderLine), unit_minor=1), "3 × 1 = 7200"),
    "a line's tax": lambda: (
        change(first(OrderLine), tax_minor=F("tax_minor") + 1, net_minor=F("net_minor") - 1), "tax 1347"
    ),
    "a lost line": lambda: (
        (change(lines().last(), order=first(Order)), Order.objects.latest("pk"))[1],
        "its stamps or its lines",
    ),
    "the taxes by rate": lambda: (change(first(Order), taxes=[{"tax_minor": 5}]), "by rate it is 5"),
    "the delivery's tax": lambda: (
        change(first(Order), delivery_net_minor=390, delivery_tax_minor=73), "the delivery fee is not its net"
    ),
    "a cancelled order back to life": lambda: (
        change(first(Order, lifecycle="cancelled"), lifecycle="placed"), "is placed, but its stamps"
    ),
    "a payment state": lambda: (
        change(first(Order, payment_state="part_refunded"), payment_state="paid"),
        "is “paid”, its ledger says “part_refunded”",
    ),
    "an unpaid order called paid": lambda: (
        change(Order.objects.last(), payment_state="paid"), "is “paid”, its ledger says “awaiting”"
    ),
    "a fulfilment state": lambda: (
        change(first(Order), fulfilment_state="shipped"), "is “shipped”, its parcels say “part_shipped”"
    ),
    "a mail that was never written": lambda: (
        (delete(first(Message, topic="orders.mail")), first(Order))[1], "was never written to the outbox"
    ),
    "a mail that was not sent": lambda: (
        (delete(first(Mail, kind="order_received")), first(Order))[1], "counts as done and was not sent"
    ),
}  # fmt: skip
MONEY = {
    "an amount": lambda: (change(by_card(kind="captured"), amount_minor=1), "was changed: its hash does not fit"),
    "a decline's reason": lambda: (change(by_card(kind="failed"), data={"code": "x"}), "was changed"),
    "a deleted event": lambda: (
        (delete(by_card(kind="authorized")), by_card(kind="captured"))[1], "the event before it is missing"
    ),
    "a deleted last event": lambda: (
        (delete(by_card(kind="captured")), first(Order))[1], "is “part_paid”, its ledger says “authorized”"
    ),
    "a forged hash": lambda: (
        (forged(by_card(kind="authorized"), 1), by_card(kind="captured"))[1], "the event before it is missing or was"
    ),
    "more captured than was held": lambda: (
        (forged(by_card(kind="captured"), 99_000), first(Attempt))[1], "captured 99000"
    ),
    "an attempt's amount": lambda: (change(first(Attempt), amount_minor=1), "for 1: authorized"),
    "another currency": lambda: (change(by_card(kind="captured"), currency="USD"), "is in USD"),
    "a refund that nobody made": lambda: (
        Refund.objects.create(
            key="x", attempt=first(Attempt), amount_minor=5, currency="EUR", state="succeeded", reference="re_x"
        ),
        "counts as refunded, the ledger does not know it",
    ),
    "more refunded than came": lambda: (
        (change(first(Refund), amount_minor=999_999), first(Refund).attempt)[1], "999999 refunded or on its way"
    ),
}  # fmt: skip
PARCELS = {
    "more in parcels than ordered": lambda: (
        (change(first(ShipmentLine), quantity=9), first(OrderLine))[1], "3 ordered, 10 in parcels"
    ),
    "a parcel that left without its goods": lambda: (
        (change(first(Allocation, shipped=1), shipped=0), OrderLine.objects.get(order__payment_method="cash_on_delivery"))[1],
        "1 units left, 0 are off the shelf",
    ),
    "a line of another order": lambda: (change(first(ShipmentLine), line=lines().last()), "belongs to another"),
    "what a parcel asked for": lambda: (
        (
            change(first(ShipmentLine, shipment__state="delivered"), amount_minor=1),
            first(Order, fulfilment_state="delivered"),
        )[1],
        "its parcels asked for",
    ),
}  # fmt: skip
OUTBOX = {
    "a message given up": lambda: (change(first(Message), state="dead", error="why"), "was given up: why"),
    "a message that no worker finds": lambda: (
        change(first(Message), state="gone"),
        "no worker will find it",
    ),
}
PAGES = {
    "a shelf's count": lambda: (
        (change(first(CategoryCount), products=7), first(CategoryCount).category)[1], "says 7 products"
    ),
    "a lost card": lambda: ((delete(first(Card)), first(Card).product)[1], "has 1 cards"),
    "a lost page": lambda: ((delete(first(Page)), first(Page).product)[1], "has 1 pages"),
    "a lost search row": lambda: ((first(SearchRow).product, delete(first(SearchRow)))[0], "has no search row"),
    "a miscounted word": lambda: (change(first(Word), products=7), "says 7 products"),
    "a lost listing": lambda: ((product_of(delete(first(Listing)))), "stands on 0 shelves"),
    "a listed price": lambda: (change(first(Listing), price_minor=1), "lists 1"),
    "sold out, they say": lambda: (change(first(Listing), is_sold_out=True), "says it is sold out"),
    "sold out in the search": lambda: (change(first(SearchRow), is_sold_out=True), "says it is sold out"),
    "the wrong shelf": lambda: (
        change(first(Listing), category=Listing.objects.last().category), "does not belong to category"
    ),
    "a card of something archived": lambda: (
        (change(first(Card).product, status="archived"), first(Card))[1], "which is not for sale"
    ),
}  # fmt: skip
AUDIT = {
    "an audit entry": lambda: (change(first(AuditEntry), body="{}"), "audit entry 1 was changed"),
    "a deleted audit entry": lambda: (delete(first(AuditEntry)), "audit entry 1 is missing"),
    "the last audit entry": lambda: (delete(AuditEntry.objects.last()), "are missing: the head is"),
}
CORRUPTIONS = {
    "stock": STOCK,
    "orders": ORDERS,
    "money": MONEY,
    "parcels": PARCELS,
    "outbox": OUTBOX,
    "pages": PAGES,
    "audit": AUDIT,
}


def product_of(listing):
    return listing.product


def names(row) -> str:
    """How the report names this row."""
    number = row.pk
    return {
        Level: f"stock level {number} (", Allocation: f"allocation {number} (", OrderLine: f"order line {number} (",
        Event: f"payment event {number} ", Attempt: f"payment attempt {number} ", Refund: f"refund {number} of",
        ShipmentLine: f"shipment line {number} ", Message: f"outbox message {number} (", AuditEntry: "audit entr",
        Listing: f"listing {number}", Card: f"card {number} ", SearchRow: f"search row {number} ",
    }.get(type(row)) or (f"(id {number})" if isinstance(row, Order) else f"{row._meta.model_name} {number} (")  # fmt: skip


@pytest.mark.parametrize("where", CORRUPTIONS)
def test_what_was_changed_behind_the_shops_back_is_named_by_its_row(in_use, no_guards, where):
    unseen = {}
    for what, corrupt in CORRUPTIONS[where].items():
        with transaction.atomic():
            row, words = corrupt()
            found = problems()
            if not any(names(row) in problem and words in problem for problem in found):
                unseen[what] = found
            transaction.set_rollback(True)
    assert unseen == {}
    assert problems() == []


def test_a_shop_that_is_not_well_says_so_to_whoever_asked(in_use, no_guards):
    row = change(level(), on_hand=F("on_hand") + 1)
    code, text = run()
    assert code == 1
    assert f"      {names(row)}MUG at main): on_hand is 99, its movements say 98" in text.splitlines()
    assert re.search(r"^\d+ checks over .*: 1 problems$", text.strip().splitlines()[-1])
    code, text = run("verify_integrity", "--json")
    assert (code, json.loads(text)["ok"]) == (1, False)


def test_audit_verify_looks_at_chains_and_at_nothing_else(in_use, no_guards):
    change(level(), on_hand=0, allocated=0, held=0)
    assert run("audit_verify")[0] == 0
    event = change(by_card(kind="captured"), amount_minor=1)
    code, text = run("audit_verify", "--json")
    answer = json.loads(text)
    assert (code, answer["ok"]) == (1, False)
    assert f"payment event {event.pk} " in json.dumps(answer)


def test_many_wrong_rows_are_counted_and_the_first_are_named(mug, no_guards):
    for _ in range(25):
        VariantFactory()
    Level.objects.update(on_hand=F("on_hand") + 1)
    code, text = run()
    assert code == 1
    assert text.count("its movements say") == 20
    assert "and 6 more" in text


# --- The rules that are written twice ------------------------------------------------------------
def test_the_ledgers_state_in_sql_is_the_state_in_python(mug):
    order = place((mug, 1), payment=BY_TRANSFER)
    total = order.total_minor
    sums = itertools.product([0, total], [0, total // 2, total], [0, total], [0, total // 2])
    cases = itertools.product(sums, ["placed", "cancelled"], [False, True])
    for number, ((authorized, captured, voided, refunded_), lifecycle, promised) in enumerate(cases):
        gateway = "stripe" if number % 5 else "manual"
        case = Order.objects.get(pk=order.pk)
        case.pk, case.number, case.token, case.cart = None, f"n{number}", f"t{number}", None
        case.lifecycle = lifecycle
        case.save(force_insert=True)
        attempt = Attempt.objects.create(
            order=case,
            method="x",
            gateway=gateway,
            amount_minor=total,
            currency="EUR",
            idempotency_key=f"k{number}",
        )
        amounts = {"authorized": authorized, "captured": captured, "voided": voided, "refunded": refunded_}
        for kind, amount in amounts.items():
            if amount:
                append(attempt, kind, amount, f"{kind}{number}", timezone.now())
        if promised:
            append(attempt, Kind.PROMISED, total, f"promise{number}", timezone.now())
        orders.refresh_states(case)
    assert set(Order.objects.values_list("payment_state", flat=True)) >= set(Order.PaymentState.values)
    assert [problem for problem in problems() if "its ledger says" in problem] == []
    Order.objects.update(payment_state="x")
    assert len(list(states_check("orders are paid as the ledger says"))) == Order.objects.count()


def test_the_parcels_state_in_sql_is_the_state_in_python(mug):
    order = place((mug, 4), payment=BY_TRANSFER)
    line = order.lines.get()
    for number, states in enumerate(itertools.product([*Shipment.State.values, None], repeat=2)):
        case = Order.objects.get(pk=order.pk)
        case.pk, case.number, case.token, case.cart = None, f"n{number}", f"t{number}", None
        case.save(force_insert=True)
        kind = "digital" if number % 2 else "physical"
        own = OrderLine.objects.get(pk=line.pk)
        own.pk, own.order, own.kind = None, case, kind
        own.save(force_insert=True)
        for place_, state in enumerate(states, 1):
            if state:
                shipment = Shipment.objects.create(order=case, number=place_, state=state)
                ShipmentLine.objects.create(shipment=shipment, line=own, quantity=2)
        orders.refresh_states(case)
    assert set(Order.objects.values_list("fulfilment_state", flat=True)) >= set(Order.FulfilmentState.values)
    assert [problem for problem in problems() if "its parcels say" in problem] == []
    Order.objects.update(fulfilment_state="x")
    assert len(list(states_check("orders are fulfilled as their parcels say"))) == Order.objects.count()


def states_check(name):
    return next(each for each in checks() if each.name == name).run()


# --- While the shop goes on selling --------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_the_check_sees_one_moment_and_keeps_no_buyer_waiting(mug, run_together):
    with one_snapshot():
        before = Level.objects.get().held
        assert run_together(lambda number: inventory.hold(f"cart-{number}", {mug.pk: 1}), 3)
        assert Hold.objects.count() == 0
        assert Level.objects.get().held == before == 0
    assert Level.objects.get().held == 3


@pytest.mark.django_db(transaction=True)
def test_entries_that_are_added_while_the_chain_is_read_are_no_alarm(mug, run_together):
    audit.record("order.note", "order:1")
    outcomes = run_together(
        lambda number: problems() if number % 2 else audit.record("order.note", f"order:{number}").seq, 12
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert [outcome for outcome in outcomes[1::2] if outcome] == []


def test_pages_that_a_message_will_renew_are_not_wrong_yet(in_use, mug):
    inventory.hold("b-cart", {mug.pk: inventory.availability([mug])[mug.pk].free})
    assert Message.objects.filter(topic="catalog.stock_changed", state="waiting").exists()
    assert problems() == []
    outbox.drain()
    assert Listing.objects.get(product=mug.product).is_sold_out
    assert problems() == []
