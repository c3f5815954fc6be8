"""Products from a file: read whole, planned product by product, written each in a transaction of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from catalog import actions, index
from catalog.exchange import own, shopify, woocommerce
from catalog.exchange.codes import slug_of
from catalog.exchange.current import known as load_known
from catalog.exchange.items import Asked, Item, Note, Row
from catalog.exchange.merging import CHANGED, NEW, SAME, Plan, plan_of, skus_of
from catalog.exchange.pictures import Pictures
from catalog.exchange.shared import Shared
from catalog.exchange.spill import MAX_ROWS, Spill, spilling
from catalog.exchange.table import Table, Unreadable, open_table
from catalog.models import Product, Variant
from inventory.actions import set_all_on_hand, set_backorder_limit
from inventory.models import Location
from shop.errors import Refused

logger = logging.getLogger(__name__)
FORMATS: Sequence[Any] = (own, shopify, woocommerce)
BATCH = 50  # products that share a commit; what is wrong with one undoes that one alone
FAILED, LEFT_OUT = "error", "skipped"


@dataclass
class Result:
    """What came of it, or, when it was tried only, what would."""

    format: str = ""
    products: int = 0  # that the file has and the shop takes
    variants: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0  # products that the shop does not take
    errors: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    pictures: dict[str, int] = field(default_factory=lambda: {"found": 0, "changed": 0})

    def as_dict(self) -> dict[str, Any]:
        notes = {
            name: [note._asdict() for note in sorted(getattr(self, name))] for name in ("errors", "warnings")
        }
        return {**asdict(self), **notes}


@dataclass(frozen=True)
class Outcome:
    """What became of one product, for whoever watches."""

    line: int
    word: str  # created, updated, unchanged, skipped, error
    name: str
    details: Sequence[str] = ()


@dataclass(frozen=True)
class Wishes:
    """How to import."""

    asked: Asked
    is_dry_run: bool = False
    is_strict: bool = False  # nothing at all when there is any error
    encoding: str = ""
    pictures: Pictures = field(default_factory=Pictures)


def import_products(
    path: Path, wishes: Wishes, tell: Callable[[Outcome], None] = lambda outcome: None
) -> Result:
    """Every product that can be taken; the others are told of by line. The same file twice changes nothing."""
    result = Result()
    with spilling() as spill:
        try:
            table = _read(path, wishes, spill, result)
        except Unreadable as error:
            result.errors.append(Note(error.line, "", str(error)))
            return result
        if wishes.is_strict and not wishes.is_dry_run:
            tried = Result(format=table.format.name, errors=list(result.errors))
            _Import(table, wishes, spill, tried, tell, is_dry_run=True).run()
            if tried.errors:
                return tried
        _Import(table, wishes, spill, result, tell, is_dry_run=wishes.is_dry_run).run()
    return result


def _read(path: Path, wishes: Wishes, spill: Spill, result: Result) -> Table:
    """All rows onto the disk, so that a file that breaks off in its middle is refused before anything is written."""
    table = open_table(path, FORMATS, wishes.encoding)
    result.format, result.errors = table.format.name, table.errors
    before = ""
    for row in table.rows:
        before = table.format.key(row, before)
        spill.add(row, before, table.format.aliases(row))
    spill.arrange()
    return table


class _Import:
    """One pass over the products of a file."""

    def __init__(
        self,
        table: Table,
        wishes: Wishes,
        spill: Spill,
        result: Result,
        tell: Callable[[Outcome], None],
        *,
        is_dry_run: bool,
    ) -> None:
        self.format, self.titles = table.format, table.titles
        self.wishes, self.spill, self.result, self.tell = wishes, spill, result, tell
        self.is_dry_run = is_dry_run
        self.shared = Shared()
        self.cause = f"import:{uuid4().hex}"
        self.locations = {location.code: location for location in Location.objects.all()}

    def run(self) -> None:
        for group in _batches(self.spill.products(), BATCH):
            plans = self._planned([self._item(rows) for rows in group])
            if not self.is_dry_run:
                self._write(plans)
            for plan in plans:
                self._count(plan)

    # --- Planning --------------------------------------------------------------------------------
    def _item(self, rows: Sequence[Row]) -> Item:
        item = self.format.item(rows, self.wishes.asked)
        if len(rows) > MAX_ROWS:
            text = _("The product has more than %(limit)s rows.") % {"limit": MAX_ROWS}
            item.errors.append(Note(item.line, "", text))
        if self.spill.first_line_of(f"handle:{item.handle}", item.line) != item.line:
            item.handle = f"{item.handle}-{item.spare}"
        return item

    def _planned(self, items: Sequence[Item]) -> list[Plan]:
        skus = [skus_of(item) for item in items]
        for item, lines in zip(items, skus, strict=True):
            self._note_repeated_skus(item, lines)
        slugs = {slug_of(item.handle) for item in items} | {item.handle for item in items}
        known = load_known(slugs, {sku for lines in skus for sku in lines.values()})
        asked, free = self.wishes.asked, _free_slug
        plans = [
            plan_of(item, lines, known, self.shared, asked, free)
            for item, lines in zip(items, skus, strict=True)
        ]
        for planned in plans:
            self._check_places(planned)
        return plans

    def _note_repeated_skus(self, item: Item, skus: dict[int, str]) -> None:
        for piece in item.pieces:
            first = self.spill.first_line_of(f"sku:{skus[piece.line]}", piece.line)
            if first != piece.line and first not in skus:
                text = _("The SKU %(sku)s stands in line %(line)s already.")
                words = {"sku": skus[piece.line], "line": first}
                item.errors.append(Note(piece.line, "sku", text % words))

    def _check_places(self, plan: Plan) -> None:
        known = {self.wishes.asked.location, *self.locations}
        for code in {*plan.on_hand, *plan.backorder_limits} - known:
            text = _("There is no location “%(name)s”.") % {"name": code}
            plan.item.errors.append(Note(plan.item.line, "stock", text))
            plan.draft = None

    # --- Writing ---------------------------------------------------------------------------------
    def _write(self, plans: Sequence[Plan]) -> None:
        """Together, what is new in one go; when even so the whole fails, each in a transaction of its own."""
        wanted = [plan for plan in plans if plan.draft and plan.outcome != SAME]
        new = [plan for plan in wanted if plan.outcome == NEW]
        try:
            with transaction.atomic(), index.in_one_go():
                is_done = self._create(new)
                for plan in wanted:
                    if not (is_done and plan.outcome == NEW):
                        self._try(plan)
        except Exception:
            logger.exception("A batch of products could not be written; each is tried alone")
            self.shared.forget()
            for plan in wanted:
                self._write_alone(plan)
        for plan in plans:
            if plan.draft:
                self._add_pictures(plan)

    def _create(self, plans: Sequence[Plan]) -> bool:
        """All new products, or none of them: then each is tried, and the one that is wrong is found."""
        if not plans:
            return True
        try:
            with transaction.atomic():
                self.shared.make([need for plan in plans for need in plan.needs])
                products = actions.create_products([plan.draft for plan in plans])
                self._set_stock(plans, products)
        except (Refused, DatabaseError, ValueError):
            self.shared.forget()
            return False
        return True

    def _try(self, plan: Plan) -> None:
        try:
            with transaction.atomic():
                self._apply(plan)
        except (Refused, DatabaseError, ValueError) as error:
            self._fail(plan, error)

    def _write_alone(self, plan: Plan) -> None:
        if plan.draft is None:  # it was refused before
            return
        try:
            with transaction.atomic(), index.in_one_go():
                self._apply(plan)
        except Exception as error:  # whatever it is, the other products go on
            self._fail(plan, error)

    def _fail(self, plan: Plan, error: Exception) -> None:
        self.shared.forget()
        plan.draft = None
        text = (
            str(error)
            if isinstance(error, Refused)
            else _("It could not be stored: %(why)s") % {"why": error}
        )
        plan.item.errors.append(Note(plan.item.line, "", text))

    def _apply(self, plan: Plan) -> None:
        self.shared.make(plan.needs)
        if plan.current is None or not all(map(_is_of_the_stock, plan.changes)):
            product = actions.save_product(plan.draft)
        else:
            product = plan.current.product
        self._set_stock([plan], [product])

    def _set_stock(self, plans: Sequence[Plan], products: Sequence[Product]) -> None:
        if not any(plan.on_hand or plan.backorder_limits for plan in plans):
            return
        variants = {variant.sku: variant for variant in Variant.objects.filter(product__in=products)}
        counted: dict[str, dict[int, int]] = {}
        for plan in plans:
            for code, limits in plan.backorder_limits.items():
                for sku, limit in limits.items():
                    set_backorder_limit(variants[sku], self.locations[code], limit)
            for code, counts in plan.on_hand.items():
                counted.setdefault(code, {}).update(
                    (variants[sku].pk, units) for sku, units in counts.items()
                )
        for code, units_of in counted.items():
            set_all_on_hand(self.locations[code], units_of, self.cause)

    def _add_pictures(self, plan: Plan) -> None:
        """After the product's transaction: the network may take its time."""
        changed, notes = self.wishes.pictures.add(plan)
        plan.item.errors += notes
        self.result.pictures["changed"] += changed
        if changed and plan.outcome == SAME:
            plan.changes.append("pictures")

    # --- Counting --------------------------------------------------------------------------------
    def _count(self, plan: Plan) -> None:
        item, result = plan.item, self.result
        result.pictures["found"] += len(item.pictures)
        notes = [*item.errors, *plan.repeated]
        result.errors += self._as_the_file_calls_it(notes)
        result.warnings += self._as_the_file_calls_it(item.warnings)
        word = self._word(plan)
        if word == LEFT_OUT:
            result.skipped += 1
            details: Iterable[str] = [item.left_out]
        else:
            result.products += 1
            result.variants += len(plan.skus)
            details = plan.changes if word == CHANGED else ()
        if word in (NEW, CHANGED, SAME):
            setattr(result, word, getattr(result, word) + 1)
        self.tell(Outcome(item.line, word, _shown_name(item), list(details)))

    def _as_the_file_calls_it(self, notes: Iterable[Note]) -> list[Note]:
        return [note._replace(field=self.titles.get(note.field, note.field)) for note in notes]

    def _word(self, plan: Plan) -> str:
        if plan.item.left_out:
            return LEFT_OUT
        return plan.outcome if plan.draft else FAILED


def _is_of_the_stock(change: str) -> bool:
    return change.endswith((": stock", ": backorder_limit"))


def _shown_name(item: Item) -> str:
    return next((text for text in item.texts.get("name", {}).values() if text), item.handle)


def _free_slug(slug: str) -> str:
    number = 2
    while Product.objects.filter(slug=f"{slug[:140]}-{number}").exists():
        number += 1
    return f"{slug[:140]}-{number}"


def _batches(groups: Iterable[Any], size: int) -> Iterator[list[Any]]:
    source = iter(groups)
    while batch := list(islice(source, size)):
        yield batch
