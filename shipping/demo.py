"""Zones, methods and rates of the demo store, and of the first day of a real one."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.db import transaction

from inventory.models import Location
from pricing.models import TaxClass
from shipping.models import Method, WeightRate, Zone

EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL RO SE SI SK"
WORLD = "AM AU BY CA CH GB GE IL IS JP KG KZ MD NO NZ RS RU TR UA US UZ"
ZONES = [
    ("portugal", {"en": "Portugal", "ru": "Португалия"}, "PT"),
    ("eu", {"en": "European Union", "ru": "Евросоюз"}, EU),
    ("world", {"en": "Other countries", "ru": "Другие страны"}, WORLD),
]
STANDARD = {"en": "Standard delivery", "ru": "Обычная доставка"}
EXPRESS = {"en": "Express delivery", "ru": "Экспресс-доставка"}
PICKUP = {"en": "Pick up in the showroom", "ru": "Самовывоз из шоурума"}
FREE_FROM_MINOR = 9000
AFTERNOON = time(14, 0)
CLOSING = time(17, 0)
# (up to grams, fee) by zone and method
RATES = {
    ("portugal", "standard"): [(2000, 390), (5000, 490), (15000, 790), (30000, 1490)],
    ("portugal", "express"): [(2000, 790), (10000, 1190)],
    ("portugal", "pickup"): [(30000, 0)],
    ("eu", "standard"): [(2000, 790), (5000, 1090), (15000, 1690), (30000, 2990)],
    ("eu", "express"): [(2000, 1490), (10000, 2490)],
    ("world", "standard"): [(2000, 1690), (5000, 2690), (15000, 4990)],
}
METHODS: dict[tuple[str, str], dict[str, Any]] = {
    ("portugal", "standard"): {
        "name": STANDARD, "carrier": "CTT", "min_days": 1, "max_days": 3, "cutoff": AFTERNOON,
        "free_from_minor": FREE_FROM_MINOR,
    },
    ("portugal", "express"): {
        "name": EXPRESS, "carrier": "DHL", "min_days": 1, "max_days": 1, "cutoff": AFTERNOON,
    },
    ("portugal", "pickup"): {
        "name": PICKUP, "kind": Method.Kind.PICKUP, "min_days": 0, "max_days": 0, "cutoff": CLOSING,
        "ready_hours": 2,
    },
    ("eu", "standard"): {
        "name": STANDARD, "carrier": "DPD", "min_days": 3, "max_days": 6, "cutoff": AFTERNOON,
        "free_from_minor": 15000,
    },
    ("eu", "express"): {
        "name": EXPRESS, "carrier": "DHL", "min_days": 1, "max_days": 2, "cutoff": AFTERNOON,
    },
    ("world", "standard"): {
        "name": STANDARD, "carrier": "CTT", "min_days": 8, "max_days": 15, "cutoff": AFTERNOON,
    },
}  # fmt: skip


@transaction.atomic
def load(catalogue: dict[str, Any]) -> None:
    """Create the zones, methods and rates, or bring them to this state. Twice is the same as once."""
    currency = catalogue.get("store", {}).get("default_currency", "EUR")
    tax_class, _created = TaxClass.objects.get_or_create(
        code="standard", defaults={"name": {"en": "Standard", "ru": "Основная"}}
    )
    for code, name, countries in ZONES:
        _save(Zone, {"code": code}, name=name, countries=countries.split())
    zones = {zone.code: zone for zone in Zone.objects.all()}
    counter = _counter()
    for position, ((zone, code), facts) in enumerate(METHODS.items()):
        fields = {"currency": currency, "tax_class": tax_class, "position": position, **facts}
        if facts.get("kind") == Method.Kind.PICKUP:
            if counter is None:
                continue
            fields["location"] = counter
        method = _save(Method, {"zone": zones[zone], "code": code}, **fields)
        _set_rates(method, RATES[zone, code])


def _counter() -> Location | None:
    """Where shoppers collect: a place that says so, else the showroom of the catalogue."""
    return Location.objects.filter(is_pickup=True).first() or Location.objects.filter(code="showroom").first()


def _set_rates(method: Method, rates: list[tuple[int, int]]) -> None:
    for weight, fee in rates:
        _save(WeightRate, {"method": method, "max_weight_g": weight}, fee_minor=fee)
    method.rates.exclude(max_weight_g__in=[weight for weight, _fee in rates]).delete()


def _save(model: Any, known_by: dict[str, Any], **fields: Any) -> Any:
    """Write only what differs: each write makes every quote that was kept be worked out anew."""
    row, is_new = model.objects.get_or_create(**known_by, defaults=fields)
    if not is_new and any(getattr(row, field) != value for field, value in fields.items()):
        for field, value in fields.items():
            setattr(row, field, value)
        row.save(update_fields=list(fields))
    return row
