"""Finding products by name and article number: one contract, on PostgreSQL's full text and SQLite's FTS5.

Every word of the query must begin a word of the product; «mugs» finds the mug. What a query can cost does
not grow with the catalogue: at most `CAP` matches are looked at, and more than that are not counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils import translation

from catalog.index.offers import Offered
from catalog.index.shelves import Shelves
from catalog.models import SearchRow, Variant
from shop import sql

CAP = 480  # matches: twenty pages
MAX_QUERY = 200  # characters that are read of what was asked
MAX_WORDS = 8
MAX_WORD = 40
BREVE = "\u0306"  # part of й, which is a letter of its own


@dataclass(frozen=True)
class Found:
    """One page of results, the best first and the sold-out last."""

    product_ids: list[int]
    count: int
    is_capped: bool = False  # there are more than `count`


def search(query: str, language: str, *, limit: int = 24, offset: int = 0) -> Found:
    """Products whose name, article numbers, shelf or options begin with the words of `query`."""
    stems = [stem(word) for word in normalise(query[:MAX_QUERY]).split()][:MAX_WORDS]
    if not stems:
        return Found([], 0)
    phrase = " ".join(stems)
    parameters = {
        "asked": _expression(stems),
        "language": language,
        "cap": CAP + 1,
        "begins": f"{phrase}%",
        "contains": f"% {phrase}%",
        "limit": limit,
        "offset": offset,
    }
    rows = sql.rows(_STATEMENT.format(matches=_MATCHES[connection.vendor]), parameters)
    total = rows[0][1] if rows else 0
    return Found([row[0] for row in rows], min(total, CAP), total > CAP)


def variant_by_sku(query: str) -> Variant | None:
    """The variant on sale whose article number is exactly what was asked for, in small letters or large."""
    sku = query.strip()
    if not sku or len(sku) > 64 or "\x00" in sku:
        return None
    return Variant.objects.sellable().select_related("product").filter(sku__in={sku, sku.upper()}).first()


def normalise(text: str) -> str:
    """Lower case, ё as е, no accents; only letters, digits and single spaces, so safe in any expression."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("ё", "е")
    parted = unicodedata.normalize("NFKD", plain)
    kept = "".join(char for char in parted if char == BREVE or not unicodedata.combining(char))
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", kept))
    return " ".join(word[:MAX_WORD] for word in words)


def stem(word: str) -> str:
    """Without the ending of a plural or case, so that the beginning fits all forms of a word."""
    if len(word) < 4 or not word.isalpha():
        return word
    return _CYRILLIC_ENDING.sub("", word) if word > "\u0400" else _LATIN_PLURAL.sub("", word)


_LATIN_PLURAL = re.compile(r"(?<=[a-z]{3})(?<![su])s$")
_CYRILLIC_ENDING = re.compile(
    r"(?<=\w{3})(ами|ями|ого|его|ому|ему|ыми|ими|ов|ев|ей|ам|ям|ах|ях|ый|ий|ой|ая|яя|ое|ее|ые|ие|ую|юю|ом|ем"
    r"|а|я|ы|и|о|е|у|ю|ь|й)$"
)


# --- The two engines -----------------------------------------------------------------------------
# Both stop at the cap. The function looks among the newest rows first, where a common word is met often
# enough, and asks the index only for what is rare (catalog/migrations/0005).
_MATCHES = {
    "postgresql": """
        SELECT * FROM catalog_search_matches(to_tsquery('simple', %(asked)s), %(language)s, %(cap)s, 4000)""",
    "sqlite": """
        SELECT product_id, row.title AS title, is_sold_out
        FROM catalog_searchindex JOIN catalog_searchrow AS row ON row.id = catalog_searchindex.rowid
        WHERE catalog_searchindex MATCH %(asked)s AND row.language = %(language)s
        ORDER BY catalog_searchindex.rowid DESC LIMIT %(cap)s""",
}
# A title that begins with the phrase, then one that has it, then the others; the newest of equals.
_STATEMENT = """
    WITH found AS MATERIALIZED ({matches})
    SELECT product_id, count(*) OVER () FROM found
    ORDER BY is_sold_out,
      CASE WHEN title LIKE %(begins)s THEN 0 WHEN title LIKE %(contains)s THEN 1 ELSE 2 END, product_id DESC
    LIMIT %(limit)s OFFSET %(offset)s
"""


def _expression(stems: Sequence[str]) -> str:
    """Words only, so there is nothing to escape; each is quoted all the same."""
    if connection.vendor == "postgresql":
        return " & ".join(f"'{word}':*" for word in stems)
    return " AND ".join(f'"{word}"*' for word in stems)


# --- Keeping the rows ----------------------------------------------------------------------------
def write(offered: Sequence[Offered], shelves: Shelves) -> None:
    """Make the search rows of these products anew; those that shoppers may not open are not found."""
    shown = [product for product in offered if product.is_shown]
    hidden = [product.product.pk for product in offered if not product.is_shown]
    SearchRow.objects.filter(product__in=hidden).delete()
    rows = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            rows += [_row(product, language, shelves) for product in shown]
    SearchRow.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["product", "language"],
        update_fields=["title", "body", "is_sold_out"],
    )


def _row(offered: Offered, language: str, shelves: Shelves) -> SearchRow:
    product = offered.product
    body: list[str] = []
    for offer in offered.offers:
        body += [offer.variant.sku, offer.variant.barcode]
        body += [str(option.value.name) for option in offer.variant.options.all()]
    body += [str(shelf.name) for shelf in shelves.visible_above(product.category)]
    return SearchRow(
        product=product,
        language=language,
        title=normalise(str(product.name)),
        body=" ".join(dict.fromkeys(normalise(" ".join([*body, *product.tags])).split())),
        is_sold_out=offered.is_sold_out,
    )
