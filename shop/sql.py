"""What every page and every checkout asks of the database, in SQL: there, building a query and going there for
each costs Python more than the database's answer.

For the handful of statements that a public page or a purchase cannot do without; everything else is a QuerySet.
Values arrive as the driver gives them: JSON as text, on SQLite also times.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction

Row = TypeVar("Row", bound=models.Model)
_kept = threading.local()
Converter = Callable[[Any, Any, Any], Any]


def rows(statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of one SELECT."""
    cursor = _cursor()
    cursor.execute(statement, parameters)
    return cursor.fetchall()


class Query(NamedTuple):
    """A statement with what fills its placeholders."""

    statement: str
    parameters: Sequence[Any] = ()


def together(*queries: Query) -> list[list[tuple[Any, ...]]]:
    """The rows of each SELECT, in one exchange with a database that takes several statements at once."""
    if not takes_several():
        return [rows(*query) for query in queries]
    answers, cursor = [], _cursor()
    cursor.execute(*joined(queries))
    while True:
        answers.append(cursor.fetchall())
        if not cursor.nextset():
            return answers


def change(statement: str, parameters: Sequence[Any] = ()) -> int:
    """Carry out one INSERT, UPDATE or DELETE now; how many rows it was."""
    cursor = _cursor()
    cursor.execute(statement, parameters)
    return cursor.rowcount


def changes(*queries: Query) -> list[int]:
    """The same for several, in one exchange where the database takes several: how many rows each was."""
    if len(queries) == 1 or not takes_several():
        return [change(*query) for query in queries]
    counts, cursor = [], _cursor()
    cursor.execute(*joined(queries))
    while True:
        counts.append(cursor.rowcount)
        if not cursor.nextset():
            return counts


def _cursor() -> Any:
    """The thread's own, kept with its connection: making one costs a quarter of a small question.

    What it found is fetched before it is asked again.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.queries_logged:  # by a cursor of another kind
        return database.cursor()
    database.close_if_health_check_failed()
    database.ensure_connection()
    kept = getattr(_kept, "cursor", None)
    if kept is None or _kept.connection is not database.connection:
        kept = _kept.cursor = database.cursor()
        _kept.connection = database.connection
    return kept


def takes_several() -> bool:
    """SQLite is no exchange away, and PostgreSQL takes one statement at a time where it fills in the values itself."""
    return connection.vendor == "postgresql" and not connection.settings_dict["OPTIONS"].get(
        "server_side_binding"
    )


def joined(queries: Sequence[Query]) -> tuple[str, list[Any]]:
    statement = ";\n".join(query.statement for query in queries)
    return statement, [value for query in queries for value in query.parameters]


def marks(values: Collection[Any]) -> str:
    """Placeholders for `IN (...)`: as many as there are values."""
    return ", ".join(["%s"] * len(values))


def these(values: Collection[Any]) -> Query:
    """What stands in `IN (...)` for these values, of which there is at least one; a SELECT may stand there too."""
    return Query(marks(values), [*values])


def moment(value: datetime) -> Any:
    """A time as the database compares it."""
    return connection.ops.adapt_datetimefield_value(value)


def now() -> str:
    """The database's own time, as an expression."""
    return _NOW[connection.vendor]


_NOW = {"postgresql": "STATEMENT_TIMESTAMP()", "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"}


def when(value: Any) -> datetime:
    """A time that was read, aware: SQLite gives its columns without a zone and its own time as text, both in UTC."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Select(Generic[Row]):
    """Whole rows of one model by a fixed condition, as its own objects; the statement is built once a process.

    carts_named = Select(Cart, "WHERE token = %s")
    cart = carts_named.first(token)

    `lock` is FOR UPDATE, where the engine has it; on SQLite a transaction that writes is alone anyway.
    `among` fills `IN ({ids})`, which stands before any other placeholder.
    """

    def __init__(self, model: type[Row], tail: str, *, lock: bool = False) -> None:
        self._model, self._tail, self._lock = model, tail, lock
        self._prepared: dict[str, tuple[str, list[str], list[tuple[int, list[Converter], Any]]]] = {}

    def all(self, *parameters: Any, among: Collection[Any] | None = None) -> list[Row]:
        if among is not None and not among:
            return []
        return self.made(rows(*self.query(*parameters, among=among)))

    def query(self, *parameters: Any, among: Collection[Any] | None = None) -> Query:
        """What `together` asks, to be handed to `made`; `among` is not empty."""
        if self._lock and not connection.in_atomic_block:
            raise transaction.TransactionManagementError(
                "A lock lasts as long as its transaction: begin one."
            )
        statement = self._ready()[0]
        if among is None:
            return Query(statement, parameters)
        return Query(statement.format(ids=marks(among)), (*among, *parameters))

    def made(self, found: list[tuple[Any, ...]]) -> list[Row]:
        """The objects of rows that were read."""
        _statement, names, converted = self._ready()
        values = [self._in_python(row, converted) for row in found] if converted else found
        return [self._model.from_db(connection.alias, names, row) for row in values]

    def first(self, *parameters: Any) -> Row | None:
        return next(iter(self.all(*parameters)), None)

    def _ready(self) -> tuple[str, list[str], list[tuple[int, list[Converter], Any]]]:
        return self._prepared.get(connection.vendor) or self._prepare()

    def _prepare(self) -> Any:
        fields = self._model._meta.concrete_fields
        quote = connection.ops.quote_name
        columns = ", ".join(f"{quote(self._model._meta.db_table)}.{quote(field.column)}" for field in fields)
        statement = f"SELECT {columns} FROM {quote(self._model._meta.db_table)} {self._tail}"  # noqa: S608
        if self._lock and connection.features.has_select_for_update:
            statement += " FOR UPDATE"
        converted = []
        for position, field in enumerate(fields):
            column = field.get_col(self._model._meta.db_table)
            if converters := connection.ops.get_db_converters(column) + field.get_db_converters(connection):
                converted.append((position, converters, column))
        prepared = (statement, [field.attname for field in fields], converted)
        self._prepared[connection.vendor] = prepared
        return prepared

    @staticmethod
    def _in_python(row: tuple[Any, ...], converted: list[tuple[int, list[Converter], Any]]) -> list[Any]:
        """Values as the model's fields hold them: JSON as objects, and what SQLite has no type for."""
        values = list(row)
        for position, converters, column in converted:
            for convert in converters:
                values[position] = convert(values[position], column, connection)
        return values


def attach(owner: models.Model, name: str, found: list[Any]) -> None:
    """Let `owner.name.all()` be what was read already, as a prefetch would."""
    queryset = getattr(owner, name).all()
    queryset._result_cache, queryset._prefetch_done = found, True
    cache = owner.__dict__.setdefault("_prefetched_objects_cache", {})
    cache[name] = queryset
