"""What does this cost: exact to the last minor unit, whatever the order, the currency and the taxes."""

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.calculator import Delivery, Item, Rate, Snapshot, calculate
from shop.money import Money, divide_rounded

VAT = Rate(230_000, "VAT")
RATES = {"standard": VAT, "reduced": Rate(60_000, "VAT"), "digital": Rate(88_750, "Tax"), "none": Rate(0)}


def price(*items, **facts):
    return calculate(Snapshot("EUR", items, RATES, **facts))


def item(unit=2400, quantity=1, tax_class="standard", key="MUG"):
    return Item(key, unit, quantity, tax_class)


items = st.lists(
    st.builds(
        Item,
        key=st.uuids().map(str),
        unit_minor=st.integers(0, 10**8),
        quantity=st.integers(1, 999),
        tax_class=st.sampled_from([*RATES, "unknown"]),
    ),
    max_size=12,
)
deliveries = st.none() | st.builds(
    Delivery,
    label=st.just("Standard"),
    fee_minor=st.integers(0, 10**6),
    tax_class=st.sampled_from(list(RATES)),
)
snapshots = st.builds(
    Snapshot,
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    items=items,
    rates=st.dictionaries(
        st.sampled_from(list(RATES)), st.builds(Rate, st.integers(0, 1_000_000), st.just("VAT"))
    ),
    tax_included=st.booleans(),
    delivery=deliveries,
)


# --- What always holds ---------------------------------------------------------------------------
@given(snapshots)
def test_lines_tax_and_delivery_are_the_total(snapshot):
    quote = calculate(snapshot)
    fee = quote.delivery_fee.minor if quote.delivery_fee else 0
    assert quote.total.minor == quote.subtotal.minor + fee + quote.added_tax.minor
    nets = sum(line.tax.net_minor for line in quote.lines) + (
        quote.delivery_tax.net_minor if quote.delivery_tax else 0
    )
    assert quote.total.minor == nets + quote.tax.minor
    assert quote.tax.minor == sum(part.tax_minor for part in quote.taxes)


@given(snapshots)
def test_nothing_is_ever_negative(snapshot):
    quote = calculate(snapshot)
    amounts = [quote.total.minor, quote.subtotal.minor, quote.tax.minor, quote.added_tax.minor]
    amounts += [part.net_minor for part in quote._parts()] + [part.tax_minor for part in quote._parts()]
    assert min(amounts) >= 0


@given(snapshots)
def test_the_same_cart_costs_the_same_again(snapshot):
    assert calculate(snapshot) == calculate(snapshot)
    assert calculate(snapshot).trace == calculate(snapshot).trace


@given(snapshots, st.integers(0, 99))
def test_the_order_of_the_lines_changes_no_amount(snapshot, seed):
    shuffled = list(snapshot.items)
    random.Random(seed).shuffle(shuffled)
    other = Snapshot(snapshot.currency, shuffled, snapshot.rates, snapshot.tax_included, snapshot.delivery)
    quote, again = calculate(snapshot), calculate(other)
    assert (quote.total, quote.tax, quote.taxes) == (again.total, again.tax, again.taxes)
    assert all(quote.line(line.key) == line for line in again.lines)


@given(snapshots)
def test_each_tax_is_the_rate_of_its_amount_to_half_a_unit(snapshot):
    for part in calculate(snapshot)._parts():
        base = part.net_minor + (part.tax_minor if snapshot.tax_included else 0)
        share = Fraction(part.millionths, 1_000_000 + (part.millionths if snapshot.tax_included else 0))
        assert abs(part.tax_minor - base * share) <= Fraction(1, 2)


@given(snapshots)
def test_with_tax_included_the_shopper_pays_what_the_page_shows(snapshot):
    quote = calculate(Snapshot(snapshot.currency, snapshot.items, snapshot.rates, True, snapshot.delivery))
    shown = sum(item.unit_minor * item.quantity for item in snapshot.items)
    assert quote.total.minor == shown + (snapshot.delivery.fee_minor if snapshot.delivery else 0)
    assert not quote.added_tax


