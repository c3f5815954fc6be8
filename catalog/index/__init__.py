"""The rows that public pages are built from, made when a product changes so that no request has to.

    Card           a product in a list, ready HTML        Listing, CategoryCount   what a shelf holds
    Page           a product's page, ready parts          SearchRow                what it is found by

`refresh` makes all of a product's rows anew in the caller's transaction. Rows that older templates made
are drawn live when a page needs them, until `manage.py reindex` has renewed them.
"""

from catalog.index.cards import cards_for
from catalog.index.pages import PageData, page_for, pages_of
from catalog.index.refreshing import (
    bump,
    in_one_go,
    is_gathering,
    refresh,
    refresh_cards,
    refresh_soon,
    reindex,
    stale_products,
)

__all__ = [
    "PageData",
    "bump",
    "cards_for",
    "in_one_go",
    "is_gathering",
    "page_for",
    "pages_of",
    "refresh",
    "refresh_cards",
    "refresh_soon",
    "reindex",
    "stale_products",
]
