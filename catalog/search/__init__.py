"""Finding products: one contract, on PostgreSQL's full text and SQLite's FTS5, without a search server.

words        text as the index and the query see it      vocabulary   the words that products have
rows         what each product is found by               spelling     what a mistyped word meant
asking       a query for either engine                   synonyms     words that staff say are alike
matching     what the index finds, ranked                finding      the order of attempts
"""

from catalog.search.finding import Found, search, variant_by_code
from catalog.search.rows import follow_the_stock, write
from catalog.search.vocabulary import recount

__all__ = ["Found", "follow_the_stock", "recount", "search", "variant_by_code", "write"]
