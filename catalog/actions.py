"""The one way in for staff, importers and the demo loader.

Each action owns its transaction, writes only what differs, and in the same transaction makes anew what
pages are built from (`catalog.index`) and moves the version of all public pages. The same call twice
changes nothing the second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import addresses, index, media
from catalog.drafts import FactDraft, PriceDraft, ProductDraft, Texts, VariantDraft, differing, signature_of
from catalog.imaging import Prepared
from catalog.models import (
    Attribute,
    Category,
    Collection,
    CollectionProduct,
    Fact,
    OptionType,
    OptionValue,
    Picture,
    Price,
    PriceChange,
    PriceList,
    Product,
    ProductOption,
    ProductRelation,
    ProductType,
    Variant,
    VariantOption,
)
from shop import rich_text
from shop.errors import Refused

Named = Callable[[Any, str, str], Any]  # (model, field, value): the row, or Refused


# --- What is shared shop-wide --------------------------------------------------------------------
@transaction.atomic
def save_attribute(code: str, *, name: Texts, kind: str, unit: str = "", position: int = 0) -> Attribute:
    return _save_shared(Attribute, code, name=dict(name), kind=kind, unit=unit, position=position)


@transaction.atomic
def save_option(code: str, *, name: Texts, values: Sequence[Mapping[str, Any]]) -> OptionType:
    """`values` [{"code", "name", "swatch"}] in order. Values not named stay: products may use them."""
    option = _save_shared(OptionType, code, name=dict(name))
    known = {value.code: value for value in option.values.all()}
    touched = []
    for position, value in enumerate(values):
        row = known.get(value["code"]) or OptionValue(option_type=option, code=value["code"])
        fields = {"name": dict(value["name"]), "swatch": value.get("swatch", ""), "position": position}
        if differing(row, **fields) or row.pk is None:
            touched.append(row.code)
            row.save()
    if any(code in known for code in touched):
        index.refresh_soon(products_with_option(option))
    return option


@transaction.atomic
def add_option_values(option: OptionType, names: Mapping[str, Texts], swatches: Mapping[str, str]) -> None:
    """New choices {code: name} after those that the option has; `swatches` {code: colour} for some of them."""
    last = option.values.aggregate(last=models.Max("position"))["last"]
    start = 0 if last is None else last + 1
    OptionValue.objects.bulk_create(
        OptionValue(
            option_type=option, code=code, name=dict(name), swatch=swatches.get(code, ""), position=position
        )
        for position, (code, name) in enumerate(names.items(), start)
    )


@transaction.atomic
def save_price_list(
    code: str, *, name: Texts, currency: str, tax_included: bool = True, priority: int = 0
) -> PriceList:
    return _save_shared(
        PriceList, code, name=dict(name), currency=currency, tax_included=tax_included, priority=priority
    )


@transaction.atomic
def save_product_type(code: str, *, name: Texts, attributes: Iterable[str] = ()) -> ProductType:
    product_type = _save_shared(ProductType, code, name=dict(name))
    product_type.attributes.set(Attribute.objects.filter(code__in=list(attributes)))
    return product_type


def _save_shared(model: Any, code: str, **fields: Any) -> Any:
    row = model.objects.filter(code=code).first() or model(code=code)
    if differing(row, **fields) or row.pk is None:
        row.save()
        index.bump()
    return row


# --- Shelves -------------------------------------------------------------------------------------
@transaction.atomic
def save_category(
    path: str,
    *,
    name: Texts,
    text: Texts | None = None,
    picture: Picture | None = None,
    is_visible: bool = True,
) -> Category:
    """The category at `path` ("tableware/mugs-cups"), made where it is missing, at the end of its shelf.

    Raises Refused when its parent does not exist.
    """
    category = Category.objects.filter(full_path=path).first() or _new_category(path, name)
    fields = {"name": dict(name), "text": dict(text or {}), "picture": picture, "is_visible": is_visible}
    if changed := differing(category, **fields):
        category.save()
        index.bump()
    if {"name", "is_visible"} & set(changed):  # they stand in the crumbs of every product below
        index.refresh_soon(products_below(category))
    return category


@transaction.atomic
def move_category(category: Category, *, slug: str, parent: Category | None) -> Category:
    """Rename a category's address or put it below another; addresses below it follow, the old ones lead there."""
    path = f"{parent.full_path}/{slug}" if parent else slug
    if path == category.full_path:
        return category
    if parent and (parent.pk == category.pk or parent.path.startswith(category.path)):
        raise Refused(_("A category cannot be put below itself."))
    if Category.objects.filter(full_path=path).exists():
        raise Refused(_("There is a category at this address already."))
    _readdress(category, slug, path)
    if parent != Category.objects.get_parent(category):
        target, place = (parent, "last-child") if parent else (Category.objects.first(), "last-sibling")
        Category.objects.move(Category.objects.get(pk=category.pk), target, pos=place)
    category = Category.objects.get(pk=category.pk)
    index.refresh_soon(products_below(category))
    return category