@given(snapshots)
def test_one_more_line_never_makes_it_cheaper(snapshot):
    more = Snapshot(
        snapshot.currency,
        [*snapshot.items, item(key="more")],
        snapshot.rates,
        snapshot.tax_included,
        snapshot.delivery,
    )
    assert calculate(snapshot).total < calculate(more).total


@given(snapshots)
def test_the_trace_says_why_for_every_line_and_the_delivery(snapshot):
    quote = calculate(snapshot)
    assert len(quote.trace) == len(snapshot.items) + (1 if snapshot.delivery else 0)


# --- Figures -------------------------------------------------------------------------------------
def test_tax_within_the_price():
    quote = price(item(2400, 2), delivery=Delivery("Standard", 390, "standard"))
    assert (quote.subtotal, quote.total) == (Money(4800, "EUR"), Money(5190, "EUR"))
    assert quote.tax.minor == 898 + 73
    assert quote.line("MUG").tax.net_minor == 3902


def test_tax_on_top_of_the_price():
    quote = price(item(2400, 2), tax_included=False, delivery=Delivery("Standard", 390, "none"))
    assert (quote.subtotal.minor, quote.added_tax.minor, quote.total.minor) == (4800, 1104, 6294)


def test_taxes_are_summed_by_rate_the_highest_first():
    quote = price(
        item(1000), item(1000, key="b"), item(500, tax_class="reduced", key="c"), item(1, tax_class="none")
    )
    assert [(part.millionths, part.tax_minor) for part in quote.taxes] == [(230_000, 374), (60_000, 28)]


def test_a_class_without_a_rate_here_pays_nothing():
    quote = price(item(tax_class="books"))
    assert (quote.tax.minor, quote.total.minor, quote.taxes) == (0, 2400, [])


def test_an_empty_cart_costs_nothing():
    quote = price()
    assert (quote.total, quote.tax, quote.delivery_fee) == (Money(0, "EUR"), Money(0, "EUR"), None)


def test_case_14_a_price_with_added_tax_and_shipping():
    """24.99 + 10.75 % tax + 6.44 shipping."""
    snapshot = Snapshot(
        "USD",
        [Item("a", 2499, 1, "standard")],
        {"standard": Rate(107_500, "Tax")},
        False,
        Delivery("x", 644, "none"),
    )
    quote = calculate(snapshot)
    assert (quote.added_tax.minor, quote.total.minor) == (269, 2499 + 269 + 644)


def test_case_14_thousandths_are_a_currency_of_their_own():
    """3 x 0.335: exact in dinars, and no price at all in euros, which have no half cents."""
    quote = calculate(Snapshot("KWD", [Item("a", 335, 3, "none")], RATES))
    assert quote.total == Money(1005, "KWD")
    off = divide_rounded(quote.total.minor, 10)
    assert Money(off, "KWD").split([335, 335, 335]) == [Money(34, "KWD"), Money(34, "KWD"), Money(33, "KWD")]


def test_case_17_seven_lines_of_small_change():
    """3 x 0.10 with 8.875 % over seven lines: rounded once a line, so the lines add up to the total."""
    quote = calculate(
        Snapshot("USD", [Item(str(n), 10, 3, "digital") for n in range(7)], RATES, tax_included=False)
    )
    assert {line.tax.tax_minor for line in quote.lines} == {3}
    assert (quote.subtotal.minor, quote.tax.minor, quote.total.minor) == (210, 21, 231)


def test_yen_have_no_cents():
    quote = calculate(Snapshot("JPY", [Item("a", 9899, 1, "standard")], {"standard": Rate(100_000, "CT")}))
    assert (quote.total, quote.tax.minor) == (Money(9899, "JPY"), 900)


@pytest.mark.parametrize(("unit", "quantity"), [(-1, 1), (100, 0), (100, -1)])
def test_what_cannot_be_sold_cannot_be_priced(unit, quantity):
    with pytest.raises(ValueError, match="cannot be priced"):
        price(item(unit, quantity))


def test_a_delivery_never_costs_less_than_nothing():
    with pytest.raises(ValueError, match="negative"):
        price(item(), delivery=Delivery("x", -1, "standard"))
