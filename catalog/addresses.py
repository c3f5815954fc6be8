"""Where products and categories were found before: whoever comes there is led to where they are now."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.models import Category, OldAddress, Product


def remember_product(product: Product, old_slug: str) -> None:
    """Its slug was changed. What is at the new address now is not led away from it any more."""
    _remember({_of_product(old_slug): {"product": product, "category": None}}, [_of_product(product.slug)])


def remember_categories(old_paths: Mapping[str, Category]) -> None:
    """{full path as it was: category}, after a shelf was moved with all below it."""
    rows = {_of_category(path): {"product": None, "category": row} for path, row in old_paths.items()}
    _remember(rows, [_of_category(row.full_path) for row in old_paths.values()])


def product_at(old_slug: str) -> Product | None:
    """The product that was once at this address and can be opened now."""
    rows = Product.objects.published().filter(old_addresses__address=_of_product(old_slug))
    return rows.first()


def category_at(old_path: str) -> Category | None:
    return Category.objects.visible().filter(old_addresses__address=_of_category(old_path)).first()


def _of_product(slug: str) -> str:
    return f"p/{slug}"


def _of_category(path: str) -> str:
    return f"c/{path}"


def _remember(rows: Mapping[str, Mapping[str, Product | Category | None]], taken: list[str]) -> None:
    for address, leads_to in rows.items():
        OldAddress.objects.update_or_create(address=address, defaults=dict(leads_to))
    OldAddress.objects.filter(address__in=taken).delete()
