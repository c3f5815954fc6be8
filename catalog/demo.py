"""The catalogue of the demo store, through the same actions that staff and importers use."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from multiprocessing import get_context
from os import cpu_count
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from catalog import actions, index, media
from catalog.drafts import FactDraft, PriceDraft, ProductDraft, VariantDraft
from catalog.imaging import Prepared, prepare_file
from catalog.models import Picture, Product, SynonymGroup, Variant
from catalog.search import synonyms
from inventory.actions import set_backorder_limit, set_on_hand
from inventory.models import Level, Location

Row = dict[str, Any]
FOLDER = settings.BASE_DIR / "demo"
CURRENCIES = {"EUR": True, "USD": False}  # whether prices include the tax
APART = timedelta(days=2)  # between one product's appearance and the next one's


def load(store: Row) -> None:
    """Bring the catalogue to what the file says. What was sold from the stock since stays sold."""
    with _pictures(store) as prepared, transaction.atomic(), index.in_one_go():
        _shared(store)
        for row in store["categories"]:
            _hang(row)
        products = _products(store)
        for row in store["products"]:
            for picture in row["images"]:
                _add_picture(products[row["key"]], picture, prepared)
        _scenes(store, prepared)
        for row in store["categories"]:
            _hang(row)
        _collections(store, products)
        for row in store["products"]:
            actions.set_related(
                products[row["key"]], [products[key] for key in row["related"] if key in products]
            )
            _stock(row)
        for row in store["synonyms"]:
            if not SynonymGroup.objects.filter(asked=row["asked"]).exists():
                synonyms.save(SynonymGroup(asked=row["asked"], meant=row["meant"]))


# --- What products share -------------------------------------------------------------------------
def _shared(store: Row) -> None:
    for position, row in enumerate(store["attributes"]):
        actions.save_attribute(
            row["code"], name=_texts(row, "name"), kind=row["type"], unit=row["unit"], position=position
        )
    for row in store["options"]:
        values = [
            {"code": value["code"], "name": _texts(value, "name"), "swatch": value.get("swatch") or ""}
            for value in row["values"]
        ]
        actions.save_option(row["code"], name=_texts(row, "name"), values=values)
    for currency, tax_included in CURRENCIES.items():
        name = {"en": f"Prices in {currency}", "ru": f"Цены в {currency}"}
        actions.save_price_list(currency.lower(), name=name, currency=currency, tax_included=tax_included)


def _collections(store: Row, products: dict[str, Product]) -> None:
    for row in store["collections"]:
        collection = actions.save_collection(row["code"], name=_texts(row, "name"), text=_texts(row, "text"))
        picked = [row_["key"] for row_ in store["products"] if row["code"] in row_["collections"]]
        actions.set_collection(collection, [products[key] for key in picked])


# --- Products ------------------------------------------------------------------------------------
def _products(store: Row) -> dict[str, Product]:
    known = set(Product.objects.values_list("slug", flat=True))
    now = timezone.now()
    products = {}
    for number, row in enumerate(store["products"]):
        appeared = None if row["slug"] in known else now - APART * number
        products[row["key"]] = actions.save_product(_draft(row, appeared, now))
    return products


def _draft(row: Row, published_at: datetime | None, now: datetime) -> ProductDraft:
    return ProductDraft(
        slug=row["slug"],
        kind=row["kind"],
        category=row["category"],
        tax_class=row["tax_class"],
        name=_texts(row, "name"),
        summary=_texts(row, "short"),
        description=_texts(row, "description"),
        tags=[*row["tags"], *(["new"] if "new-in" in row["collections"] else [])],
        facts=_facts(row["attributes"]),
        variants=[_variant(variant, now) for variant in row["variants"]],
        published_at=published_at,
    )


def _variant(row: Row, now: datetime) -> VariantDraft:
    size = row["dimensions_mm"]
    days = row.get("preorder_days")
    return VariantDraft(
        sku=row["sku"],
        options=row["options"],
        prices=_prices(row),
        facts=_facts(row["attributes"]),
        barcode=row["barcode"],
        weight_g=row["weight_g"],
        size_mm=tuple(size) if size else None,
        stock_policy=row["stock_policy"],
        lead_days=row.get("lead_days"),
        preorder_at=timezone.localdate(now) + timedelta(days=days) if days else None,
    )


def _prices(row: Row) -> list[PriceDraft]:
    before = row["compare_at"] or {}
    return [
        PriceDraft(currency.lower(), row["price"][currency], before.get(currency)) for currency in CURRENCIES
    ]


def _facts(attributes: Row) -> list[FactDraft]:
    return [_fact(code, value) for code, value in attributes.items()]


def _fact(code: str, value: Any) -> FactDraft:
    if isinstance(value, bool):
        return FactDraft(code, str(value).lower())
    if isinstance(value, int):
        return FactDraft(code, str(value), number=value)
    if isinstance(value, list):
        return FactDraft(code, "x".join(map(str, value)))
    if isinstance(value, dict):
        text = {language: value[language] for language, _name in settings.LANGUAGES if language in value}
        return FactDraft(code, value.get("code") or slugify(value["en"]), text)
    return FactDraft(code, value)


# --- Stock ---------------------------------------------------------------------------------------
def _stock(row: Row) -> None:
    """The opening stock, once: what was sold, counted or received since then is left alone."""
    locations = {location.code: location for location in Location.objects.all()}
    for variant_row in row["variants"]:
        if variant_row["stock"] is None:
            continue
        variant = Variant.objects.get(sku=variant_row["sku"])
        if Level.objects.filter(variant=variant).exists():
            continue
        for code, quantity in variant_row["stock"].items():
            Level.objects.get_or_create(variant=variant, location=locations[code])
            if quantity:
                set_on_hand(variant, locations[code], quantity, cause="demo:opening")
        if limit := variant_row.get("backorder_limit"):
            set_backorder_limit(variant, locations["main"], limit)


# --- Pictures ------------------------------------------------------------------------------------
@contextmanager
def _pictures(store: Row) -> Iterator[dict[str, Future[Prepared]]]:
    """{file: its JPEGs, being made by all processors} for the pictures that the shop does not have yet."""
    shown = [(row["slug"], picture["file"]) for row in store["products"] for picture in row["images"]]
    shown += [(None, scene["file"]) for scene in store["scenes"]]
    known = set(Picture.objects.values_list("product__slug", "sha256"))
    missing = list(dict.fromkeys(name for slug, name in shown if (slug, _digest(name)) not in known))
    if not missing:
        yield {}
        return
    # Spawned, not forked: a child must not share the database connection. It imports no Django.
    with ProcessPoolExecutor(cpu_count() or 1, mp_context=get_context("spawn")) as pool:
        yield {name: pool.submit(prepare_file, FOLDER / name) for name in missing}


def _add_picture(product: Product, row: Row, prepared: dict[str, Future[Prepared]]) -> None:
    variant = Variant.objects.get(sku=row["variant"]) if row["variant"] else None
    facts = {"alt": _texts(row, "alt"), "variant": variant, "view": row["view"]}
    known = Picture.objects.filter(product=product, sha256=_digest(row["file"])).first()
    if known:
        actions.describe_picture(known, **facts)
    else:
        actions.add_picture(product, prepared[row["file"]].result(), **facts)


def _scenes(store: Row, prepared: dict[str, Future[Prepared]]) -> None:
    """Pictures of the shop itself, for its home page and categories."""
    for row in store["scenes"]:
        if row["file"] in prepared:
            media.add_picture(prepared[row["file"]].result(), alt=_texts(row, "alt"), view="scene")


def _hang(row: Row) -> None:
    digest = _digest(row["image"]) if row.get("image") else ""
    picture = Picture.objects.filter(sha256=digest).order_by("pk").first() if digest else None
    actions.save_category(row["path"], name=_texts(row, "name"), text=_texts(row, "text"), picture=picture)


def _digest(name: str) -> str:
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()


def _texts(row: Row, field: str) -> dict[str, str]:
    return {code: row[f"{field}_{code}"] for code, _name in settings.LANGUAGES if row.get(f"{field}_{code}")}