def _new_category(path: str, name: Texts) -> Category:
    above, _slash, slug = path.rpartition("/")
    fields = {"slug": slug, "full_path": path, "name": dict(name)}
    index.bump()
    if not above:
        return Category.objects.add_root(fields)
    parent = Category.objects.filter(full_path=above).first()
    if parent is None:
        raise Refused(_("The category %(path)s does not exist.") % {"path": above})
    return Category.objects.add_child(parent, fields)


def _readdress(category: Category, slug: str, path: str) -> None:
    below = list(Category.objects.get_descendants(category))
    before = {row.full_path: row for row in [category, *below]}
    for row in below:
        row.full_path = path + row.full_path[len(category.full_path) :]
    category.slug, category.full_path = slug, path
    category.save(update_fields=["slug", "full_path"])
    Category.objects.bulk_update(below, ["full_path"])
    addresses.remember_categories(before)


def products_with_option(option: OptionType) -> models.QuerySet[Any, int]:
    return Product.objects.filter(option_types=option).values_list("pk", flat=True)


def products_below(category: Category) -> models.QuerySet[Any, int]:
    shelves = Category.objects.filter(path__startswith=category.path)
    return Product.objects.filter(category__in=shelves).values_list("pk", flat=True)


@transaction.atomic
def save_collection(code: str, *, name: Texts, text: Texts | None = None) -> Collection:
    return _save_shared(Collection, code, name=dict(name), text=dict(text or {}))


@transaction.atomic
def set_collection(collection: Collection, products: Sequence[Product]) -> None:
    """Exactly these products, in this order."""
    wanted = [product.pk for product in products]
    rows = CollectionProduct.objects.filter(collection=collection).order_by("position", "id")
    if list(rows.values_list("product_id", flat=True)) == wanted:
        return
    rows.delete()
    CollectionProduct.objects.bulk_create(
        CollectionProduct(collection=collection, product_id=pk, position=position)
        for position, pk in enumerate(wanted)
    )
    index.bump()


# --- Products ------------------------------------------------------------------------------------
@transaction.atomic
def save_product(draft: ProductDraft) -> Product:
    """Write a product as the draft describes it, known by its slug; its variants are known by their SKUs.

    A variant that the draft no longer names is not deleted, only taken off sale: carts and stock refer to it.
    Raises Refused for a category, tax class, option or price list that does not exist, for a SKU of another
    product, and for two variants alike.
    """
    _check(draft)
    product, is_new = _write_product(draft)
    changed = is_new | _write_options(product, draft)
    changed |= _write_facts(product, None, draft.facts)
    known = {variant.sku: variant for variant in product.variants.all()}
    if known:
        changed |= _write_variants(product, known, draft.variants)
    else:
        _create_variants([(product, variant) for variant in draft.variants], _named)
    if changed:
        Product.objects.filter(pk=product.pk).update(updated_at=timezone.now())
        index.refresh([product.pk])
    return product


