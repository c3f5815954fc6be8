"""A catalogue of any size, the same each time, written in bulk into the shop's own tables."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection, models, transaction

from bench import base, words
from bench.models import Catalogue, Row
from catalog import index
from catalog.imaging import WIDTHS
from catalog.models import (
    CollectionProduct,
    Fact,
    Picture,
    Price,
    PriceChange,
    Product,
    ProductOption,
    ProductRelation,
    Rendition,
    Variant,
    VariantOption,
)
from inventory.models import Level, Movement

VERSION = 1  # change it with anything that changes the rows
SHELVES = 24
BATCH = 1000
OPENED_AT = datetime(2026, 1, 1, tzinfo=UTC)
ON_HAND = 1_000_000  # no measurement ever sells out


def is_there(products: int) -> bool:
    return Catalogue.objects.filter(products=products, version=VERSION).exists()


def generate(products: int) -> None:
    """Fill an empty, migrated database with everything but the pages' own rows, which `renew` makes."""
    started = time.monotonic()
    with transaction.atomic():
        laid = base.lay()
    for first in range(0, products, BATCH):
        with transaction.atomic():
            _write(laid, range(first, min(first + BATCH, products)))
        _tell(f"{min(first + BATCH, products)} products", started)
    with transaction.atomic():
        _fill_collections(laid)
        base.open_home(laid, _hero())
    Catalogue.objects.create(products=products, version=VERSION)


def _tell(what: str, started: float) -> None:
    print(f"  {time.monotonic() - started:6.1f} s  {what}", flush=True)


# --- The rows of one batch -----------------------------------------------------------------------
def _write(laid: base.Base, numbers: range) -> None:
    products = _create(_product(laid, number) for number in numbers)
    _create(ProductOption(product=product, option_type=laid.colour) for product in products)
    variants = _create(variant for product in products for variant in _variants(product, _chance(product)))
    _create(_option(laid, variant) for variant in variants)
    _create(price for variant in variants for price in _prices(laid, variant))
    _create(change for variant in variants for change in _price_changes(laid, variant))
    levels = _create(level for variant in variants for level in _levels(laid, variant))
    _create(_opening(level) for level in levels if level.on_hand)
    _create(fact for product in products for fact in _facts(laid, product))
    pictures = _create(_picture(product) for product in products)
    _create(rendition for picture in pictures for rendition in _renditions(picture))
    _create(_relations(products))
    _create(_row(product) for product in products)


def _create(rows: Iterator[Any]) -> list[Any]:
    rows = list(rows)
    if rows:
        model: type[models.Model] = type(rows[0])
        model._default_manager.bulk_create(rows, batch_size=BATCH)
    return rows


def _number(product: Product) -> int:
    return int(product.slug.rpartition("-")[2])


def _chance(product: Product) -> random.Random:
    """Each product's own dice, so that it is the same in a shop of any size."""
    return random.Random(_number(product))


def _product(laid: base.Base, number: int) -> Product:
    chance = random.Random(number)
    name = words.name(number)
    russian = "Сделано небольшими партиями. Стоит ровно и служит долго."
    return Product(
        slug=f"{name.lower().replace(' ', '-').replace('.', '')}-{number}",
        status=Product.Status.ACTIVE,
        product_type=laid.product_type,
        category=laid.leaves[chance.randrange(len(laid.leaves))],
        tax_class=laid.tax_class,
        name=base.both(name, words.name_ru(number)),
        summary=base.both(words.text(chance, 1), russian),
        description=base.both(words.text(chance, 6), russian * 4),
        published_at=OPENED_AT + timedelta(minutes=number),
    )


def _variants(product: Product, chance: random.Random) -> Iterator[Variant]:
    colours = chance.sample(list(base.COLOURS), 1 + chance.randrange(4))
    for position, colour in enumerate(colours):
        yield Variant(
            product=product,
            sku=words.sku(_number(product), position + 1),
            position=position,
            signature=f"colour={colour}",
            weight_g=200 + chance.randrange(2000),
        )


def _option(laid: base.Base, variant: Variant) -> VariantOption:
    code = variant.signature.partition("=")[2]
    value = next(value for value in laid.colours if value.code == code)
    return VariantOption(variant=variant, option_type=laid.colour, value=value)


def _prices(laid: base.Base, variant: Variant) -> Iterator[Price]:
    amount = _amount(variant)
    for price_list in laid.price_lists:
        reduced = _number(variant.product) % 7 == 0
        yield Price(
            variant=variant,
            price_list=price_list,
            amount_minor=amount,
            compare_at_minor=amount + amount // 4 if reduced else None,
        )


