"""Product pages: what does not depend on the visitor, the stock or the chosen variant, kept ready."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from catalog.index import offers as sources
from catalog.index.build import build
from catalog.index.offers import Offer, Offered
from catalog.index.shelves import Shelves
from catalog.index.specs import specs
from catalog.media import picture_for, shown_from
from catalog.models import Page, Picture, Product, Variant
from catalog.prices import next_changes
from shop import rich_text, sql

ON_DELIVERY = ("delivery", "returns")  # pages of text whose beginnings the view puts in, by slug
THUMB_WIDTH = 160
MAX_RELATED = 8
MAX_GALLERIES = 6  # kept ready; a gallery for any further variant is drawn live
OPEN_GRAPH_WIDTH = 1280


@dataclass(frozen=True)
class PageData:
    """A product's page in one language and currency; `parts` is what `_parts` below made."""

    product_id: int
    parts: dict[str, Any]


def page_for(slug: str, language: str, currency: str) -> PageData | None:
    """The page of a product that shoppers may open now; drawn live where the kept one is missing or old."""
    now = sql.moment(timezone.now())
    found = sql.rows(_READ, [slug, Product.Status.ACTIVE.value, now, language, currency, build()])
    if found:
        product_id, parts = found[0]
        return PageData(product_id, json.loads(parts))
    return _drawn_live(slug, language, currency)


_READ = """
    SELECT page.product_id, page.parts
    FROM catalog_product product JOIN catalog_page page ON page.product_id = product.id
    WHERE product.slug = %s AND product.status = %s AND product.published_at <= %s
      AND page.language = %s AND page.currency = %s AND page.build = %s
"""


def pages_of(product_ids: Iterable[int], language: str, currency: str) -> dict[int, dict[str, Any]]:
    """{product id: parts} of products that shoppers may open now, in the order of their ids; others are left out."""
    wanted = sorted(product_ids)
    kept = Page.objects.filter(product__in=wanted, language=language, currency=currency, build=build())
    found = dict(kept.values_list("product_id", "parts"))
    missing = [pk for pk in wanted if pk not in found]
    with translation.override(language):
        for product in sources.load(missing) if missing else ():
            offered = sources.offered(product, currency)
            if offered.is_shown:
                found[product.pk] = _parts(offered, Shelves([product]))
    return dict(sorted(found.items()))


def _drawn_live(slug: str, language: str, currency: str) -> PageData | None:
    products = sources.load(Product.objects.published().filter(slug=slug).values_list("pk", flat=True))
    if not products:
        return None
    offered = sources.offered(products[0], currency)
    if not offered.is_shown:
        return None
    with translation.override(language):
        return PageData(products[0].pk, _parts(offered, Shelves(products)))


def write(products: Sequence[Product], shelves: Shelves) -> None:
    """Make the pages of these products anew."""
    rows: list[Page] = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            rows += _pages_in(products, shelves, language)
    kept = {row.product_id for row in rows}
    Page.objects.filter(product__in=[product for product in products if product.pk not in kept]).delete()
    Page.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["product", "language", "currency"],
        update_fields=["parts", "build"],
    )


def _pages_in(products: Sequence[Product], shelves: Shelves, language: str) -> list[Page]:
    pages = []
    for currency in sources.currencies():
        for product in products:
            offered = sources.offered(product, currency)
            if offered.is_shown:
                parts = _parts(offered, shelves)
                pages.append(
                    Page(product=product, language=language, currency=currency, parts=parts, build=build())
                )
    return pages


# --- The parts -----------------------------------------------------------------------------------
def _parts(offered: Offered, shelves: Shelves) -> dict[str, Any]:
    product = offered.product
    crumbs = _crumbs(product, shelves)
    pictures = _pictures(product)
    return {
        "name": str(product.name),
        "summary": str(product.summary),
        "url": product.get_absolute_url(),
        "kind": product.kind,
        "title": f"{product.name} – {crumbs[-1][0]}" if len(crumbs) > 1 else str(product.name),
        "description": str(product.summary),
        "category": crumbs[-1] if len(crumbs) > 1 else None,
        "og_image": _open_graph_image(product),
        "currency": offered.currency,
        "pictures": pictures,
        "options": _options(offered),
        "variants": [_variant(offer) for offer in offered.offers],
        "related": [relation.other_id for relation in product.relations.all()][:MAX_RELATED],
        "jsonld": _jsonld(product, crumbs),
        "html": {
            "crumbs": _draw("components/crumbs.html", crumbs=[*crumbs, (str(product.name), None)]),
            "gallery": draw_gallery(str(product.name), pictures),
            "facts": _draw(
                "catalog/_facts.html", facts=_facts(offered, [f"{{{slug}}}" for slug in ON_DELIVERY])
            ),
            "facts_alone": _draw("catalog/_facts.html", facts=_facts(offered, [])),
        },
        "galleries": _galleries(offered, pictures),
    }


def _galleries(offered: Offered, pictures: Sequence[dict[str, Any]]) -> dict[str, str]:
    """By SKU, the gallery that begins with that variant's own picture: for the first few variants."""
    name = str(offered.product.name)
    leads = [(offer.variant.sku, with_first(pictures, offer.variant.sku)) for offer in offered.offers]
    return {sku: draw_gallery(name, ordered) for sku, ordered in leads[:MAX_GALLERIES] if ordered}


