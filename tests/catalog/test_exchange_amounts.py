"""Prices, measures and counts as people write them."""

import pytest

from catalog.exchange import amounts
from catalog.exchange.codes import code_of, sku_of
from catalog.exchange.sheet import escaped, packed, unescaped, unpacked
from shop.errors import Refused


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("24.90", "EUR", 2490), ("24,90", "EUR", 2490), ("24,9", "EUR", 2490), ("24", "EUR", 2400), (".5", "EUR", 50),
        ("€12", "EUR", 1200), ("12 €", "EUR", 1200), ("EUR 12.50", "EUR", 1250), ("12.50 eur", "EUR", 1250),
        ("1 234,50 ₽", "RUB", 123450), ("1 234,50 руб.", "RUB", 123450), ("1\u00a0234", "RUB", 123400),
        ("1,234.50", "USD", 123450), ("$1,234.50", "USD", 123450), ("1.234,50", "EUR", 123450),
        ("1,234,567", "EUR", 123456700), ("1'234.50", "CHF", 123450), ("12.5000", "EUR", 1250), ("0.500", "EUR", 50),
        ("1000.500", "EUR", 100050), ("1,234", "JPY", 1234), ("1.234", "KWD", 1234), ("0", "EUR", 0),
    ],
)  # fmt: skip
def test_a_price_is_read_exactly(text, currency, minor):
    assert amounts.minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1,234", "EUR"), ("1.234", "EUR"), ("12.345", "EUR"), ("12.3456", "EUR"), ("€12", "USD"), ("12 ₽", "EUR"),
        ("-5", "EUR"), ("(5)", "EUR"), ("abc", "EUR"), ("1e3", "EUR"), ("=1+1", "EUR"), ("1 2 3", "EUR"), ("12,", "EUR"),
        ("1,23,456.00", "EUR"), ("1.2.3", "EUR"), ("5-10", "EUR"), ("9" * 20, "EUR"), ("12.5", "JPY"), ("", "EUR"),
        ("٣", "EUR"), ("1,234.5,6", "EUR"),
    ],
)  # fmt: skip
def test_a_price_that_could_be_another_is_refused(text, currency):
    with pytest.raises(Refused):
        amounts.minor(text, currency)


@pytest.mark.parametrize(
    ("text", "unit", "whole"),
    [
        ("226.796185", "g", 227),
        (".5", "lbs", 227),
        ("0,3", "кг", 300),
        ("8", "oz", 227),
        ("24", "in", 610),
        ("2", "cm", 20),
    ],
)
def test_a_measure_becomes_whole_grams_or_millimetres(text, unit, whole):
    assert amounts.measure(text, unit) == whole


@pytest.mark.parametrize(
    ("text", "unit"), [("1", "stone"), ("-1", "g"), ("1 000", "g"), ("9999999", "kg"), (".", "g")]
)
def test_a_measure_that_is_none_is_refused(text, unit):
    with pytest.raises(Refused):
        amounts.measure(text, unit)


def test_a_count_is_whole():
    assert [amounts.units(text) for text in ("12", "12.0", "-3")] == [12, 12, -3]
    with pytest.raises(Refused):
        amounts.units("1.5")


def test_codes_are_spelled_in_latin_letters():
    assert code_of("Тёмно-синий / Щит") == "temno-siniy-shchit"
    assert code_of("Größe") == "groe"
    assert code_of("色").startswith("x")
    assert len(code_of("x" * 80)) == 50
    assert sku_of("Кружка", ["XL"]) == "kruzhka-xl"
    assert len(sku_of("x" * 100, ["y"])) == 64


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-x", "@x", "'=1", "''=1", "plain", "'quoted'", "", "\t="])
def test_what_a_spreadsheet_would_run_is_escaped_and_comes_back(text):
    assert not escaped(text).startswith(("=", "+", "-", "@", "\t"))
    assert unescaped(escaped(text)) == text


@pytest.mark.parametrize(
    "parts", [[], [""], ["a"], ["a", ""], ["", ""], ["a, b", 'say "x"'], ["two\nlines", "c"]]
)
def test_a_list_in_a_cell_comes_back(parts):
    assert unpacked(packed(parts)) == parts