def _amount(variant: Variant) -> int:
    return 900 + _chance(variant.product).randrange(200) * 100 + variant.position * 100


def _price_changes(laid: base.Base, variant: Variant) -> Iterator[PriceChange]:
    for price_list in laid.price_lists:
        yield PriceChange(
            variant_sku=variant.sku,
            price_list_code=price_list.code,
            currency=price_list.currency,
            min_quantity=1,
            amount_minor=_amount(variant),
            at=OPENED_AT,
        )


def _levels(laid: base.Base, variant: Variant) -> Iterator[Level]:
    main, showroom = laid.locations
    yield Level(variant=variant, location=main, on_hand=ON_HAND)
    if _number(variant.product) % 3 == 0:
        yield Level(variant=variant, location=showroom, on_hand=_number(variant.product) % 9)


def _opening(level: Level) -> Movement:
    return Movement(
        level=level, kind=Movement.Kind.COUNTED, on_hand_delta=level.on_hand, cause="bench:opening"
    )


def _facts(laid: base.Base, product: Product) -> Iterator[Fact]:
    material = words.name(_number(product)).split()[1]
    values = [material, ("PT", "DE", "FI")[_number(product) % 3], str(100 + _number(product) % 900), "wipe"]
    for attribute, value in zip(laid.attributes, values, strict=True):
        number = int(value) if value.isdigit() else None
        text = base.both(value.title(), value.title())
        yield Fact(product=product, attribute=attribute, code=value, text=text, number=number)


def _picture(product: Product) -> Picture:
    sha256 = hashlib.sha256(product.slug.encode()).hexdigest()
    return Picture(
        product=product,
        original=f"originals/{sha256}.jpg",
        sha256=sha256,
        width=1600,
        height=2000,
        alt=product.name,
        colour="#c8c4bc",
    )


def _renditions(picture: Picture) -> Iterator[Rendition]:
    """Every size in every format, as the worker leaves them; the files are not asked for."""
    for format, extension in (("jpeg", "jpg"), ("webp", "webp"), ("avif", "avif")):
        for width in WIDTHS:
            yield Rendition(
                picture=picture,
                format=format,
                width=width,
                height=width * picture.height // picture.width,
                file=f"p/{picture.sha256[:16]}1-{width}.{extension}",
                size=width * 60,
            )


def _relations(products: list[Product]) -> Iterator[ProductRelation]:
    for place, product in enumerate(products):
        for step in (1, 2, 3, 4):
            other = products[(place + step * 7) % len(products)]
            if other.pk != product.pk:
                yield ProductRelation(product=product, other=other, position=step)


def _row(product: Product) -> Row:
    number = _number(product)
    return Row(shelf=number % SHELVES, slug=product.slug, title=words.name(number), price_minor=900 + number)


# --- Once for all --------------------------------------------------------------------------------
def _fill_collections(laid: base.Base) -> None:
    newest = Product.objects.order_by("-id")
    for place, collection in enumerate(laid.collections):
        for position, product in enumerate(newest[place * 12 : place * 12 + 12]):
            CollectionProduct.objects.create(collection=collection, product=product, position=position)


def _hero() -> Picture:
    hero = Picture(original="originals/hero.jpg", sha256="0" * 64, width=1600, height=900, colour="#c8c4bc")
    hero.alt = base.both("A table", "Стол")
    hero.save()
    Rendition.objects.bulk_create(_renditions(hero))
    return hero


# --- The pages' rows -----------------------------------------------------------------------------
def renew() -> None:
    """Index the products that have no rows, or rows made by templates of another day."""
    if index.stale_products():
        print("Making the pages' rows", flush=True)
        _index(time.monotonic())
        connection.cursor().execute("ANALYZE")


def _index(started: float) -> None:
    """`catalog.index` for every product; on every core, where the database lets several write."""
    parts = (os.cpu_count() or 1) if connection.vendor == "postgresql" else 1
    command = [sys.executable, "-m", "bench", "index"]
    running = [subprocess.Popen([*command, f"{part}/{parts}"]) for part in range(parts)]
    codes = [process.wait() for process in running]
    if any(codes):
        sys.exit("the products could not be indexed")
    _tell("indexed", started)


def index_part(part: int, parts: int) -> None:
    ids = Product.objects.order_by("id").values_list("id", flat=True)
    index.reindex([id for id in ids if id % parts == part])


def migrate() -> None:
    """The shop's migrations, and the bench's own tables, which have none."""
    call_command("migrate", run_syncdb=True, verbosity=0)
