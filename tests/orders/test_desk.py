"""The order desk: what waits where, one order's page, and two people at one order."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from inventory.models import Level
from orders import desk
from orders.models import Order, OrderNote
from shipping import actions as shipping
from shipping.models import Shipment
from shop.models import AuditEntry, Mail
from tests.factories import VariantFactory
from tests.shipping.ordering import BY_TRANSFER, at_the_counter, place

pytestmark = pytest.mark.django_db
QUEUE = "/admin/desk/"


@pytest.fixture
def staff(client):
    """Someone with all rights, signed in; returns the user."""
    user = User.objects.create_superuser("ines@forma.example", "not-a-secret", full_name="Ines Ferreira")
    client.force_login(user)
    return user


@pytest.fixture
def somebody(client):
    """Signs in a member of staff with these rights only: somebody("orders.view_order")."""

    def sign_in(*rights):
        user = User.objects.create_user("new@forma.example", "not-a-secret", is_staff=True)
        for right in rights:
            app, codename = right.split(".")
            user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        client.force_login(user)
        return user

    return sign_in


def page_of(order, part=""):
    return f"{QUEUE}{order.number}/{part}"


def posting(order, **answers):
    """What the order's page sends back: which state of the order it showed."""
    order.refresh_from_db()
    last = order.events.order_by("-id").first()
    return {"version": order.version, "seen": last.pk, **answers}


def numbers(response):
    return [row.number for row in response.context["page"].rows]


def pack_all(order):
    shipment = order.shipments.get(state=Shipment.State.PLANNED)
    return shipping.pack(shipment, {line.line_id: line.quantity for line in shipment.lines.all()})


# --- Who may come in -----------------------------------------------------------------------------
def test_shoppers_do_not_see_the_desk(client):
    order = place()
    for path in (
        QUEUE,
        page_of(order),
        page_of(order, "cancel/"),
        page_of(order, "refund/"),
        "/admin/mails/",
    ):
        response = client.get(path)
        assert response.status_code == 302
        assert "/login/" in response["Location"]


@pytest.mark.parametrize(
    ("right", "path"),
    [
        ("orders.view_order", "cancel/"),
        ("orders.view_order", "shipments/1/pack/"),
        ("orders.view_order", "shipments/1/ship/"),
        ("orders.change_order", "refund/"),
        ("orders.change_order", "paid/"),
        ("catalog.view_product", ""),
    ],
)
def test_each_action_needs_its_own_right(client, somebody, right, path):
    order = place()
    somebody(right)
    assert client.get(page_of(order, path)).status_code == 403


def test_the_page_shows_only_what_its_reader_may_do(client, somebody):
    order = place()
    somebody("orders.view_order")
    page = client.get(page_of(order)).content.decode()
    assert page_of(order, "cancel/") not in page
    assert 'name="text"' not in page


# --- The queue -----------------------------------------------------------------------------------
def test_each_order_waits_where_the_next_thing_is_to_be_done(client, staff):
    unpaid, to_pack, to_ship = place(payment=BY_TRANSFER), place(), place()
    pack_all(to_ship)
    problem = place()
    Order.objects.filter(pk=problem.pk).update(needs_review="payment:amount")
    lists = {view: set(numbers(client.get(QUEUE, {"view": view}))) for view in desk.VIEWS}
    assert lists["new"] == {unpaid.number}
    assert lists["pack"] == {to_pack.number, problem.number}
    assert lists["ship"] == {to_ship.number}
    assert lists["problems"] == {problem.number}
    assert lists["all"] == {order.number for order in Order.objects.all()}
    tabs = client.get(QUEUE, {"view": "all"}).context["tabs"]
    assert {tab.code: tab.count for tab in tabs} == {
        "new": "1",
        "pack": "2",
        "ship": "1",
        "problems": "1",
        "all": "",
    }


def test_a_part_shipped_order_waits_for_its_rest(client, staff):
    order = place((VariantFactory(), 2))
    line = order.lines.get()
    first = shipping.pack(order.shipments.get(), {line.pk: 1})
    shipping.ship(first, carrier="CTT", tracking_number="1")
    assert numbers(client.get(QUEUE, {"view": "pack"})) == [order.number]
    pack_all(order)
    assert numbers(client.get(QUEUE, {"view": "pack"})) == []
    assert numbers(client.get(QUEUE, {"view": "ship"})) == [order.number]


