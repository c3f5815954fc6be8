"""What a product would become: what the file says of it over what the shop has, and what that changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.utils.translation import gettext as _

from catalog.drafts import FactDraft, PriceDraft, ProductDraft, Texts, VariantDraft, signature_of
from catalog.exchange.codes import MAX_SKU, code_of, digest, shortened, sku_of, slug_of
from catalog.exchange.current import Current, Known, price_key
from catalog.exchange.items import HERE, Asked, FactSaid, Item, Note, Piece
from catalog.exchange.shared import Need, Shared
from catalog.models import Product

MAX_SIGNATURE = 250
MAX_FACT = 120
NEW, CHANGED, SAME = "created", "updated", "unchanged"


@dataclass
class Plan:
    """What to do about one product."""

    item: Item
    draft: ProductDraft | None = None  # None: there are errors, or it is left out
    current: Current | None = None
    needs: list[Need] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)  # names of what differs, for people
    on_hand: dict[str, dict[str, int]] = field(default_factory=dict)  # location: {SKU: units} that differ
    backorder_limits: dict[str, dict[str, int]] = field(default_factory=dict)
    skus: dict[int, str] = field(default_factory=dict)  # by the line of the piece
    repeated: list[Note] = field(default_factory=list)  # lines that say again what an earlier one said

    @property
    def outcome(self) -> str:
        if self.current is None:
            return NEW
        return CHANGED if self.changes else SAME


def skus_of(item: Item) -> dict[int, str]:
    """{line: SKU}: the file's own, or one made from the handle and the values, the same in every run."""
    found: dict[int, str] = {}
    values_of: dict[str, list[str]] = {}
    for piece in item.pieces:
        values = [next(iter(value.name.values()), value.code) for _option, value in piece.choices or ()]
        sku = piece.sku or sku_of(item.handle, values)
        if values_of.setdefault(sku, values) != values and not piece.sku:
            sku = shortened(f"{sku}-{digest(' '.join(values))}", MAX_SKU)
        found[piece.line] = sku
    return found


def plan_of(
    item: Item, skus: dict[int, str], known: Known, shared: Shared, asked: Asked, free: Callable[[str], str]
) -> Plan:
    """`free` makes an address that no other product has of one that another has."""
    plan = Plan(item, skus=skus)
    if item.left_out:
        return plan
    plan.current = _known_as(plan, known)
    options = _options(plan, shared)
    _check(plan, known, options)
    if item.errors:
        return plan
    plan.draft = _draft(plan, options, shared, asked, free, known)
    _warn_of_missing_prices(plan, plan.draft)
    plan.changes = differences(plan.current, plan.draft) if plan.current else []
    _plan_stock(plan, asked)
    return plan


# --- Which product it is -------------------------------------------------------------------------
def _known_as(plan: Plan, known: Known) -> Current | None:
    """By its address in our own files; else by its SKUs, else by address and name together."""
    item = plan.item
    if item.is_exact:
        return known.by_slug.get(item.handle)
    owners = {
        known.by_sku[sku].product.pk: known.by_sku[sku] for sku in plan.skus.values() if sku in known.by_sku
    }
    if len(owners) > 1:
        names = ", ".join(owner.product.slug for owner in owners.values())
        text = _("Its SKUs belong to several products of the shop: %(names)s.") % {"names": names}
        item.errors.append(Note(item.line, "sku", text))
    if owners:
        return next(iter(owners.values()))
    same = known.by_slug.get(slug_of(item.handle))
    return same if same and _has_name_of(same, item) else None


def _has_name_of(current: Current, item: Item) -> bool:
    names = {text.casefold() for text in current.draft.name.values() if text}
    return any(text.casefold() in names for text in item.texts.get("name", {}).values())


# --- What is wrong with it -----------------------------------------------------------------------
def _options(plan: Plan, shared: Shared) -> dict[int, dict[str, str]]:
    """{line: {code of the option: code of the value}}; a row that repeats a variant is taken out and told of."""
    found: dict[int, dict[str, str]] = {}
    lines: dict[str, int] = {}
    pieces = []
    for piece in plan.item.pieces:
        options = _chosen(plan, piece, shared)
        first = lines.setdefault(signature_of(options), piece.line)
        if first == piece.line:
            found[piece.line] = options
            pieces.append(piece)
        else:
            text = _("The variant stands in line %(line)s already: this line is left out.") % {"line": first}
            plan.repeated.append(Note(piece.line, "", text))
    plan.item.pieces = pieces
    return found


