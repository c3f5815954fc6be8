"""Products as they are, in the words in which drafts are written: to compare with, and to export."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.drafts import FactDraft, PriceDraft, ProductDraft, VariantDraft
from catalog.models import Fact, Picture, Price, Product, Variant


@dataclass(frozen=True)
class Current:
    """A product with all that a file may say of it. The draft has every variant, those off sale too."""

    product: Product
    draft: ProductDraft
    on_hand: dict[tuple[str, str], int]  # (SKU, code of the location)
    backorder_limits: dict[tuple[str, str], int]
    pictures: list[Picture]

    def variant(self, sku: str) -> VariantDraft | None:
        return next((variant for variant in self.draft.variants if variant.sku == sku), None)


@dataclass(frozen=True)
class Known:
    """The products that some slugs and SKUs belong to."""

    by_slug: dict[str, Current]
    by_sku: dict[str, Current]


def known(slugs: Iterable[str], skus: Iterable[str]) -> Known:
    """In a constant number of queries."""
    pks = set(Product.objects.filter(slug__in=list(slugs)).values_list("pk", flat=True))
    pks |= set(Variant.objects.filter(sku__in=list(skus)).values_list("product_id", flat=True))
    found = load(sorted(pks)) if pks else []
    return Known(
        {current.product.slug: current for current in found},
        {variant.sku: current for current in found for variant in current.draft.variants},
    )


def load(product_ids: Sequence[int]) -> list[Current]:
    """In the order of their ids, in a constant number of queries."""
    products = Product.objects.filter(pk__in=product_ids).order_by("pk")
    products = products.select_related("category", "tax_class", "product_type").prefetch_related(
        "variants__options__value", "variants__options__option_type", "variants__prices__price_list",
        "variants__levels__location", "facts__attribute", "pictures",
    )  # fmt: skip
    return [_current(product) for product in products]


def _current(product: Product) -> Current:
    variants = list(product.variants.all())
    levels = [(variant.sku, level) for variant in variants for level in variant.levels.all()]
    return Current(
        product,
        _draft(product, variants),
        {(sku, level.location.code): level.on_hand for sku, level in levels},
        {(sku, level.location.code): level.backorder_limit for sku, level in levels},
        list(product.pictures.all()),
    )


def _draft(product: Product, variants: Sequence[Variant]) -> ProductDraft:
    facts: dict[int | None, list[FactDraft]] = {}
    for fact in product.facts.all():
        facts.setdefault(fact.variant_id, []).append(_fact(fact))
    return ProductDraft(
        slug=product.slug,
        name=dict(product.name),
        summary=dict(product.summary),
        description=dict(product.description),
        kind=product.kind,
        status=product.status,
        category=product.category.full_path if product.category else "",
        tax_class=product.tax_class.code,
        product_type=product.product_type.code if product.product_type else "",
        tags=list(product.tags),
        published_at=product.published_at,
        facts=facts.get(None, []),
        variants=[_variant(variant, facts.get(variant.pk, [])) for variant in variants],
    )


def _variant(variant: Variant, facts: Sequence[FactDraft]) -> VariantDraft:
    size = (variant.length_mm, variant.width_mm, variant.height_mm)
    return VariantDraft(
        sku=variant.sku,
        options={option.option_type.code: option.value.code for option in variant.options.all()},
        prices=sorted(map(_price, variant.prices.all()), key=price_key),
        facts=facts,
        barcode=variant.barcode,
        weight_g=variant.weight_g,
        size_mm=size if any(side is not None for side in size) else None,
        stock_policy=variant.stock_policy,
        lead_days=variant.lead_days,
        preorder_at=variant.preorder_at,
        is_active=variant.is_active,
    )


def _price(price: Price) -> PriceDraft:
    return PriceDraft(
        price.price_list.code,
        price.amount_minor,
        price.compare_at_minor,
        price.min_quantity,
        price.starts_at,
        price.ends_at,
    )


def price_key(price: PriceDraft) -> tuple[str, int, float]:
    """One price per list, quantity and beginning."""
    return price.price_list, price.min_quantity, price.starts_at.timestamp() if price.starts_at else 0


def _fact(fact: Fact) -> FactDraft:
    return FactDraft(fact.attribute.code, fact.code, dict(fact.text), fact.number)
