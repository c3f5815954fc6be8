"""The rows of a file, put in order by product on disk: a file of any size takes the same memory."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from catalog.exchange.items import Row

MAX_ROWS = 2_000  # of one product that are read; more than the shop takes


class Spill:
    """Rows go in as they come, each with its product's key; products come out whole, in the order of the file."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path)
        self._database.executescript(
            """
            PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8000;
            CREATE TABLE record (line INTEGER PRIMARY KEY, product TEXT NOT NULL, cells TEXT NOT NULL);
            CREATE TABLE alias (name TEXT PRIMARY KEY, product TEXT NOT NULL);
            CREATE TABLE first (name TEXT PRIMARY KEY, line INTEGER NOT NULL);
            """
        )

    def add(self, row: Row, product: str, aliases: Sequence[str] = ()) -> None:
        cells = json.dumps(row.cells, ensure_ascii=False)
        self._database.execute("INSERT INTO record VALUES (?, ?, ?)", [row.line, product, cells])
        for alias in aliases:
            self._database.execute("INSERT OR IGNORE INTO alias VALUES (?, ?)", [alias, product])

    def arrange(self) -> None:
        """All rows are in: find the products that rows name by another name, and put rows in order."""
        self._database.executescript(
            """
            UPDATE record SET product = (SELECT alias.product FROM alias WHERE alias.name = record.product)
            WHERE EXISTS (SELECT 1 FROM alias WHERE alias.name = record.product);
            CREATE INDEX record_product ON record (product, line);
            CREATE TABLE product AS SELECT product, MIN(line) AS line FROM record GROUP BY product ORDER BY 2;
            """
        )

    def products(self) -> Iterator[list[Row]]:
        """The rows of each product, in the order in which products first appear."""
        rows = self._database.execute(
            "SELECT product.rowid, record.line, record.cells FROM product JOIN record USING (product)"
            " ORDER BY product.rowid, record.line"
        )
        current, gathered = None, []
        for number, line, cells in rows:
            if number != current and gathered:
                yield gathered
                gathered = []
            current = number
            if len(gathered) <= MAX_ROWS:
                gathered.append(Row(line, json.loads(cells)))
        if gathered:
            yield gathered

    def first_line_of(self, name: str, line: int) -> int:
        """The line that said this first: `line` itself, when none did before."""
        self._database.execute("INSERT OR IGNORE INTO first VALUES (?, ?)", [name, line])
        (first,) = self._database.execute("SELECT line FROM first WHERE name = ?", [name]).fetchone()
        return first

    def close(self) -> None:
        self._database.close()


@contextmanager
def spilling() -> Iterator[Spill]:
    with tempfile.TemporaryDirectory(prefix="lotok-import-") as folder:
        spill = Spill(Path(folder) / "rows.sqlite3")
        try:
            yield spill
        finally:
            spill.close()