def _chosen(plan: Plan, piece: Piece, shared: Shared) -> dict[str, str]:
    if piece.choices is None:
        before = plan.current.variant(plan.skus[piece.line]) if plan.current else None
        return dict(before.options) if before else {}
    options = {}
    for option, value in piece.choices:
        code = shared.option(option, plan.needs)
        options[code] = shared.value(code, value, plan.needs)
    return options


def _check(plan: Plan, known: Known, options: Mapping[int, Mapping[str, str]]) -> None:
    item, current = plan.item, plan.current
    if not item.pieces and not plan.repeated:
        item.errors.append(Note(item.line, "", _("The product has no variants.")))
    if current is None and not any(item.texts.get("name", {}).values()) and not item.errors:
        item.errors.append(Note(item.line, "name", _("The product has no name.")))
    if item.is_exact and slug_of(item.handle) != item.handle:
        text = _("“%(text)s” cannot be an address: letters, digits and hyphens make one.")
        item.errors.append(Note(item.line, "product", text % {"text": item.handle}))
    by_signature = (
        {signature_of(variant.options): variant.sku for variant in current.draft.variants} if current else {}
    )
    for piece in item.pieces:
        signature = signature_of(options[piece.line])
        taken = by_signature.get(signature)
        if taken and not piece.sku:
            plan.skus[piece.line] = taken  # somebody gave it a better SKU than the one we made
        _check_sku(plan, piece, known, taken)
        if len(signature) > MAX_SIGNATURE:
            item.errors.append(Note(piece.line, "", _("The options of the variant are too long together.")))


def _check_sku(plan: Plan, piece: Piece, known: Known, taken: str | None) -> None:
    sku, current = plan.skus[piece.line], plan.current
    owner = known.by_sku.get(sku)
    message = ""
    if len(sku) > MAX_SKU:
        message = _("The SKU is longer than %(limit)s characters.") % {"limit": MAX_SKU}
    elif owner and (current is None or owner.product.pk != current.product.pk):
        message = _("%(sku)s belongs to another product.") % {"sku": sku}
    elif taken and taken != sku:
        message = _("The variant with these options has the SKU %(sku)s: change it there first.") % {
            "sku": taken
        }
    if message:
        plan.item.errors.append(Note(piece.line, "sku", message))


def _warn_of_missing_prices(plan: Plan, draft: ProductDraft) -> None:
    for piece, variant in zip(plan.item.pieces, draft.variants, strict=True):
        if not variant.prices and variant.is_active and draft.status == Product.Status.ACTIVE:
            text = _("The variant has no price, so it is not on sale.")
            plan.item.warnings.append(Note(piece.line, "price", text))


# --- What it becomes -----------------------------------------------------------------------------
def _draft(
    plan: Plan,
    options: Mapping[int, Mapping[str, str]],
    shared: Shared,
    asked: Asked,
    free: Callable[[str], str],
    known: Known,
) -> ProductDraft:
    item = plan.item
    base = plan.current.draft if plan.current else _blank(item, asked, free, known)
    said = {name: with_texts(getattr(base, name), texts) for name, texts in item.texts.items()}
    said |= item.fields
    if item.shelves is not None:
        paths = [shared.shelf(shelf, plan.needs) for shelf in item.shelves]
        said["category"] = paths[0]
    said["facts"] = _with_facts(plan, base.facts, item.facts, item.attributes, shared)
    variants = [_variant(plan, piece, options[piece.line], shared, asked) for piece in item.pieces]
    draft = replace(base, **said, variants=variants)
    if plan.current and draft.published_at == base.published_at:
        draft = replace(draft, published_at=None)
    return draft


def _blank(item: Item, asked: Asked, free: Callable[[str], str], known: Known) -> ProductDraft:
    slug = slug_of(item.handle)
    if slug in known.by_slug:
        slug = free(slug)
        text = _("The address “%(old)s” is another product's: it gets “%(new)s”.")
        item.warnings.append(Note(item.line, "handle", text % {"old": item.handle, "new": slug}))
    return ProductDraft(slug=slug, name={}, category="", tax_class=asked.tax_class, variants=())


def with_texts(known: Texts, said: Texts) -> Texts:
    """In the languages of the file, what it says. Empty texts are none."""
    texts = {code: text for code, text in {**known, **said}.items() if text}
    return known if texts == {code: text for code, text in known.items() if text} else texts


def _variant(
    plan: Plan, piece: Piece, options: Mapping[str, str], shared: Shared, asked: Asked
) -> VariantDraft:
    sku = plan.skus[piece.line]
    base = (plan.current.variant(sku) if plan.current else None) or VariantDraft(sku)
    attributes = plan.item.variant_attributes
    said = {**piece.fields, "options": options}
    if not plan.item.is_exact:
        said["is_active"] = True
    said["prices"] = _with_prices(base.prices, piece.prices, plan.item, asked)
    said["facts"] = _with_facts(plan, base.facts, piece.facts, attributes, shared)
    return replace(base, **said)


