"""The places where the demo store keeps its goods."""

from __future__ import annotations

from typing import Any

from inventory.models import Location

# What the catalogue file does not say: shoppers may collect in the showroom.
SHOWROOM = {
    "is_pickup": True,
    "address": {"en": "1 Example Street, Lisbon", "ru": "Лиссабон, улица Примерная, 1"},
    "pickup_hours": {
        "en": "Tuesday to Saturday, 11:00 to 19:00",
        "ru": "Со вторника по субботу, с 11:00 до 19:00",
    },
}


def load(store: dict[str, Any]) -> None:
    for position, location in enumerate(store["locations"]):
        name = {"en": location["name_en"], "ru": location["name_ru"]}
        fields = {"name": name, "position": position}
        if location["code"] == "showroom":
            fields |= SHOWROOM
        Location.objects.update_or_create(code=location["code"], defaults=fields)