@transaction.atomic
def create_products(drafts: Sequence[ProductDraft]) -> list[Product]:
    """Products that the shop does not have yet: all of them or none, in as many statements for a hundred as for one.

    Raises what `save_product` does, and IntegrityError when one of their addresses is taken.
    """
    for draft in drafts:
        _check_alike(draft)
    if taken := Variant.objects.filter(
        sku__in=[row.sku for draft in drafts for row in draft.variants]
    ).first():
        raise Refused(_("%(sku)s belongs to another product.") % {"sku": taken.sku})
    named = _remembering(drafts)
    products = Product.objects.bulk_create(
        Product(
            slug=draft.slug,
            published_at=draft.published_at or timezone.now(),
            **_product_fields(draft, named),
        )
        for draft in drafts
    )
    pairs = list(zip(products, drafts, strict=True))
    ProductOption.objects.bulk_create(
        ProductOption(product=product, option_type=named(OptionType, "code", code), position=position)
        for product, draft in pairs
        for position, code in enumerate(draft.options)
    )
    Fact.objects.bulk_create(
        _fact(product, None, fact, named) for product, draft in pairs for fact in draft.facts
    )
    _create_variants([(product, variant) for product, draft in pairs for variant in draft.variants], named)
    index.refresh([product.pk for product in products])
    return products


@transaction.atomic
def set_options(variant: Variant, values: Sequence[OptionValue]) -> None:
    """What makes this variant different: one value of each option that its product's pickers offer.

    Raises Refused when two values are of one option, or another variant of the product has the same ones.
    """
    chosen = {value.option_type.code: value.code for value in values}
    if len(chosen) < len(values):
        raise Refused(_("A variant has one value of each option."))
    signature = signature_of(chosen)
    twins = Variant.objects.filter(product=variant.product_id, signature=signature).exclude(pk=variant.pk)
    if twins.exists():
        raise Refused(_("Another variant of the product has the same options."))
    Variant.objects.filter(pk=variant.pk).update(signature=signature)
    variant.signature = signature
    if _write_variant_options(variant, chosen):
        for value in values:
            ProductOption.objects.get_or_create(product=variant.product, option_type=value.option_type)
        index.refresh([variant.product_id])


@transaction.atomic
def archive_product(product: Product) -> None:
    """Take a product out of the shop; its page says so, and orders keep what they copied of it."""
    if product.status != Product.Status.ARCHIVED:
        product.status = Product.Status.ARCHIVED
        product.save(update_fields=["status", "updated_at"])
        index.refresh([product.pk])


@transaction.atomic
def set_related(product: Product, others: Sequence[Product]) -> None:
    """What goes with it, in this order."""
    wanted = [other.pk for other in others if other.pk != product.pk]
    rows = ProductRelation.objects.filter(product=product).order_by("position", "id")
    if list(rows.values_list("other_id", flat=True)) == wanted:
        return
    rows.delete()
    ProductRelation.objects.bulk_create(
        ProductRelation(product=product, other_id=pk, position=position) for position, pk in enumerate(wanted)
    )
    index.refresh([product.pk])


@transaction.atomic
def add_picture(
    product: Product,
    upload: bytes | Prepared,
    *,
    alt: Texts,
    variant: Variant | None = None,
    view: str = "",
    source: str = "",
) -> Picture:
    """Put a picture at the end of a product's gallery. The same file of the same product is one picture.

    Raises Refused for a file that is not a picture the shop takes.
    """
    prepared = upload if isinstance(upload, Prepared) else media.check(upload)
    known = product.pictures.filter(sha256=prepared.sha256).first()
    if known:
        if source and differing(known, source=source):
            known.save(update_fields=["source"])
        describe_picture(known, alt=alt, variant=variant, view=view)
        return known
    last = product.pictures.aggregate(last=models.Max("position"))["last"]
    picture = media.add_picture(
        prepared,
        alt=dict(alt),
        product=product,
        variant=variant,
        view=view,
        source=source,
        position=0 if last is None else last + 1,
    )
    index.refresh([product.pk])
    return picture


@transaction.atomic
def describe_picture(picture: Picture, *, alt: Texts, variant: Variant | None = None, view: str = "") -> bool:
    """Whether that changed anything."""
    changed = differing(picture, alt=dict(alt), variant=variant, view=view)
    if changed:
        picture.save()
        index.refresh([picture.product_id] if picture.product_id else [])
    return bool(changed)