def test_the_nearest_promise_comes_first(client, staff):
    today = timezone.localdate()
    orders = [place() for _n in range(4)]
    days = [today + timedelta(days=3), today - timedelta(days=1), None, today]
    for order, day in zip(orders, days, strict=True):
        Order.objects.filter(pk=order.pk).update(promised_to=day)
    response = client.get(QUEUE, {"view": "pack"})
    assert numbers(response) == [orders[n].number for n in (1, 3, 0, 2)]
    page = response.content.decode()
    assert "Late, 1 day" in page
    assert "Today" in page


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("{number}", True),
        ("mira@example.com", True),
        ("MIRA@example.com", True),
        ("keller", True),
        ("Мира", False),
        ("99999999", False),
        ("mira@", False),
        ("'; DROP TABLE orders_order; --", False),
        ("(", False),
    ],
)
def test_orders_are_found_by_number_address_and_name(client, staff, query, is_found):
    order = place()
    response = client.get(QUEUE, {"view": "all", "q": query.format(number=order.number)})
    assert numbers(response) == ([order.number] if is_found else [])


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("?view=all&q=%00", 200),
        ("?view=all&country=%00", 200),
        ("?view=all&peek=%00", 200),
        ("%00/", 404),
        ("%00/cancel/", 404),
        ("%00/pack/", 404),
        ("%00/paid/", 404),
        ("%00/refund/", 404),
    ],
)
def test_odd_addresses_of_the_desk_get_clear_answers(client, staff, address, status):
    assert client.get(QUEUE + address).status_code == status


def test_names_are_found_whatever_the_case_in_any_script(client, staff):
    order = place(full_name="Анна Воронцова")
    assert numbers(client.get(QUEUE, {"view": "all", "q": "анна"})) == [order.number]


def test_filters_are_in_the_address_and_can_be_taken_away(client, staff):
    here, there = place(), place(country="ES")
    response = client.get(QUEUE, {"view": "all", "country": "es"})
    assert numbers(response) == [there.number]
    (chip,) = response.context["chips"]
    assert "Spain" in chip.label
    assert set(numbers(client.get(chip.url))) == {here.number, there.number}


def test_nonsense_in_the_address_is_left_alone(client, staff):
    order = place()
    response = client.get(QUEUE, {"view": "x", "page": "99999999999", "paid": "x", "due": "x", "peek": "x"})
    assert response.status_code == 200
    assert client.get(QUEUE, {"view": "all", "page": "-1"}).context["page"].number == 1
    assert numbers(client.get(QUEUE, {"view": "all", "page": "99999"})) == []
    assert client.get(page_of(order).replace(order.number, "10000000")).status_code == 404


def test_the_side_panel_shows_an_order_and_its_next_step(client, staff):
    order = place((VariantFactory(), 3))
    response = client.get(QUEUE, {"view": "pack", "peek": order.number})
    page = response.content.decode()
    assert "Pack 3 items" in page
    assert page_of(order, "shipments/1/pack/") in page


def test_the_queue_costs_the_same_for_few_and_many_orders(client, staff, count_queries):
    place()
    few = count_queries(client, f"{QUEUE}?view=pack")
    for _n in range(6):
        place((VariantFactory(), 1), (VariantFactory(), 2))
    assert count_queries(client, f"{QUEUE}?view=pack") == few


def test_the_list_in_the_admin_costs_the_same_for_few_and_many_orders(client, staff, count_queries):
    url = reverse("admin:orders_order_changelist")
    place()
    few = count_queries(client, url)
    for _n in range(6):
        place((VariantFactory(), 1), (VariantFactory(), 2))
    assert count_queries(client, url) == few


def test_a_page_holds_fifty(client, staff, monkeypatch):
    monkeypatch.setattr(desk, "PAGE_SIZE", 2)
    for _n in range(3):
        place()
    first = client.get(QUEUE, {"view": "all"})
    assert len(numbers(first)) == 2
    second = client.get(first.context["next_url"])
    assert len(numbers(second)) == 1
    assert second.context["next_url"] == ""
    assert set(numbers(first)).isdisjoint(numbers(second))


# --- Words ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 min"),
        (59, "59 min"),
        (60, "1 h"),
        (60 * 23, "23 h"),
        (60 * 27, "1 d 3 h"),
        (60 * 24 * 9, "9 d"),
    ],
)
def test_age_in_words(minutes, words):
    assert desk.age(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("ahead", "words", "tone"),
    [(-3, "Late, 3 days", "late"), (-1, "Late, 1 day", "late"), (0, "Today", "today"), (1, "Tomorrow", "")],
)
def test_a_promise_in_words(ahead, words, tone):
    today = date(2026, 11, 24)
    order = Order(promised_to=today + timedelta(days=ahead), confirmed_at=timezone.now())
    assert (desk.due(order, today).text, desk.due(order, today).tone) == (words, tone)