def with_first(pictures: Sequence[dict[str, Any]], sku: str) -> list[dict[str, Any]] | None:
    """The pictures with the variant's own in front; None where it is there already, or has none."""
    own = next((index for index, picture in enumerate(pictures) if picture["sku"] == sku), 0)
    return [pictures[own], *pictures[:own], *pictures[own + 1 :]] if own else None


def draw_gallery(name: str, pictures: Sequence[dict[str, Any]]) -> str:
    shots = [shot | {"picture": shown_from(shot["picture"])} for shot in pictures]
    return _draw("catalog/_gallery.html", gallery={"name": name, "pictures": shots})


def _draw(template: str, **context: Any) -> str:
    return get_template(template).render(context).strip()


def _pictures(product: Product) -> list[dict[str, Any]]:
    skus = {variant.pk: variant.sku for variant in product.variants.all()}
    shots = [(picture, picture_for(picture)) for picture in product.pictures.all()]
    return [
        {"id": f"p{picture.pk}", "sku": skus.get(picture.variant_id, ""), "picture": asdict(shown)}
        for picture, shown in shots
        if shown
    ]


def _open_graph_image(product: Product) -> str:
    for picture in product.pictures.all():
        jpegs = [row for row in picture.renditions.all() if row.format == "jpeg"]
        if jpegs:
            best = max(jpegs, key=lambda row: row.width if row.width <= OPEN_GRAPH_WIDTH else 0)
            url = default_storage.url(best.file)
            return url if url.startswith("http") else f"{settings.SITE_URL}{url}"
    return ""


def _options(offered: Offered) -> list[dict[str, Any]]:
    """The pickers: each option with the values that are on sale, in the order of the variants."""
    options = []
    for row in offered.product.productoption_set.all():
        values: dict[str, dict[str, Any]] = {}
        for offer in offered.offers:
            for chosen in offer.variant.options.all():
                if chosen.option_type_id == row.option_type_id:
                    values.setdefault(chosen.value.code, _value(offered.product, offer.variant, chosen.value))
        options.append(
            {
                "code": row.option_type.code,
                "name": str(row.option_type.name),
                "values": list(values.values()),
            }
        )
    if len(options) > 1:  # a picture shows one variant: with two options it does not stand for a value
        for option in options:
            for value in option["values"]:
                value["thumb"] = None
    return options


def _value(product: Product, variant: Variant, value: Any) -> dict[str, Any]:
    picture = next((row for row in product.pictures.all() if row.variant_id == variant.pk), None)
    shown = picture_for(picture, up_to=THUMB_WIDTH)
    return {
        "code": value.code,
        "name": str(value.name),
        "swatch": value.swatch,
        "thumb": asdict(shown) if shown else None,
    }


def _variant(offer: Offer) -> dict[str, Any]:
    variant, price = offer.variant, offer.price_row
    return {
        "id": variant.pk,
        "sku": variant.sku,
        "options": {option.option_type.code: option.value.code for option in variant.options.all()},
        "minor": price.amount_minor,
        "compare_at": price.compare_at_minor,
        "tax_included": price.price_list.tax_included,
    }


def _facts(offered: Offered, delivery: list[str]) -> dict[str, Any]:
    text = str(offered.product.description).strip()
    skus = {offer.variant.sku for offer in offered.offers}
    is_rich = rich_text.is_rich(text)
    return {
        "rich": rich_text.shown(text) if is_rich else "",
        "paragraphs": [] if is_rich else [part.strip() for part in text.split("\n\n") if part.strip()],
        "specs": specs(offered.product, skus),
        "delivery": delivery,
    }


# --- Where it stands -----------------------------------------------------------------------------
def _crumbs(product: Product, shelves: Shelves) -> list[tuple[str, str]]:
    home = (_("Home"), reverse("content:home"))
    above = shelves.visible_above(product.category)
    return [home, *((str(shelf.name), shelf.get_absolute_url()) for shelf in above)]


def _jsonld(product: Product, crumbs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What search engines read; the view adds the offers, which know the stock."""
    pictures: list[Picture] = list(product.pictures.all())
    images = [shown.src for picture in pictures if (shown := picture_for(picture, up_to=1280))]
    trail = [*crumbs, (str(product.name), product.get_absolute_url())]
    return {
        "product": {
            "@type": "Product",
            "name": str(product.name),
            "description": str(product.summary),
            "image": [url if url.startswith("http") else f"{settings.SITE_URL}{url}" for url in images],
        },
        "crumbs": {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {"@type": "ListItem", "position": number, "name": name, "item": f"{settings.SITE_URL}{url}"}
                for number, (name, url) in enumerate(trail, 1)
            ],
        },
    }


def renewal_moments(product: Product, now: datetime) -> set[datetime]:
    """The moments to come at which this product's rows must be made anew: prices and publication."""
    prices = [price for variant in product.variants.all() for price in variant.prices.all()]
    moments = {moment for price in prices for moment in next_changes(price, now)}
    return moments | ({product.published_at} if product.published_at > now else set())
