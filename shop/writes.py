"""Rows that a purchase writes, many in one exchange with the database.

    with transaction.atomic(), writes.gathered():
        line = writes.insert(CartLine(cart=cart, ...))          # now, because its id is wanted
        writes.append(OrderEvent(order=order, kind="placed"))   # with the next exchange, as nobody waits for it
        writes.update("UPDATE orders_cart SET held_until = NULL WHERE id = %s", [cart.pk])

What is gathered goes out, in its order, with the next statement of any kind or at the block's end: nothing that
reads inside the block can miss it. Outside such a block everything is written at once. Model signals are not sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import DatabaseError, connection, models, transaction
from django.db.models.functions import Now

from shop import sql
from shop.sql import Query

Row = TypeVar("Row", bound=models.Model)
_here = threading.local()
_prepared: dict[tuple[type[models.Model], str], tuple[str, list[Any]]] = {}


@contextmanager
def gathered() -> Iterator[None]:
    """Let what is written inside wait for the next exchange. Inside a transaction; within another, that one's.

    An error that leaves the block undoes its transaction, or what was done since the last savepoint.
    """
    if getattr(_here, "pending", None) is not None:
        yield
        return
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Only a transaction may put off its writes: begin one.")
    pending = _here.pending = _Pending()
    try:
        with connection.execute_wrapper(pending):
            yield
            pending.write()
    except BaseException:
        transaction.set_rollback(True)  # whoever catches this must not commit the half that went out
        raise
    finally:
        _here.pending = None


def insert(row: Row) -> Row:
    """Write a new row now, and give it its id. Raises IntegrityError as `save` does."""
    return insert_all([row])[0]


def insert_all(rows: Sequence[Row]) -> Sequence[Row]:
    """The same for several rows of one model, in one statement."""
    if rows:
        query = _insert(rows)
        key = connection.ops.quote_name(rows[0]._meta.pk.column)
        found = sql.rows(f"{query.statement} RETURNING {key}", query.parameters)
        for row, (pk,) in zip(rows, found, strict=True):
            row.pk = pk
            _is_stored(row)
    return rows


def append(*rows: models.Model) -> None:
    """Write new rows of one model, whose ids nobody asks for."""
    if rows:
        _write(_insert(rows))


def append_once(row: models.Model) -> None:
    """The same, unless there is one already that may be only once."""
    _write(_once(row))


def insert_once(row: models.Model) -> bool:
    """Write a new row now; False, and nothing is written, when there is one already that may be only once."""
    return bool(sql.change(*_once(row)))


def update(statement: str, parameters: Sequence[Any], *, rows: int | None = None) -> None:
    """An UPDATE or DELETE. Raises Missed, when it is carried out, if it was not for as many as `rows`."""
    _write(Query(statement, parameters), rows)


def assign(row: models.Model, values: Mapping[str, Any], *, count_up: str = "") -> None:
    """Change these columns of a stored row, and `row` with them; `count_up` is one that the database adds 1 to.

    A row that is gone meanwhile, as a cart that was merged into another, is no error.
    """
    if not values:
        return
    meta, quote = type(row)._meta, connection.ops.quote_name
    fields = [meta.get_field(name) for name in values]
    columns = [f"{quote(field.column)} = %s" for field in fields]
    if count_up:
        columns.append(f"{quote(count_up)} = {quote(count_up)} + 1")
    statement = f"UPDATE {quote(meta.db_table)} SET {', '.join(columns)} WHERE {quote(meta.pk.column)} = %s"  # noqa: S608
    parameters = [
        field.get_db_prep_save(value, connection)
        for field, value in zip(fields, values.values(), strict=True)
    ]
    update(statement, [*parameters, row.pk])
    for field, value in zip(fields, values.values(), strict=True):
        setattr(row, field.attname, value)


class Missed(DatabaseError):
    """An UPDATE or DELETE was carried out for another number of rows than it had to be."""


class _Pending:
    """What is gathered, and the guard that no other statement overtakes it."""

    def __init__(self) -> None:
        self.queries: list[tuple[Query, int | None]] = []

    def __call__(
        self, execute: Callable[..., Any], statement: str, parameters: Any, many: bool, context: Any
    ) -> Any:
        """Go before this statement; with it, where the database takes several and it can be joined to others."""
        if not self.queries or many or not isinstance(parameters, list | tuple) or not sql.takes_several():
            self.write()
            return execute(statement, parameters, many, context)
        queries, self.queries = self.queries, []
        joined = sql.joined([*(query for query, _rows in queries), Query(statement, parameters)])
        answer = execute(*joined, many, context)
        cursor, counts = context["cursor"], []
        for _query in queries:
            counts.append(cursor.rowcount)
            cursor.nextset()
        _check(queries, counts)
        return answer

    def write(self) -> None:
        queries, self.queries = self.queries, []
        if queries:
            _carry_out(queries)


def _write(query: Query, rows: int | None = None) -> None:
    pending = getattr(_here, "pending", None)
    if pending is None:
        _carry_out([(query, rows)])
    else:
        pending.queries.append((query, rows))


def _carry_out(queries: list[tuple[Query, int | None]]) -> None:
    _check(queries, sql.changes(*(query for query, _rows in queries)))


def _check(queries: list[tuple[Query, int | None]], counts: list[int]) -> None:
    for (query, wanted), count in zip(queries, counts, strict=True):
        if wanted is not None and count != wanted:
            raise Missed(f"{count} rows instead of {wanted}: {query.statement.strip()}")


def _once(row: models.Model) -> Query:
    query = _insert([row])
    return query._replace(statement=f"{query.statement} ON CONFLICT DO NOTHING")


def _insert(rows: Sequence[models.Model]) -> Query:
    model = type(rows[0])
    start, fields = _prepared.get((model, connection.vendor)) or _prepare(model)
    parameters: list[Any] = []
    groups = []
    for row in rows:
        marks = []
        for field in fields:
            value = field.pre_save(row, True)
            if isinstance(value, Now):
                marks.append(sql.now())
            else:
                marks.append("%s")
                parameters.append(field.get_db_prep_save(value, connection))
        groups.append(f"({', '.join(marks)})")
    return Query(f"{start} VALUES {', '.join(groups)}", parameters)


def _prepare(model: type[models.Model]) -> tuple[str, list[Any]]:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    prepared = f"INSERT INTO {quote(model._meta.db_table)} ({columns})", fields
    _prepared[model, connection.vendor] = prepared
    return prepared


def _is_stored(row: models.Model) -> None:
    row._state.adding, row._state.db = False, connection.alias