def test_what_has_left_or_is_not_paid_is_never_late():
    today, day = date(2026, 11, 24), date(2026, 11, 20)
    left = Order(promised_to=day, confirmed_at=timezone.now(), fulfilment_state=Order.FulfilmentState.SHIPPED)
    assert desk.due(left, today).tone == desk.due(Order(promised_to=day), today).tone == ""


# --- The page of an order ------------------------------------------------------------------------
def test_the_page_tells_the_whole_story(client, staff):
    order = place()
    pack_all(order)
    client.post(page_of(order, "note/"), {"text": "Glass, <b>careful</b>."})
    page = client.get(page_of(order)).content.decode()
    assert "Order placed in the shop" in page
    assert "Packed parcel 1, 1 item" in page
    assert "Glass, &lt;b&gt;careful&lt;/b&gt;." in page
    assert "Ines Ferreira" in page
    assert "Mira Keller" in page
    assert "Lisboa" in page


def test_the_next_allowed_action_is_the_only_primary_button(client, staff):
    order = place((VariantFactory(), 2))
    for words in ("Pack 2 items", "Ship 2 items"):
        page = client.get(page_of(order)).content.decode()
        assert page.count('data-variant="primary"') == 1
        assert words in page
        if words.startswith("Pack"):
            pack_all(order)
    shipping.ship(order.shipments.get(), carrier="CTT", tracking_number="1")
    assert 'data-variant="primary"' not in client.get(page_of(order)).content.decode()


def test_the_page_costs_the_same_for_few_and_many_lines(client, staff, count_queries):
    small, large = place((VariantFactory(), 1)), place(*[(VariantFactory(), 1) for _n in range(6)])
    assert count_queries(client, page_of(small)) == count_queries(client, page_of(large))


def test_a_note_is_written_down_with_its_author(client, staff):
    order = place()
    response = client.post(page_of(order, "note/"), {"text": "Ring twice."})
    assert (response.status_code, response["Location"]) == (303, page_of(order) + "#story")
    note = OrderNote.objects.get()
    assert (note.author, note.text) == (staff, "Ring twice.")
    assert AuditEntry.objects.filter(action="order.note", actor=staff).exists()


def test_an_empty_note_is_told_so(client, staff):
    order = place()
    response = client.post(page_of(order, "note/"), {"text": "  "})
    assert response.status_code == 422
    assert "Write the note first." in response.content.decode()


def test_a_problem_is_shown_and_can_be_settled(client, staff):
    order = place()
    Order.objects.filter(pk=order.pk).update(needs_review="payment:amount")
    assert "The amount paid is not the amount of the order." in client.get(page_of(order)).content.decode()
    client.post(page_of(order, "reviewed/"), posting(order))
    order.refresh_from_db()
    assert order.needs_review == ""
    assert order.events.get(kind="reviewed").actor == staff
    assert AuditEntry.objects.filter(action="order.reviewed", actor=staff).exists()


# --- Packing and sending from pages --------------------------------------------------------------
def test_staff_pack_a_part_then_ship_it(client, staff):
    order = place((VariantFactory(), 2))
    line = order.lines.get()
    response = client.post(page_of(order, "shipments/1/pack/"), posting(order, **{f"line-{line.pk}": "1"}))
    assert (response.status_code, response["Location"]) == (303, page_of(order))
    response = client.post(
        page_of(order, "shipments/1/ship/"), posting(order, carrier="CTT", tracking_number="RR1PT")
    )
    assert response.status_code == 303
    first, second = order.shipments.all()
    assert (first.state, first.tracking_number, second.state) == ("shipped", "RR1PT", "planned")
    page = client.get(page_of(order)).content.decode()
    assert "Parcel 1 given to CTT" in page
    assert "Pack 1 item" in page


@pytest.mark.parametrize("quantity", ["0", "3", "-1", "1.5", "", "x", "1e9", "٣"])
def test_a_wrong_quantity_keeps_the_form_and_packs_nothing(client, staff, quantity):
    order = place((VariantFactory(), 2))
    line = order.lines.get()
    response = client.post(
        page_of(order, "shipments/1/pack/"), posting(order, **{f"line-{line.pk}": quantity})
    )
    assert response.status_code in (409, 422)
    assert order.shipments.get().state == Shipment.State.PLANNED