def _with_prices(
    known: Sequence[PriceDraft], said: Sequence[PriceDraft], item: Item, asked: Asked
) -> Sequence[PriceDraft]:
    """A file of another shop says what one piece costs on the list that was asked for; ours says all of a list."""
    if not said and not item.is_exact:
        return known
    kept = [
        price
        for price in known
        if price.price_list not in item.whole_lists
        and (item.is_exact or price.price_list != asked.price_list or price.min_quantity > 1)
    ]
    return sorted([*kept, *said], key=price_key)


def _with_facts(
    plan: Plan,
    known: Sequence[FactDraft],
    said: Sequence[FactSaid] | None,
    attributes: Sequence[str],
    shared: Shared,
) -> Sequence[FactDraft]:
    """The attributes that the file speaks of are as it says; the others stay."""
    if said is None:
        return known
    found = []
    for fact in said:
        attribute = shared.attribute(fact, plan.needs)
        code = fact.code or code_of(next(iter(fact.text.values())), MAX_FACT)
        found.append(FactDraft(attribute, code, fact.text, fact.number))
    spoken_of = {fact.attribute for fact in found} | set(attributes)
    kept = [fact for fact in known if fact.attribute not in spoken_of]
    return [*kept, *_kept_texts(known, found)]


def _kept_texts(known: Sequence[FactDraft], found: Sequence[FactDraft]) -> list[FactDraft]:
    """A fact that is known keeps its texts in the languages of which the file says nothing."""
    texts = {(fact.attribute, fact.code): fact.text for fact in known}
    return [
        replace(fact, text=with_texts(texts.get((fact.attribute, fact.code), {}), fact.text))
        for fact in found
    ]


# --- What that changes ---------------------------------------------------------------------------
def differences(current: Current, draft: ProductDraft) -> list[str]:
    """Names of what differs, product first, then by SKU: "name", "MUG-RED: prices", "+MUG-BLUE"."""
    changed = [name for name in _names(ProductDraft) if _differs(name, current.draft, draft)]
    if draft.published_at is None and "published_at" in changed:
        changed.remove("published_at")
    known = {variant.sku: variant for variant in current.draft.variants}
    for variant in draft.variants:
        before = known.pop(variant.sku, None)
        if before is None:
            changed.append(f"+{variant.sku}")
        else:
            changed += [
                f"{variant.sku}: {name}" for name in _names(VariantDraft) if _differs(name, before, variant)
            ]
    changed += [f"-{sku}" for sku, variant in known.items() if variant.is_active]
    named = [variant.sku for variant in draft.variants]
    order = [variant.sku for variant in current.draft.variants if variant.sku in set(named)]
    return changed if order == named or len(order) < len(named) else [*changed, "order"]


def _names(draft: type) -> list[str]:
    return [field.name for field in fields(draft) if field.name not in ("variants", "slug", "sku")]


def _differs(name: str, one: Any, other: Any) -> bool:
    before, after = getattr(one, name), getattr(other, name)
    if name == "facts":
        return _comparable(before) != _comparable(after)
    if name in ("tags", "prices"):
        return list(before) != list(after)
    return bool(before != after)


def _comparable(facts: Iterable[FactDraft]) -> list[tuple[Any, ...]]:
    return sorted((fact.attribute, fact.code, sorted(fact.text.items()), str(fact.number)) for fact in facts)


# --- Stock ---------------------------------------------------------------------------------------
def _plan_stock(plan: Plan, asked: Asked) -> None:
    """Counts that differ from what is on hand."""
    known = plan.current.on_hand if plan.current else {}
    limits = plan.current.backorder_limits if plan.current else {}
    for piece in plan.item.pieces:
        sku = plan.skus[piece.line]
        for location, units in piece.stock.items():
            place = location or asked.location
            is_kept = asked.keep_stock and (sku, place) in known
            if known.get((sku, place)) != units and not is_kept:
                plan.on_hand.setdefault(place, {})[sku] = units
                plan.changes.append(f"{sku}: stock")
        for location, limit in piece.backorder_limits.items():
            place = location or asked.location
            before = limits.get((sku, place), 0)
            # Where the merchant has said how far to go, a file that only says "sell on" changes nothing.
            if before != limit and not (location == HERE and before):
                plan.backorder_limits.setdefault(place, {})[sku] = limit
                plan.changes.append(f"{sku}: backorder_limit")
