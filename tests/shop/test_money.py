"""Money is whole minor units: nothing is lost in adding, splitting, rounding, reading or writing."""

from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from shop.errors import CurrencyMismatch
from shop.money import Money, divide_rounded, exponent, format_money, parse_minor, split_minor

amounts = st.integers(-(10**12), 10**12)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=30)
currencies = st.sampled_from(["EUR", "USD", "RUB", "JPY", "KWD", "HUF"])
NBSP = "\u00a0"


def euros(minor):
    return Money(minor, "EUR")


# --- Adding --------------------------------------------------------------------------------------
def test_amounts_of_one_currency_add_up():
    assert euros(1) + euros(2) - euros(5) == euros(-2)
    assert euros(335) * 3 == euros(1005)
    assert -euros(5) == euros(-5)
    assert euros(1) < euros(2) <= euros(2) < euros(3)
    assert not euros(0)
    assert euros(-1)


@pytest.mark.parametrize(
    "act", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a <= b]
)
def test_two_currencies_never_meet_in_one_sum(act):
    with pytest.raises(CurrencyMismatch):
        act(euros(1), Money(1, "USD"))
    assert euros(1) != Money(1, "USD")


@pytest.mark.parametrize("factor", [1.5, "2", None])
def test_money_is_multiplied_by_whole_numbers_only(factor):
    with pytest.raises(TypeError):
        euros(100) * factor


# --- Splitting -----------------------------------------------------------------------------------
@given(amounts, weights)
def test_shares_add_up_to_the_whole(amount, weights):
    assert sum(split_minor(amount, weights)) == amount


@given(amounts, weights.filter(any))
def test_no_share_is_off_by_a_whole_unit(amount, weights):
    for share, weight in zip(split_minor(amount, weights), weights, strict=True):
        assert abs(share - Fraction(amount * weight, sum(weights))) < 1


@given(amounts, weights)
def test_who_weighs_nothing_gets_nothing_unless_nobody_weighs_anything(amount, weights):
    shares = split_minor(amount, weights)
    if any(weights):
        assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)
    else:
        assert shares == [amount] + [0] * (len(weights) - 1)


@given(amounts, weights, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_nobodys_share_by_more_than_a_tie(amount, weights, chance):
    order = list(range(len(weights)))
    chance.shuffle(order)
    shuffled = split_minor(amount, [weights[i] for i in order])
    if any(weights):
        assert sorted(zip([weights[i] for i in order], shuffled, strict=True)) == sorted(
            zip(weights, split_minor(amount, weights), strict=True)
        )


@given(amounts, weights)
def test_a_refund_is_split_as_the_charge_was(amount, weights):
    assert split_minor(-amount, weights) == [-share for share in split_minor(amount, weights)]


def test_ties_go_to_the_earlier_share():
    assert split_minor(100, [1, 1, 1]) == [34, 33, 33]
    assert split_minor(2, [1, 1, 1]) == [1, 1, 0]
    assert euros(1000).split([1, 2]) == [euros(333), euros(667)]


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_what_cannot_be_split_is_refused(weights):
    with pytest.raises(ValueError, match="Weights"):
        split_minor(1, weights)


# --- Rounding ------------------------------------------------------------------------------------
@given(st.integers(-(10**15), 10**15), st.integers(-(10**9), 10**9).filter(bool))
def test_halves_are_rounded_away_from_zero_and_the_rest_to_the_nearest(numerator, denominator):
    exact = Fraction(numerator, denominator)
    rounded = divide_rounded(numerator, denominator)
    assert abs(rounded - exact) <= Fraction(1, 2)
    if abs(rounded - exact) == Fraction(1, 2):
        assert abs(rounded) > abs(exact)


@pytest.mark.parametrize(("numerator", "rounded"), [(5, 1), (4, 0), (-5, -1), (-4, 0), (15, 2), (25, 3)])
def test_no_bankers_rounding(numerator, rounded):
    assert divide_rounded(numerator, 10) == rounded


# --- Reading and writing -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("currency", "digits"),
    [("EUR", 2), ("USD", 2), ("RUB", 2), ("JPY", 0), ("KWD", 3), ("HUF", 2), ("ISK", 0)],
)
def test_each_currency_has_its_own_smallest_unit(currency, digits):
    assert exponent(currency) == digits


@pytest.mark.parametrize(
    ("minor", "currency", "language", "text"),
    [
        (2400, "EUR", "en", "€24"),
        (2450, "EUR", "en", "€24.50"),
        (5, "EUR", "en", "€0.05"),
        (123456789, "EUR", "en", "€1,234,567.89"),
        (2450, "EUR", "ru", f"24,50{NBSP}€"),
        (498000, "RUB", "ru", f"4{NBSP}980{NBSP}₽"),
        (9899, "JPY", "en", "¥9,899"),
        (1005, "KWD", "en", "KWD1.005"),
        (-2450, "EUR", "en", "−€24.50"),
        (0, "EUR", "en", "€0"),
    ],
)
def test_amounts_are_written_as_the_language_writes_them(minor, currency, language, text):
    assert format_money(minor, currency, language) == text


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(2400, "EUR", "€24.00"), (9899, "JPY", "¥9,899"), (1000, "KWD", "KWD1.000")],
)
def test_in_a_column_of_amounts_all_have_their_decimals(minor, currency, text):
    assert format_money(minor, currency, "en", is_exact=True) == text


def test_money_reads_in_the_active_language():
    with translation.override("ru"):
        assert str(euros(2450)) == f"24,50{NBSP}€"


@given(amounts, currencies)
def test_what_is_written_plainly_is_read_back(minor, currency):
    digits = exponent(currency)
    whole, part = divmod(abs(minor), 10**digits)
    text = f"{'-' if minor < 0 else ''}{whole}" + (f".{part:0{digits}d}" if digits else "")
    assert parse_minor(text, currency) == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "--5",
        "5-",
        ".5",
        "5.",
        "1,5",
        "1.5.0",
        "1e3",
        "+1",
        " 1",
        "1 ",
        "１",
        "0x1",
        "NaN",
        "1.234",
        "1_000",
        "9" * 17,
        "9" * 5000,
    ],
)
def test_anything_but_a_plain_decimal_is_refused(text):
    with pytest.raises(ValueError, match=r"amount|decimals"):
        parse_minor(text, "EUR")


def test_yen_have_no_decimals():
    assert parse_minor("9899", "JPY") == 9899
    with pytest.raises(ValueError, match="more decimals"):
        parse_minor("98.99", "JPY")