def _check(draft: ProductDraft) -> None:
    _check_alike(draft)
    skus = [variant.sku for variant in draft.variants]
    taken = Variant.objects.filter(sku__in=skus).exclude(product__slug=draft.slug).first()
    if taken:
        raise Refused(_("%(sku)s belongs to another product.") % {"sku": taken.sku})


def _check_alike(draft: ProductDraft) -> None:
    skus = [variant.sku for variant in draft.variants]
    signatures = [signature_of(variant.options) for variant in draft.variants]
    if not skus:
        raise Refused(_("A product needs at least one variant."))
    if len(set(skus)) < len(skus) or len(set(signatures)) < len(signatures):
        raise Refused(_("Two variants of %(product)s are alike.") % {"product": draft.slug})


def _write_product(draft: ProductDraft) -> tuple[Product, bool]:
    product = Product.objects.filter(slug=draft.slug).first() or Product(slug=draft.slug)
    fields = _product_fields(draft, _named) | {"published_at": draft.published_at or product.published_at}
    is_new = product.pk is None
    # A foreign key that was never set answers with an exception, so a new row is not compared.
    if is_new:
        product = Product.objects.create(slug=draft.slug, **fields)
    elif changed := differing(product, **fields):
        product.save(update_fields=[*changed, "updated_at"])
    else:
        return product, False
    return product, True


def _product_fields(draft: ProductDraft, named: Named) -> dict[str, Any]:
    return {
        "name": dict(draft.name),
        "summary": dict(draft.summary),
        "description": {code: rich_text.clean(text) for code, text in draft.description.items()},
        "kind": draft.kind,
        "status": draft.status,
        "tags": list(draft.tags),
        "category": named(Category, "full_path", draft.category) if draft.category else None,
        "tax_class": named(apps.get_model("pricing.TaxClass"), "code", draft.tax_class),
        "product_type": named(ProductType, "code", draft.product_type) if draft.product_type else None,
    }


def _named(model: Any, field: str, value: str) -> Any:
    row = model.objects.filter(**{field: value}).first()
    if row is None:
        raise Refused(
            _("There is no %(kind)s “%(name)s”.") % {"kind": model._meta.verbose_name, "name": value}
        )
    return row


def _write_options(product: Product, draft: ProductDraft) -> bool:
    rows = ProductOption.objects.filter(product=product).order_by("position", "id")
    if list(rows.values_list("option_type__code", flat=True)) == draft.options:
        return False
    rows.delete()
    for position, code in enumerate(draft.options):
        option = _named(OptionType, "code", code)
        ProductOption.objects.create(product=product, option_type=option, position=position)
    return True


def _remembering(drafts: Sequence[ProductDraft]) -> Named:
    """`_named`, asking for each row once, and for all categories together."""
    shelves = Category.objects.filter(full_path__in={draft.category for draft in drafts})
    by_path = {shelf.full_path: shelf for shelf in shelves}

    def named(model: Any, field: str, value: str) -> Any:
        return by_path[value] if model is Category and value in by_path else _named(model, field, value)

    return cache(named)


def _create_variants(pairs: Sequence[tuple[Product, VariantDraft]], named: Named) -> None:
    """The first variants of some products, in as many statements for one of them as for a hundred."""
    places: Counter[int] = Counter()
    rows = []
    for product, draft in pairs:
        rows.append(
            Variant(product=product, sku=draft.sku, position=places[product.pk], **_variant_fields(draft))
        )
        places[product.pk] += 1
    variants = Variant.objects.bulk_create(rows)
    drafts = [draft for _product, draft in pairs]
    values = _option_values(drafts)
    VariantOption.objects.bulk_create(
        VariantOption(variant=variant, option_type_id=value.option_type_id, value=value)
        for variant, draft in zip(variants, drafts, strict=True)
        for value in (_chosen(values, *choice) for choice in draft.options.items())
    )
    Fact.objects.bulk_create(
        _fact(variant.product, variant, fact, named)
        for variant, draft in zip(variants, drafts, strict=True)
        for fact in draft.facts
    )
    _create_prices(variants, drafts, named)


