"""The categories of some products and all above them, in one query."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.models import Category, Product


class Shelves:
    def __init__(self, products: Iterable[Product]) -> None:
        categories = {product.category for product in products if product.category}
        paths = {path for category in categories for path in _paths(category)}
        self._by_path = {category.path: category for category in Category.objects.filter(path__in=paths)}

    def above(self, category: Category | None) -> list[Category]:
        """From the top of the shop down to `category` itself."""
        return [self._by_path[path] for path in _paths(category)] if category else []

    def visible_above(self, category: Category | None) -> list[Category]:
        return [shelf for shelf in self.above(category) if shelf.is_visible]


def _paths(category: Category) -> list[str]:
    step = Category.steplen
    return [category.path[:end] for end in range(step, len(category.path) + 1, step)]