def test_a_parcel_without_a_carrier_stays(client, staff):
    order = place()
    pack_all(order)
    response = client.post(
        page_of(order, "shipments/1/ship/"), posting(order, carrier="", tracking_number="")
    )
    assert response.status_code == 422
    assert order.shipments.get().state == Shipment.State.PACKED


def test_a_pick_up_is_made_ready_and_handed_over(client, staff):
    order = place(delivery=at_the_counter())
    pack_all(order)
    assert "Ready for pick-up" in client.get(page_of(order)).content.decode()
    client.post(page_of(order, "shipments/1/ready/"), posting(order))
    assert "Hand over 1 item" in client.get(page_of(order)).content.decode()
    client.post(page_of(order, "shipments/1/hand-over/"), posting(order))
    order.refresh_from_db()
    assert order.fulfilment_state == Order.FulfilmentState.DELIVERED


def test_a_parcel_is_marked_as_delivered(client, staff):
    order = place()
    shipping.ship(pack_all(order), carrier="CTT", tracking_number="1")
    client.post(page_of(order, "shipments/1/delivered/"), posting(order))
    assert order.shipments.get().state == Shipment.State.DELIVERED


def test_the_packing_slip_is_in_the_customers_language_without_prices(client, staff):
    order = place((VariantFactory(), 2), language="ru")
    page = client.get(page_of(order, "shipments/1/slip/")).content.decode()
    assert '<html lang="ru"' in page
    assert order.lines.get().sku in page
    assert "Mira Keller" in page
    assert "€" not in page


def test_what_changes_something_refuses_to_be_looked_at(client, staff):
    order = place()
    for path in (
        "note/",
        "reviewed/",
        "shipments/1/ready/",
        "shipments/1/hand-over/",
        "shipments/1/delivered/",
    ):
        assert client.get(page_of(order, path)).status_code == 405


# --- Cancelling and money ------------------------------------------------------------------------
def test_cancelling_says_what_will_happen_and_does_it(client, staff):
    order = place((VariantFactory(), 2))
    page = client.get(page_of(order, "cancel/")).content.decode()
    assert "2 reserved units go back on sale." in page
    assert "mira@example.com gets a mail." in page
    response = client.post(
        page_of(order, "cancel/"), posting(order, reason="staff", note="Broken in the store.")
    )
    assert response.status_code == 303
    order.refresh_from_db()
    assert (order.lifecycle, order.cancel_reason) == ("cancelled", "staff")
    assert Level.objects.get(variant=order.lines.get().variant).allocated == 0
    assert order.notes.get().text == "Broken in the store."
    assert AuditEntry.objects.filter(action="order.cancel", actor=staff).exists()


def test_what_has_left_cannot_be_cancelled(client, staff):
    order = place()
    shipping.ship(pack_all(order), carrier="CTT", tracking_number="1")
    response = client.post(page_of(order, "cancel/"), posting(order, reason="staff"))
    assert response.status_code == 409
    order.refresh_from_db()
    assert order.lifecycle == "placed"


def test_a_transfer_is_written_down_once_however_often_it_is_pressed(client, staff):
    order = place(payment=BY_TRANSFER)
    form = client.get(page_of(order, "paid/")).context["form"]
    answers = posting(order, key=form["key"].value(), amount=form["amount"].value())
    assert client.post(page_of(order, "paid/"), answers).status_code == 303
    assert client.post(page_of(order, "paid/"), answers).status_code == 303
    order.refresh_from_db()
    assert order.payment_state == Order.PaymentState.PAID
    assert order.shipments.count() == 1
    assert order.events.filter(kind="payment_captured").count() == 1


@pytest.mark.parametrize("amount", ["", "0", "-5", "abc", "1.234", "1e5", "NaN", "9" * 19])
def test_a_wrong_amount_is_not_written_down(client, staff, amount):
    order = place(payment=BY_TRANSFER)
    response = client.post(page_of(order, "paid/"), posting(order, key="a-key", amount=amount))
    assert response.status_code == 422
    order.refresh_from_db()
    assert order.payment_state == Order.PaymentState.AWAITING