def _option_values(drafts: Sequence[VariantDraft]) -> dict[tuple[str, str], OptionValue]:
    """{(code of the option, code of the value): the value} of all that the drafts name."""
    codes = {code for draft in drafts for code in draft.options.values()}
    options = {code for draft in drafts for code in draft.options}
    rows = OptionValue.objects.filter(code__in=codes, option_type__code__in=options)
    return {(row.option_type.code, row.code): row for row in rows.select_related("option_type")}


def _chosen(values: Mapping[tuple[str, str], OptionValue], option: str, value: str) -> OptionValue:
    if (option, value) not in values:
        raise Refused(
            _("The option %(option)s has no value “%(value)s”.") % {"option": option, "value": value}
        )
    return values[option, value]


def _create_prices(variants: Sequence[Variant], drafts: Sequence[VariantDraft], named: Named) -> None:
    pairs = [
        (variant, price) for variant, draft in zip(variants, drafts, strict=True) for price in draft.prices
    ]
    codes = dict.fromkeys(price.price_list for _variant, price in pairs)
    lists = {code: named(PriceList, "code", code) for code in codes}
    for _variant, price in pairs:
        _check_price(price)
    Price.objects.bulk_create(
        Price(
            variant=variant,
            price_list=lists[price.price_list],
            min_quantity=price.min_quantity,
            starts_at=price.starts_at,
            ends_at=price.ends_at,
            amount_minor=price.amount_minor,
            compare_at_minor=price.compare_at_minor,
        )
        for variant, price in pairs
    )
    PriceChange.objects.bulk_create(
        _price_change(
            variant, lists[price.price_list], price.min_quantity, price.amount_minor, price.compare_at_minor
        )
        for variant, price in pairs
    )


def _write_variants(product: Product, known: dict[str, Variant], drafts: Sequence[VariantDraft]) -> bool:
    """Their places stay as they are while their order is the draft's."""
    skus = [draft.sku for draft in drafts]
    is_in_order = [sku for sku in known if sku in set(skus)] == skus
    changed = False
    for place, draft in enumerate(drafts):
        variant = known.pop(draft.sku, None) or Variant(product=product, sku=draft.sku)
        changed |= _write_variant(variant, draft, variant.position if is_in_order else place)
    return changed | _retire(known.values())


def _write_variant(variant: Variant, draft: VariantDraft, position: int) -> bool:
    changed = bool(differing(variant, position=position, **_variant_fields(draft))) or variant.pk is None
    if changed:
        variant.save()
    changed |= _write_variant_options(variant, draft.options)
    changed |= _write_facts(variant.product, variant, draft.facts)
    return changed | _write_prices(variant, draft.prices)


def _variant_fields(draft: VariantDraft) -> dict[str, Any]:
    length, width, height = draft.size_mm or (None, None, None)
    return {
        "is_active": draft.is_active,
        "barcode": draft.barcode,
        "signature": signature_of(draft.options),
        "weight_g": draft.weight_g,
        "length_mm": length,
        "width_mm": width,
        "height_mm": height,
        "stock_policy": draft.stock_policy,
        "lead_days": draft.lead_days,
        "preorder_at": draft.preorder_at,
    }


def _write_variant_options(variant: Variant, options: Mapping[str, str]) -> bool:
    rows = VariantOption.objects.filter(variant=variant).order_by("id")
    if list(rows.values_list("option_type__code", "value__code")) == list(options.items()):
        return False
    rows.delete()
    for option_code, value_code in options.items():
        option = _named(OptionType, "code", option_code)
        found = {(option_code, value.code): value for value in option.values.filter(code=value_code)}
        value = _chosen(found, option_code, value_code)
        VariantOption.objects.create(variant=variant, option_type=option, value=value)
    return True


