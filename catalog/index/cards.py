"""Cards: a product in a list. Ready HTML with `{delivery}` where the promised date goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.index import offers as sources
from catalog.index.build import build
from catalog.index.offers import Offered
from catalog.media import picture_for
from catalog.models import Card, Product
from inventory.availability import State
from shop import sql

CARD_PICTURE_WIDTH = 640
MAX_SWATCHES = 5
NEW = "new"  # the tag that puts «New» on a card


def cards_for(product_ids: Iterable[int], language: str, currency: str) -> dict[int, str]:
    """{product id: its card's HTML}; products that are not shown are left out. One query where all is fresh."""
    product_ids = list(product_ids)
    if not product_ids:
        return {}
    statement = _READ.format(ids=sql.marks(product_ids))
    cards = dict(sql.rows(statement, [language, currency, build(), *product_ids]))
    missing = [pk for pk in product_ids if pk not in cards]
    return cards | drawn_live(missing, language, currency) if missing else cards


_READ = """
    SELECT product_id, html FROM catalog_card
    WHERE language = %s AND currency = %s AND build = %s AND product_id IN ({ids})
"""


def drawn_live(product_ids: Iterable[int], language: str, currency: str) -> dict[int, str]:
    drawn = {}
    with translation.override(language):
        for product in sources.load(product_ids):
            offered = sources.offered(product, currency)
            if offered.is_shown:
                drawn[product.pk] = draw(offered)
    return drawn


def write(products: Sequence[Product]) -> set[int]:
    """Make the cards of these products anew; the products whose cards came out different."""
    old = {
        (row.product_id, row.language, row.currency): row for row in Card.objects.filter(product__in=products)
    }
    changed: set[int] = set()
    fresh: list[Card] = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            fresh += _cards_in(products, language)
    for card in fresh:
        known = old.pop((card.product_id, card.language, card.currency), None)
        if known is None or known.html != card.html:
            changed.add(card.product_id)
    Card.objects.filter(pk__in=[row.pk for row in old.values()]).delete()
    Card.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["product", "language", "currency"],
        update_fields=["html", "build"],
    )
    return changed | {row.product_id for row in old.values()}


def _cards_in(products: Sequence[Product], language: str) -> list[Card]:
    cards = []
    for currency in sources.currencies():
        for product in products:
            offered = sources.offered(product, currency)
            if offered.is_shown:
                html = draw(offered)
                cards.append(
                    Card(product=product, language=language, currency=currency, html=html, build=build())
                )
    return cards


def draw(offered: Offered) -> str:
    """The card in the active language."""
    return get_template("catalog/_card.html").render({"product": card_context(offered)}).strip()


def card_context(offered: Offered) -> dict[str, Any]:
    """What `catalog/_card.html` takes."""
    product, leading, stock = offered.product, offered.leading, offered.best_stock
    swatches = _swatches(offered)
    is_single = len(offered.offers) == 1 and leading.stock.can_buy
    return {
        "url": product.get_absolute_url(),
        "name": str(product.name),
        "price": leading.price,
        "compare_at": leading.compare_at,
        "has_price_range": len({offer.price.minor for offer in offered.offers}) > 1,
        "badge": _badge(offered),
        "swatches": swatches[:MAX_SWATCHES],
        "more_swatches": len(swatches[MAX_SWATCHES:]),
        # A card is kept and cached, so it names no number that the next order makes untrue.
        "stock": {"state": stock.state, "text": _("Few left") if stock.state == State.LOW else stock.text},
        "picture": picture_for(next(iter(product.pictures.all()), None), up_to=CARD_PICTURE_WIDTH),
        "sku": leading.variant.sku if is_single else None,
    }


def _badge(offered: Offered) -> dict[str, str] | None:
    """One at most: a sale goes before news, news before the last pieces."""
    price, compare_at = offered.leading.price, offered.leading.compare_at
    if compare_at:
        percent = (compare_at.minor - price.minor) * 100 // compare_at.minor
        # Translators: how much lower the price is now.
        text = _("−%(percent)d%%") % {"percent": percent} if percent else _("Sale")
        return {"kind": "sale", "text": text}
    if NEW in offered.product.tags:
        return {"kind": "new", "text": _("New")}
    return None


def _swatches(offered: Offered) -> list[dict[str, str]]:
    """The colours it comes in: the first option of its pickers whose values have any."""
    seen: dict[int, dict[str, str]] = {}
    for offer in offered.offers:
        for option in offer.variant.options.all():
            if option.value.swatch:
                seen[option.value_id] = {"name": str(option.value.name), "colour": option.value.swatch}
                break
    return list(seen.values()) if len(seen) > 1 else []
