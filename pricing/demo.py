"""Tax classes and rates of the demo store, and a start for a real one: check them with whoever does its taxes."""

from __future__ import annotations

from typing import Any

from pricing.actions import save_tax_class, set_tax_rate

VAT = {"en": "VAT", "ru": "НДС"}
SALES_TAX = {"en": "Sales tax", "ru": "Налог с продаж"}
# Country: standard rate and the rate of books, in tenths of a percent.
EU = {
    "AT": (200, 100), "BE": (210, 60), "BG": (200, 90), "CY": (190, 30), "CZ": (210, 0), "DE": (190, 70),
    "DK": (250, 250), "EE": (240, 90), "ES": (210, 40), "FI": (255, 135), "FR": (200, 55), "GR": (240, 60),
    "HR": (250, 50), "HU": (270, 50), "IE": (230, 0), "IT": (220, 40), "LT": (210, 50), "LU": (170, 30),
    "LV": (210, 50), "MT": (180, 50), "NL": (210, 90), "PL": (230, 50), "PT": (230, 60), "RO": (210, 110),
    "SE": (250, 60), "SI": (220, 50), "SK": (230, 50),
}  # fmt: skip
# Places where the tax is added to the price: country, region, class, millionths.
ADDED = [("US", "NY", "standard", 88_750), ("US", "NY", "reduced", 88_750)]
MILLIONTHS = 1_000  # a tenth of a percent


def load(store: dict[str, Any]) -> None:
    for tax_class in store["tax_classes"]:
        save_tax_class(tax_class["code"], name={"en": tax_class["name_en"], "ru": tax_class["name_ru"]})
    for country, (standard, books) in EU.items():
        set_tax_rate("standard", country, standard * MILLIONTHS, name=VAT)
        set_tax_rate("digital", country, standard * MILLIONTHS, name=VAT)
        set_tax_rate("reduced", country, books * MILLIONTHS, name=VAT)
    for country, region, tax_class, rate in ADDED:
        set_tax_rate(tax_class, country, rate, region=region, name=SALES_TAX)