def _write_facts(product: Product, variant: Variant | None, drafts: Sequence[FactDraft]) -> bool:
    rows = Fact.objects.filter(product=product, variant=variant).select_related("attribute")
    known = {(row.attribute.code, row.code, tuple(row.text.items()), row.number) for row in rows}
    wanted = {(draft.attribute, draft.code, tuple(draft.text.items()), draft.number) for draft in drafts}
    if known == wanted:
        return False
    rows.delete()
    Fact.objects.bulk_create(_fact(product, variant, draft, _named) for draft in drafts)
    return True


def _fact(product: Product, variant: Variant | None, draft: FactDraft, named: Named) -> Fact:
    return Fact(
        product=product,
        variant=variant,
        attribute=named(Attribute, "code", draft.attribute),
        code=draft.code,
        text=dict(draft.text),
        number=draft.number,
    )


def _retire(variants: Iterable[Variant]) -> bool:
    skus = [variant.sku for variant in variants if variant.is_active]
    return bool(Variant.objects.filter(sku__in=skus).update(is_active=False))


# --- Prices --------------------------------------------------------------------------------------
@transaction.atomic
def set_price(
    variant: Variant,
    price_list: PriceList,
    amount_minor: int | None,
    *,
    compare_at_minor: int | None = None,
    min_quantity: int = 1,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> None:
    """Set, or with `amount_minor=None` take away, one price; the price log learns of every change.

    Raises Refused for an amount below zero, a price before the sale that is not higher, or an empty window.
    """
    draft = (
        None
        if amount_minor is None
        else PriceDraft(price_list.code, amount_minor, compare_at_minor, min_quantity, starts_at, ends_at)
    )
    row = Price.objects.filter(
        variant=variant, price_list=price_list, min_quantity=min_quantity, starts_at=starts_at
    ).first()
    if _write_price(variant, price_list, row, draft):
        index.refresh([variant.product_id])


def _write_prices(variant: Variant, drafts: Sequence[PriceDraft]) -> bool:
    rows = {
        (row.price_list.code, row.min_quantity, row.starts_at): row
        for row in Price.objects.filter(variant=variant).select_related("price_list")
    }
    changed = False
    for draft in drafts:
        row = rows.pop((draft.price_list, draft.min_quantity, draft.starts_at), None)
        price_list = row.price_list if row else _named(PriceList, "code", draft.price_list)
        changed |= _write_price(variant, price_list, row, draft)
    for row in rows.values():
        changed |= _write_price(variant, row.price_list, row, None)
    return changed


def _write_price(
    variant: Variant, price_list: PriceList, row: Price | None, draft: PriceDraft | None
) -> bool:
    if draft is None:
        if row is None:
            return False
        row.delete()
        _log_price(variant, price_list, row.min_quantity, None, None)
        return True
    _check_price(draft)
    price = row or Price(
        variant=variant, price_list=price_list, min_quantity=draft.min_quantity, starts_at=draft.starts_at
    )
    changed = differing(
        price,
        amount_minor=draft.amount_minor,
        compare_at_minor=draft.compare_at_minor,
        ends_at=draft.ends_at,
    )
    if not changed:
        return False
    price.save()
    _log_price(variant, price_list, draft.min_quantity, draft.amount_minor, draft.compare_at_minor)
    return True


def _check_price(draft: PriceDraft) -> None:
    if draft.amount_minor < 0 or draft.min_quantity < 1:
        raise Refused(_("A price cannot be negative."))
    if draft.compare_at_minor is not None and draft.compare_at_minor <= draft.amount_minor:
        raise Refused(_("The price before the sale must be higher than the price."))
    if draft.starts_at and draft.ends_at and draft.ends_at <= draft.starts_at:
        raise Refused(_("The price ends before it begins."))


def _log_price(
    variant: Variant, price_list: PriceList, min_quantity: int, amount: int | None, compare_at: int | None
) -> None:
    _price_change(variant, price_list, min_quantity, amount, compare_at).save()


def _price_change(
    variant: Variant, price_list: PriceList, min_quantity: int, amount: int | None, compare_at: int | None
) -> PriceChange:
    return PriceChange(
        variant_sku=variant.sku,
        price_list_code=price_list.code,
        currency=price_list.currency,
        min_quantity=min_quantity,
        amount_minor=amount,
        compare_at_minor=compare_at,
    )
