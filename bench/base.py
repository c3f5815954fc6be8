"""What stands around the products of a generated shop: taxes, places, shelves, delivery, the home page."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.models import (
    Attribute,
    Category,
    Collection,
    OptionType,
    OptionValue,
    Picture,
    PriceList,
    ProductType,
)
from content.models import HomeBlock, Page
from inventory.models import Location
from pricing.models import TaxClass, TaxRate
from shipping.models import Method, WeightRate, Zone

ROOMS = {
    "kitchen": ["pots", "boards", "storage", "textiles"],
    "table": ["cups", "plates", "glass", "serving"],
    "light": ["pendants", "floor-lamps", "table-lamps", "candles"],
    "furniture": ["chairs", "tables", "shelves", "benches"],
    "rooms": ["rugs", "mirrors", "clocks", "frames"],
    "outside": ["planters", "baskets", "tools", "seats"],
}
COLOURS = {
    "sage": "#8D9A82", "chalk": "#E8E2D6", "rust": "#A9583B", "ink": "#33404D",
    "moss": "#4F5B41", "sand": "#CDB594", "brass": "#C49A55", "black": "#1F1F1F",
}  # fmt: skip
COUNTRIES = ["PT", "ES", "DE", "FR", "IT", "NL", "BE", "AT", "IE", "FI"]


@dataclass(frozen=True)
class Base:
    tax_class: TaxClass
    price_lists: list[PriceList]
    locations: list[Location]
    leaves: list[Category]
    collections: list[Collection]
    product_type: ProductType
    attributes: list[Attribute]
    colour: OptionType
    colours: list[OptionValue]


def lay() -> Base:
    """Make all of it in an empty database."""
    tax_class = TaxClass.objects.create(code="standard", name=both("Standard", "Основная"))
    for country in COUNTRIES:
        TaxRate.objects.create(
            tax_class=tax_class, country=country, rate_millionths=230_000, name=both("VAT", "НДС")
        )
    base = Base(
        tax_class=tax_class,
        price_lists=[
            PriceList.objects.create(code=code.lower(), name=both(code, code), currency=code)
            for code in ("EUR", "USD")
        ],
        locations=_locations(),
        leaves=_shelves(),
        collections=[
            Collection.objects.create(code=code, name=both(code.title(), code))
            for code in ("new-in", "loved", "sale")
        ],
        product_type=ProductType.objects.create(code="object", name=both("Object", "Предмет")),
        attributes=_attributes(),
        **_colours(),
    )
    base.product_type.attributes.set(base.attributes)
    _delivery(base)
    _pages()
    return base


def both(english: str, russian: str) -> dict[str, str]:
    return {"en": english, "ru": russian}


def _locations() -> list[Location]:
    main = Location.objects.create(code="main", name=both("Main warehouse", "Основной склад"))
    showroom = Location.objects.create(
        code="showroom", name=both("Showroom", "Шоурум"), is_pickup=True, position=1
    )
    return [main, showroom]


def _shelves() -> list[Category]:
    leaves = []
    for room, shelves in ROOMS.items():
        parent = Category.add_root(slug=room, full_path=room, name=both(room.title(), room.title()))
        for shelf in shelves:
            title = shelf.replace("-", " ").capitalize()
            leaf = parent.add_child(slug=shelf, full_path=f"{room}/{shelf}", name=both(title, title))
            leaves.append(leaf)
            parent.refresh_from_db()
    return leaves


def _attributes() -> list[Attribute]:
    kinds = {
        "material": Attribute.Kind.CHOICE,
        "made-in": Attribute.Kind.COUNTRY,
        "height": Attribute.Kind.NUMBER,
        "care": Attribute.Kind.TEXT,
    }
    return [
        Attribute.objects.create(code=code, name=both(code.title(), code.title()), kind=kind, position=number)
        for number, (code, kind) in enumerate(kinds.items())
    ]


def _colours() -> dict[str, OptionType | list[OptionValue]]:
    colour = OptionType.objects.create(code="colour", name=both("Colour", "Цвет"))
    values = [
        OptionValue.objects.create(
            option_type=colour,
            code=code,
            name=both(code.title(), code.title()),
            swatch=swatch,
            position=number,
        )
        for number, (code, swatch) in enumerate(COLOURS.items())
    ]
    return {"colour": colour, "colours": values}


def _delivery(base: Base) -> None:
    zone = Zone.objects.create(code="europe", name=both("Europe", "Европа"), countries=COUNTRIES)
    ways = {"zone": zone, "currency": "EUR", "tax_class": base.tax_class}
    standard = Method.objects.create(
        code="standard", name=both("Standard", "Обычная"), free_from_minor=50_000, **ways
    )
    express = Method.objects.create(
        code="express", name=both("Express", "Быстрая"), min_days=1, max_days=2, position=1, **ways
    )
    for method, fee in ((standard, 490), (express, 1290)):
        for weight in (1_000, 5_000, 30_000):
            WeightRate.objects.create(method=method, max_weight_g=weight, fee_minor=fee + weight // 50)


def _pages() -> None:
    for slug in ("about", "delivery", "terms"):
        Page.objects.create(slug=slug, title=both(slug.title(), slug), body=both("Text.", "Текст."))


def open_home(base: Base, hero: Picture) -> None:
    """The blocks of the home page, once the products are there."""
    blocks = [
        {"kind": "hero", "title": both("Objects", "Вещи"), "cta": both("See", "Смотреть"), "picture": hero,
         "text": both("Few things, made well.", "Немного вещей."), "link": "collection:new-in"},
        {"kind": "categories", "title": both("Rooms", "Комнаты")},
        *(
            {"kind": "rail", "title": collection.name, "source": f"collection:{collection.code}",
             "link": f"collection:{collection.code}"}
            for collection in base.collections
        ),
        {"kind": "proof", "items": [{"icon": "truck", "text": both("Sent in two days", "За два дня")}] * 3},
    ]  # fmt: skip
    for position, block in enumerate(blocks):
        HomeBlock.objects.create(position=position, **block)
