"""What a line of a cart or an order copies of a variant, kept with the variant: name, options, small picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings

from catalog.models import Picture, Product, Rendition, Variant

THUMB_WIDTH = 160


def write(products: Sequence[Product]) -> None:
    """Renew the copies of products loaded with all that their rows are made of."""
    changed = []
    for product in products:
        for variant in product.variants.all():
            copy = _copy(product, variant)
            if variant.copy != copy:
                variant.copy = copy
                changed.append(variant)
    Variant.objects.bulk_update(changed, ["copy"], batch_size=200)


def copies_of(variant_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Copies of variants that have none kept yet, in a constant number of queries."""
    variants = Variant.objects.filter(pk__in=list(variant_ids)).select_related("product")
    loaded = variants.prefetch_related("options__value", "product__pictures__renditions")
    return {variant.pk: _copy(variant.product, variant) for variant in loaded}


def _copy(product: Product, variant: Variant) -> dict[str, Any]:
    return {"name": dict(product.name), "options": _options(variant), "thumb": thumb_of(product, variant)}


def _options(variant: Variant) -> dict[str, str]:
    values = [option.value for option in variant.options.all()]
    if not values:
        return {}
    return {
        code: ", ".join(value.name.within(code) for value in values) for code, _name in settings.LANGUAGES
    }


def thumb_of(product: Product, variant: Variant) -> str:
    """The small JPEG of the variant's first picture, else of the product's; "" without one."""
    pictures = list(product.pictures.all())
    own = [picture for picture in pictures if picture.variant_id == variant.pk]
    return next((file for picture in [*own, *pictures] if (file := _small_jpeg(picture))), "")


def _small_jpeg(picture: Picture) -> str:
    small = (
        rendition.file
        for rendition in picture.renditions.all()
        if rendition.format == Rendition.Format.JPEG and rendition.width == THUMB_WIDTH
    )
    return next(small, "")
