"""What a file says about a product, whichever shop wrote it, before our own catalogue is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from catalog.drafts import PriceDraft, Texts

HERE = ""  # the location that is meant where a file names none


class Note(NamedTuple):
    """Something to say about a line. `field` is the column's name, as far as it is known."""

    line: int
    field: str
    message: str


class Row(NamedTuple):
    """One record of the file: its cells by our names of the columns. Only our own files keep empty ones."""

    line: int
    cells: dict[str, str]

    def get(self, name: str) -> str:
        return self.cells.get(name, "")


@dataclass(frozen=True)
class Label:
    """Something shared shop-wide: known by its code, or found by its name, or made."""

    name: Texts
    code: str = ""
    swatch: str = ""


@dataclass(frozen=True)
class FactSaid:
    attribute: Label
    text: Texts = field(default_factory=dict)
    code: str = ""  # "": made from the text
    kind: str = ""  # of the attribute, where it has to be made
    unit: str = ""
    number: int | None = None


@dataclass(frozen=True)
class Shot:
    """A picture: the address or the name of a file. `piece` is the line of the variant that it shows."""

    line: int
    source: str
    alt: Texts = field(default_factory=dict)
    piece: int = 0
    view: str = ""


@dataclass
class Piece:
    """A variant. `fields` holds those of `VariantDraft` that the file speaks of; the others stay as they are."""

    line: int
    sku: str = ""  # "": made from the product's handle and the options
    choices: Sequence[tuple[Label, Label]] | None = ()  # None: the file does not speak of options
    fields: dict[str, Any] = field(default_factory=dict)
    prices: list[PriceDraft] = field(default_factory=list)
    facts: Sequence[FactSaid] | None = None
    stock: dict[str, int] = field(default_factory=dict)  # code of the location: units on hand
    backorder_limits: dict[str, int] = field(default_factory=dict)


@dataclass
class Item:
    """A product. What is None, or not among `texts` and `fields`, the file does not speak of."""

    line: int
    handle: str
    spare: str = ""  # what is added to the handle when another product of the file has it
    is_exact: bool = False  # the handle is our own address of it
    texts: dict[str, Texts] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    shelves: Sequence[Sequence[Label]] | None = (
        None  # each from the top of the shop down; the first is its own
    )
    facts: Sequence[FactSaid] | None = None
    pieces: list[Piece] = field(default_factory=list)
    whole_lists: Sequence[str] = ()  # price lists of which the file says all there is
    attributes: Sequence[str] = ()  # and attributes: of the product, and of its variants
    variant_attributes: Sequence[str] = ()
    pictures: list[Shot] = field(default_factory=list)
    left_out: str = ""  # why the shop does not take it
    errors: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """What the person who imports chose."""

    language: str
    price_list: str
    currency: str
    tax_class: str = ""
    currencies: Mapping[str, str] = field(default_factory=dict)  # {code of a price list: its currency}
    location: str = ""
    keep_stock: bool = False  # of variants that have any
