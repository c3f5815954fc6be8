"""The smallest valid thing of each kind. `ProductFactory()` is a mug on sale: one variant, 24 €, ten on hand.

    ProductFactory(variant__sku="MUG", variant__price__amount_minor=900, variant__level__on_hand=1)
    VariantFactory(product=product, sku="MUG-RED", level=None)      # one more variant, without a stock level

Rows are written as they are, past the actions: what pages read (`Card`, `Listing`, ...) is made by
`catalog.index.refresh`, or by `indexed=True`.
"""

from __future__ import annotations

from typing import Any

import factory
from factory import RelatedFactory, Sequence, SubFactory
from factory.django import DjangoModelFactory

from catalog.models import (
    Category,
    Collection,
    OptionType,
    OptionValue,
    Picture,
    Price,
    PriceList,
    Product,
    ProductOption,
    Variant,
    VariantOption,
)
from inventory.models import Level, Location, Movement
from pricing.models import TaxClass, TaxRate


# --- Taxes ---------------------------------------------------------------------------------------
class TaxClassFactory(DjangoModelFactory):
    code = "standard"
    name = factory.LazyFunction(lambda: {"en": "Standard"})

    class Meta:
        model = TaxClass
        django_get_or_create = ["code"]


class TaxRateFactory(DjangoModelFactory):
    """23 % VAT in Portugal."""

    tax_class = SubFactory(TaxClassFactory)
    country = "PT"
    rate_millionths = 230_000
    name = factory.LazyFunction(lambda: {"en": "VAT", "ru": "НДС"})
    region = ""
    starts_on = None

    class Meta:
        model = TaxRate
        django_get_or_create = ["tax_class", "country", "region", "starts_on"]


# --- Places and stock ----------------------------------------------------------------------------
class LocationFactory(DjangoModelFactory):
    code = "main"
    name = factory.LazyFunction(lambda: {"en": "Main warehouse"})

    class Meta:
        model = Location
        django_get_or_create = ["code"]


class LevelFactory(DjangoModelFactory):
    """Ten on hand in the main warehouse, with the movement that says where they came from."""

    variant = SubFactory("tests.factories.VariantFactory", level=None)
    location = SubFactory(LocationFactory)
    on_hand = 10

    class Meta:
        model = Level
        skip_postgeneration_save = True

    @factory.post_generation
    def movement(level: Level, create: bool, extracted: Any, **kwargs: Any) -> None:
        if level.on_hand:
            Movement.objects.create(
                level=level, kind=Movement.Kind.COUNTED, on_hand_delta=level.on_hand, cause="test:opening"
            )


# --- Catalogue -----------------------------------------------------------------------------------
class CategoryFactory(DjangoModelFactory):
    """A shelf at the top of the shop; `parent=` puts it below another."""

    slug = Sequence(lambda n: f"shelf-{n}")
    name = factory.LazyAttribute(lambda category: {"en": category.slug.replace("-", " ").capitalize()})

    class Meta:
        model = Category

    @classmethod
    def _create(cls, model: Any, *args: Any, parent: Category | None = None, **fields: Any) -> Category:
        fields.setdefault("full_path", f"{parent.full_path}/{fields['slug']}" if parent else fields["slug"])
        shelves = Category.objects
        return shelves.add_child(parent, fields) if parent else shelves.add_root(fields)


class CollectionFactory(DjangoModelFactory):
    code = Sequence(lambda n: f"collection-{n}")
    name = factory.LazyAttribute(lambda collection: {"en": collection.code.replace("-", " ").capitalize()})

    class Meta:
        model = Collection


class PriceListFactory(DjangoModelFactory):
    code = "eur"
    currency = "EUR"
    name = factory.LazyAttribute(lambda price_list: {"en": price_list.code.upper()})

    class Meta:
        model = PriceList
        django_get_or_create = ["code"]


class PriceFactory(DjangoModelFactory):
    variant = SubFactory("tests.factories.VariantFactory", price=None)
    price_list = SubFactory(PriceListFactory)
    amount_minor = 2400

    class Meta:
        model = Price


class VariantFactory(DjangoModelFactory):
    """One SKU at 24 €, ten on hand. `options={"colour": "sage"}` makes the option rows too."""

    product = SubFactory("tests.factories.ProductFactory", variant=None)
    sku = Sequence(lambda n: f"SKU-{n}")
    weight_g = 340
    price = RelatedFactory(PriceFactory, factory_related_name="variant")
    level = RelatedFactory(LevelFactory, factory_related_name="variant")

    class Meta:
        model = Variant
        skip_postgeneration_save = True

    @factory.lazy_attribute
    def signature(self) -> str:
        return "" if not self.product.variants.exists() else f"no={self.sku.lower()}"

    @factory.post_generation
    def options(variant: Variant, create: bool, extracted: dict[str, str] | None, **kwargs: Any) -> None:
        if not extracted:
            return
        for position, (option, value) in enumerate(extracted.items()):
            choose(variant, option, value, position)
        variant.signature = ";".join(f"{option}={value}" for option, value in extracted.items())
        variant.save(update_fields=["signature"])


def choose(variant: Variant, option: str, value: str, position: int = 0) -> None:
    """Give `variant` a value of an option, making both where they are not there yet."""
    option_type, _ = OptionType.objects.get_or_create(
        code=option, defaults={"name": {"en": option.capitalize()}}
    )
    chosen, _ = OptionValue.objects.get_or_create(
        option_type=option_type, code=value, defaults={"name": {"en": value.capitalize()}}
    )
    ProductOption.objects.get_or_create(
        product=variant.product, option_type=option_type, defaults={"position": position}
    )
    VariantOption.objects.create(variant=variant, option_type=option_type, value=chosen)


class ProductFactory(DjangoModelFactory):
    """A mug on sale. `variant=None` leaves it without one; `indexed=True` also makes what pages read."""

    slug = Sequence(lambda n: f"mug-{n}")
    name = factory.LazyAttribute(lambda product: {"en": product.slug.replace("-", " ").capitalize()})
    status = Product.Status.ACTIVE
    category = SubFactory(CategoryFactory)
    tax_class = SubFactory(TaxClassFactory)
    variant = RelatedFactory(VariantFactory, factory_related_name="product")

    class Meta:
        model = Product
        skip_postgeneration_save = True

    @factory.post_generation
    def indexed(product: Product, create: bool, extracted: bool, **kwargs: Any) -> None:
        if extracted:
            from catalog import index

            index.refresh([product.pk])


class PictureFactory(DjangoModelFactory):
    """A picture's row without a file: pages that show it need `catalog.media.add_picture`."""

    product = SubFactory(ProductFactory)
    original = Sequence(lambda n: f"originals/{n:064x}.jpg")
    sha256 = Sequence(lambda n: f"{n:064x}")
    width = 800
    height = 1000
    colour = "#c8c4bc"
    alt = factory.LazyFunction(lambda: {"en": "A mug"})

    class Meta:
        model = Picture