def test_the_whole_order_is_refunded_once(client, staff):
    order = place(payment=BY_TRANSFER)
    client.post(page_of(order, "paid/"), posting(order, key="paid", amount="27,90"))
    response = client.get(page_of(order, "refund/"))
    assert "Refund €27.90" in response.content.decode()
    answers = posting(order, key="back", amount_minor="2790", reason="damaged")
    for _press in range(2):
        assert client.post(page_of(order, "refund/"), answers).status_code == 303
    order.refresh_from_db()
    assert order.payment_state == Order.PaymentState.REFUNDED
    assert order.events.filter(kind="refund_requested").count() == 1
    assert "€27.90 went back to you." in client.get(order.get_absolute_url()).content.decode()


def test_more_than_was_paid_is_not_refunded(client, staff):
    order = place(payment=BY_TRANSFER)
    client.post(page_of(order, "paid/"), posting(order, key="paid", amount="27.90"))
    for amount in ("2791", "0", "-1", "x", "99999999999999999999"):
        response = client.post(
            page_of(order, "refund/"), posting(order, key=f"k{amount}", amount_minor=amount, reason="damaged")
        )
        assert response.status_code == 409
    order.refresh_from_db()
    assert order.payment_state == Order.PaymentState.PAID


# --- Two people at one order ---------------------------------------------------------------------
def test_an_old_page_cannot_overwrite_and_says_who_changed_what(client, staff):
    order = place((VariantFactory(), 2))
    old = posting(order, reason="staff")
    other = User.objects.create_superuser("jonas@forma.example", "not-a-secret", full_name="Jonas Weiss")
    shipment = order.shipments.get()
    shipping.pack(shipment, {order.lines.get().pk: 2}, actor=other)
    response = client.post(page_of(order, "cancel/"), old)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Jonas Weiss" in page
    assert "Packed parcel 1, 2 items" in page
    order.refresh_from_db()
    assert order.lifecycle == "placed"


def test_a_button_pressed_twice_leads_to_the_order(client, staff):
    order = place((VariantFactory(), 2))
    answers = posting(order, **{f"line-{order.lines.get().pk}": "2"})
    for _press in range(2):
        response = client.post(page_of(order, "shipments/1/pack/"), answers)
        assert (response.status_code, response["Location"]) == (303, page_of(order))
    assert order.events.filter(kind="packed").count() == 1


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 40])
def test_a_page_that_does_not_say_what_it_showed_is_old(client, staff, seen):
    order = place()
    response = client.post(page_of(order, "cancel/"), {"version": "0", "seen": seen, "reason": "staff"})
    assert response.status_code == 409


# --- Home, mails, outbox -------------------------------------------------------------------------
def test_home_counts_what_is_to_be_done(client, staff):
    place()
    pack_all(place())
    late = place(payment=BY_TRANSFER)
    Order.objects.filter(pk=late.pk).update(placed_at=timezone.now() - timedelta(hours=25))
    page = client.get("/admin/").content.decode()
    for words in ("To pack", "To ship", "Unpaid over 24 h", "Low stock", "Failed messages", late.number):
        assert words in page


def test_home_costs_the_same_for_few_and_many_orders(client, staff, count_queries):
    place()
    few = count_queries(client, "/admin/")
    for _n in range(5):
        place()
    assert count_queries(client, "/admin/") == few


def test_home_shows_nothing_its_reader_may_not_see(client, somebody):
    order = place()
    somebody("catalog.view_product")
    page = client.get("/admin/").content.decode()
    assert order.number not in page
    assert "To pack" not in page


def test_a_mail_is_read_in_a_frame_that_can_do_nothing(client, staff):
    mail = Mail.objects.create(
        dedupe="a", kind="shipped", language="en", recipient="mira@example.com", subject="On its way",
        text="Hello", html="<p>Hello</p><script>alert(1)</script>", message_id="<a@b>", state="sent",
    )  # fmt: skip
    page = client.get(reverse("shop:mail", args=[mail.pk])).content.decode()
    assert "On its way" in page
    assert 'sandbox="allow-popups"' in page
    assert "alert(1)" not in page
    frame = client.get(reverse("shop:mail_html", args=[mail.pk]))
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in frame["Cache-Control"]


def test_mails_are_found_by_order_and_address(client, staff):
    for number in ("111", "222"):
        Mail.objects.create(
            dedupe=number, kind="shipped", language="en", recipient=f"m{number}@example.com", subject=f"Order {number}",
            text="", html="", message_id=number, order_number=number,
        )  # fmt: skip
    for query in ("111", "m111@example.com"):
        page = client.get("/admin/mails/", {"q": query}).content.decode()
        assert "Order 111" in page
        assert "Order 222" not in page
