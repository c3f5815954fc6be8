"""What delivery costs and promises, from the tables."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from catalog.signals import delivery_promise_wanted
from orders.basket import Basket
from orders.models import Cart
from orders.signals import ask, delivery_countries_wanted, delivery_quotes_wanted
from shipping import demo
from shipping.models import Method, WeightRate
from shipping.quotes import Parcel, quotes
from shop.money import Money
from shop.versions import forget
from tests.factories import LevelFactory, LocationFactory, ProductFactory, TaxRateFactory, VariantFactory
from tests.shipping.ordering import make_method

pytestmark = pytest.mark.django_db
LISBON = ZoneInfo("Europe/Lisbon")
TUESDAY_MORNING = datetime(2026, 11, 24, 9, tzinfo=LISBON)
TUESDAY_EVENING = datetime(2026, 11, 24, 18, tzinfo=LISBON)


def quote(weight_g=340, goods=2400, country="PT", now=TUESDAY_MORNING, ready_on=None):
    return quotes(Parcel(country, weight_g, Money(goods, "EUR"), ready_on), now=now)


def fees(**parcel):
    return {made.code: made.fee.minor for made in quote(**parcel)}


def basket_of(*goods, **facts):
    TaxRateFactory()
    cart = Cart.objects.create(currency="EUR", language="en", country="PT", **facts)
    for variant, quantity in goods:
        cart.lines.create(variant=variant, quantity=quantity, seen_unit_minor=2400)
    return Basket.of(cart)


def offered(basket, country="PT", now=TUESDAY_MORNING):
    return ask(delivery_quotes_wanted, basket=basket, country=country, now=now)


def test_the_first_rate_that_takes_the_weight_is_charged():
    make_method(rates={2000: 390, 5000: 490})
    assert [fees(weight_g=weight)["standard"] for weight in (0, 2000, 2001, 5000)] == [390, 390, 490, 490]


def test_a_parcel_too_heavy_for_a_method_is_not_offered_it():
    make_method(rates={2000: 390})
    make_method("express", rates={10_000: 990})
    assert fees(weight_g=2001) == {"express": 990}
    assert fees(weight_g=10_001) == {}


def test_delivery_is_free_from_an_amount_of_goods():
    make_method(free_from_minor=9000)
    assert fees(goods=8999) == {"standard": 390}
    assert fees(goods=9000) == {"standard": 0}


def test_a_country_that_no_zone_lists_gets_nothing():
    make_method(countries=("PT", "ES"))
    assert fees(country="AQ") == {}
    assert fees(country="") == {}
    assert fees(country="ES") == {"standard": 390}


def test_another_currency_and_a_method_out_of_use_are_not_offered():
    make_method(is_active=False)
    make_method("dollars", currency="USD")
    assert fees() == {}


def test_a_quote_promises_days_and_says_until_when_it_leaves_today():
    make_method(cutoff=time(14, 0))
    with translation.override("en"):
        morning, evening = quote()[0], quote(now=TUESDAY_EVENING)[0]
    assert (morning.promised_from, morning.promised_to) == (date(2026, 11, 25), date(2026, 11, 27))
    assert (evening.promised_from, evening.promised_to) == (date(2026, 11, 26), date(2026, 11, 30))
    assert "2 p.m." in morning.note
    assert evening.note == ""


def test_express_arrives_the_next_working_day():
    make_method("express", min_days=1, max_days=1, cutoff=time(14, 0))
    assert quote()[0].promised_to == date(2026, 11, 25)
    assert quote(now=TUESDAY_EVENING)[0].promised_to == date(2026, 11, 26)


def test_a_pick_up_names_its_place_and_day():
    place = LocationFactory(
        code="showroom", is_pickup=True, address={"en": "Rua A 1"}, pickup_hours={"en": "Mon–Fri 10–18"}
    )
    make_method("pickup", kind=Method.Kind.PICKUP, location=place, cutoff=time(17, 0))
    made = quote()[0]
    assert made.is_pickup
    assert made.note == "Rua A 1. Mon–Fri 10–18"
    assert made.promised_from == made.promised_to == date(2026, 11, 24)


def test_the_shop_ships_where_an_active_method_goes():
    make_method(countries=("PT", "ES"))
    make_method("closed", countries=("US",), is_active=False)
    assert ask(delivery_countries_wanted) == ["ES", "PT"]


# --- Baskets -------------------------------------------------------------------------------------
def test_a_basket_is_weighed_by_its_physical_goods():
    make_method(rates={680: 390, 2000: 590})
    mug = VariantFactory(weight_g=340)
    guide = VariantFactory(weight_g=5000, product=ProductFactory(kind="digital", variant=None))
    assert [made.fee.minor for made in offered(basket_of((mug, 2), (guide, 1)))] == [390]


@pytest.mark.parametrize(
    ("kind", "label"),
    [("digital", "Sent by e-mail"), ("gift_card", "Sent by e-mail"), ("service", "Nothing to ship")],
)
def test_what_needs_no_parcel_has_one_way_to_travel(kind, label):
    make_method()
    variant = VariantFactory(product=ProductFactory(kind=kind, variant=None))
    with translation.override("en"):
        (made,) = offered(basket_of((variant, 1)))
    assert (made.code, made.label, made.fee) == ("none", label, Money(0, "EUR"))
    assert made.promised_to is None


def test_a_country_we_do_not_ship_to_still_gets_a_file():
    guide = VariantFactory(product=ProductFactory(kind="digital", variant=None))
    assert [made.code for made in offered(basket_of((guide, 1)), country="AQ")] == ["none"]


def test_back_ordered_goods_move_the_promise(time_machine):
    time_machine.move_to(TUESDAY_MORNING, tick=False)
    make_method(cutoff=time(14, 0))
    vase = VariantFactory(stock_policy="backorder", lead_days=21, level=None)
    LevelFactory(variant=vase, on_hand=1, backorder_limit=10)
    assert offered(basket_of((vase, 1)))[0].promised_from == date(2026, 11, 25)
    # The second vase is on order: 21 days from now is 15 December, a working day.
    assert offered(basket_of((vase, 2)))[0].promised_from == date(2026, 12, 16)


def test_a_pick_up_is_ready_at_once_where_its_counter_has_the_goods_and_later_where_not(time_machine):
    time_machine.move_to(TUESDAY_MORNING, tick=False)
    showroom = LocationFactory(code="showroom", is_pickup=True)
    make_method("pickup", kind=Method.Kind.PICKUP, location=showroom, cutoff=time(17, 0), rates={9000: 0})
    mug, bowl = VariantFactory(), VariantFactory()
    LevelFactory(variant=mug, location=showroom, on_hand=2)

    here, (too_many,), (not_here,) = (
        offered(basket_of(*goods)) for goods in ([(mug, 2)], [(mug, 3)], [(mug, 1), (bowl, 1)])
    )

    assert [made.location_id for made in here] == [showroom.pk]
    assert here[0].promised_to == date(2026, 11, 24)
    assert "bring" not in here[0].note
    assert too_many.promised_to == not_here.promised_to == date(2026, 11, 26)
    assert "bring" in not_here.note


def test_a_pre_order_leaves_on_its_day(time_machine):
    time_machine.move_to(TUESDAY_MORNING, tick=False)
    make_method(cutoff=time(14, 0))
    lamp = VariantFactory(stock_policy="preorder", preorder_at=date(2027, 1, 8), level=None)
    LevelFactory(variant=lamp, on_hand=0, backorder_limit=10)
    assert offered(basket_of((lamp, 1)))[0].promised_from == date(2027, 1, 11)  # Friday, and a day's travel


# --- The promise on every page -------------------------------------------------------------------
def test_pages_may_say_when_goods_in_stock_arrive_and_until_when_that_holds():
    make_method("pickup", kind=Method.Kind.PICKUP, location=LocationFactory(), position=0)
    make_method(cutoff=time(14, 0), free_from_minor=9000, position=1)
    ((_receiver, made),) = delivery_promise_wanted.send(
        sender=None, country="PT", currency="EUR", now=TUESDAY_MORNING
    )
    assert (made.earliest, made.latest) == (date(2026, 11, 25), date(2026, 11, 27))
    assert made.changes_at == datetime(2026, 11, 24, 14, tzinfo=LISBON)
    assert made.free_from == Money(9000, "EUR")


def test_after_the_cut_off_the_promise_holds_until_midnight():
    make_method(cutoff=time(14, 0))
    ((_receiver, made),) = delivery_promise_wanted.send(
        sender=None, country="PT", currency="EUR", now=TUESDAY_EVENING
    )
    assert made.changes_at == datetime(2026, 11, 25, 0, tzinfo=LISBON)


def test_quoting_costs_the_same_for_few_and_many_methods():
    def queries():
        forget()
        with CaptureQueriesContext(connection) as captured:
            quote()
        return len(captured)

    make_method()
    few = queries()
    for number in range(10):
        make_method(f"way-{number}")
    assert queries() == few
    with CaptureQueriesContext(connection) as captured:
        assert len(quote()) == 11
    assert len(captured) == 1  # whether the tables are still the same


def test_a_changed_table_holds_for_the_next_quote():
    method = make_method()
    assert fees() == {"standard": 390}
    rate = method.rates.get()
    rate.fee_minor = 490
    rate.save()
    assert fees() == {"standard": 490}


# --- The demo's tables ---------------------------------------------------------------------------
def test_the_demo_tables_are_the_same_loaded_twice():
    LocationFactory(code="showroom", is_pickup=True)
    catalogue = {"store": {"default_currency": "EUR"}}
    demo.load(catalogue)
    before = list(Method.objects.values()), list(WeightRate.objects.values())
    demo.load(catalogue)
    assert (list(Method.objects.values()), list(WeightRate.objects.values())) == before
    assert [made.code for made in quote()] == ["standard", "express", "pickup"]
    assert {made.code for made in quote(country="DE")} == {"standard", "express"}
    assert fees(country="RU") == {"standard": 1690}
    assert fees(country="AQ") == {}


def test_the_demo_saves_only_what_differs():
    LocationFactory(code="showroom", is_pickup=True)
    demo.load({})
    WeightRate.objects.filter(max_weight_g=2000, method__code="express", method__zone__code="eu").update(
        fee_minor=1
    )
    Method.objects.filter(code="standard", zone__code="world").update(carrier="Other")

    with CaptureQueriesContext(connection) as captured:
        demo.load({})

    written = [query["sql"] for query in captured if query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]
    assert len([statement for statement in written if "shipping_" in statement]) == 2
    assert (
        WeightRate.objects.get(max_weight_g=2000, method__code="express", method__zone__code="eu").fee_minor
        == 1490
    )
    assert Method.objects.get(code="standard", zone__code="world").carrier == "CTT"
