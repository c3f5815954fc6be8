"""What is sold and how it is described. Write through `catalog.actions`, which keep the page rows true."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from shop.money import Money
from shop.translation import TranslatedField


class OptionType(models.Model):
    """What variants differ by, shared shop-wide: colour, size."""

    code = models.SlugField(
        unique=True,
        verbose_name=_("code"),
        help_text=_("Letters, digits and hyphens. Imports and links know it by this: choose it once."),
    )
    name = TranslatedField(verbose_name=_("name"))

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")

    def __str__(self) -> str:
        return str(self.name) or self.code


class OptionValue(models.Model):
    """One choice of an option, shared shop-wide: sage, XL."""

    option_type = models.ForeignKey(
        OptionType, on_delete=models.CASCADE, related_name="values", verbose_name=_("option")
    )
    code = models.SlugField(verbose_name=_("code"))
    name = TranslatedField(verbose_name=_("name"))
    swatch = models.CharField(
        max_length=7,
        blank=True,
        verbose_name=_("colour swatch"),
        help_text=_("As #8D9A82; the picker then shows the colour."),
    )  # "#8D9A82"
    position = models.PositiveIntegerField(
        default=0, verbose_name=_("position"), help_text=_("Lower comes first.")
    )

    class Meta:
        verbose_name = _("option value")
        verbose_name_plural = _("option values")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["option_type", "code"], name="option_value_once")]

    def __str__(self) -> str:
        return str(self.name) or self.code


class Attribute(models.Model):
    """A fact that products state in their specification, shared shop-wide."""

    class Kind(models.TextChoices):
        TEXT = "text", pgettext_lazy("attribute", "Text")
        NUMBER = "number", pgettext_lazy("attribute", "Number")
        CHOICE = "choice", pgettext_lazy("attribute", "Choice")
        BOOLEAN = "bool", pgettext_lazy("attribute", "Yes or no")
        DIMENSIONS = "dimensions", pgettext_lazy("attribute", "Dimensions")
        COUNTRY = "country", pgettext_lazy("attribute", "Country")

    code = models.SlugField(
        unique=True,
        verbose_name=_("code"),
        help_text=_("Letters, digits and hyphens. Imports and links know it by this: choose it once."),
    )
    name = TranslatedField(verbose_name=_("name"))
    kind = models.CharField(max_length=12, choices=Kind.choices, verbose_name=_("kind of value"))
    unit = models.CharField(
        max_length=12, blank=True, verbose_name=_("unit"), help_text=_("Shown after a number: mm, l, W.")
    )
    position = models.PositiveIntegerField(
        default=0, verbose_name=_("position"), help_text=_("Lower comes first.")
    )

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return str(self.name) or self.code


class ProductType(models.Model):
    """A family of products that state the same attributes."""

    code = models.SlugField(
        unique=True,
        verbose_name=_("code"),
        help_text=_("Letters, digits and hyphens. Imports and links know it by this: choose it once."),
    )
    name = TranslatedField(verbose_name=_("name"))
    attributes = models.ManyToManyField(
        Attribute,
        blank=True,
        related_name="product_types",
        verbose_name=_("attributes"),
        help_text=_("What products of this type are described by."),
    )

    class Meta:
        verbose_name = _("product type")
        verbose_name_plural = _("product types")

    def __str__(self) -> str:
        return str(self.name) or self.code


class CategoryQuerySet(MP_NodeQuerySet):
    def visible(self):
        return self.filter(is_visible=True)


class CategoryManager(MP_NodeManager.from_queryset(CategoryQuerySet)):
    def get_queryset(self):
        """In the order of the tree, as treebeard needs it, with our own words."""
        return CategoryQuerySet(self.model, using=self._db).order_by("path")


class Category(MP_Node):
    """A shelf of the shop, in a tree. `full_path` is its address below /c/."""

    slug = models.SlugField(
        max_length=120, verbose_name=_("address"), help_text=_("The last part of the page's address.")
    )
    full_path = models.CharField(max_length=500, unique=True, verbose_name=_("full address"))
    name = TranslatedField(verbose_name=_("name"))
    text = TranslatedField(blank=True, verbose_name=_("text"))
    picture = models.ForeignKey(
        "Picture",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("picture"),
    )
    is_visible = models.BooleanField(default=True, verbose_name=_("visible"))

    node_order_by: list[str] = []
    objects = CategoryManager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return str(self.name) or self.slug

    def get_absolute_url(self) -> str:
        return reverse("catalog:category", args=[self.full_path])


class Collection(models.Model):
    """A hand-picked set of products: new in, sale."""

    code = models.SlugField(
        unique=True,
        verbose_name=_("code"),
        help_text=_("Letters, digits and hyphens. Imports and links know it by this: choose it once."),
    )
    name = TranslatedField(verbose_name=_("name"))
    text = TranslatedField(blank=True, verbose_name=_("text"))
    products = models.ManyToManyField("Product", through="CollectionProduct", related_name="collections")

    class Meta:
        verbose_name = _("collection")
        verbose_name_plural = _("collections")

    def __str__(self) -> str:
        return str(self.name) or self.code


class CollectionProduct(models.Model):
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, verbose_name=_("collection"))
    product = models.ForeignKey("Product", on_delete=models.CASCADE, verbose_name=_("product"))
    position = models.PositiveIntegerField(
        default=0, verbose_name=_("position"), help_text=_("Lower comes first.")
    )

    class Meta:
        verbose_name = _("product of the collection")
        verbose_name_plural = _("products of the collection")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["collection", "product"], name="in_a_collection_once")]

    def __str__(self) -> str:
        return f"{self.collection_id}: {self.product_id}"


class ProductQuerySet(models.QuerySet):
    def published(self):
        """What shoppers may open now."""
        return self.filter(status=Product.Status.ACTIVE, published_at__lte=timezone.now())

    def for_page(self):
        """All that the product page and its page rows are made of, in a constant number of queries."""
        return self.select_related("category", "tax_class").prefetch_related(
            "variants__options__value", "variants__options__option_type", "variants__prices__price_list",
            "variants__levels__location", "pictures__renditions", "facts__attribute",
        )  # fmt: skip


class Product(models.Model):
    """A thing described. It has at least one variant, and the variant is what is sold."""

    class Kind(models.TextChoices):
        PHYSICAL = "physical", pgettext_lazy("product kind", "Physical")
        DIGITAL = "digital", pgettext_lazy("product kind", "Digital")
        SERVICE = "service", pgettext_lazy("product kind", "Service")
        GIFT_CARD = "gift_card", pgettext_lazy("product kind", "Gift card")

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("product", "Draft")
        ACTIVE = "active", pgettext_lazy("product", "Active")
        ARCHIVED = "archived", pgettext_lazy("product", "Archived")

    slug = models.SlugField(
        max_length=150,
        unique=True,
        allow_unicode=True,
        verbose_name=_("address"),
        help_text=_("The last part of the page's address. The old one leads to the new one."),
    )
    kind = models.CharField(
        max_length=12, choices=Kind.choices, default=Kind.PHYSICAL, verbose_name=_("kind")
    )
    status = models.CharField(
        max_length=10,
        choices=Status.choices,
        default=Status.DRAFT,
        verbose_name=_("status"),
        help_text=_("Only an active product is on sale."),
    )
    product_type = models.ForeignKey(
        ProductType,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        verbose_name=_("product type"),
        help_text=_("Says which attributes it has."),
    )
    category = models.ForeignKey(
        Category,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="products",
        verbose_name=_("category"),
    )
    tax_class = models.ForeignKey(
        "pricing.TaxClass",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("tax class"),
        help_text=_("Which rate of tax it carries in each country."),
    )
    name = TranslatedField(verbose_name=_("name"))
    summary = TranslatedField(blank=True, verbose_name=_("summary"))
    description = TranslatedField(blank=True, verbose_name=_("description"))
    tags = models.JSONField(
        default=list, blank=True, verbose_name=_("tags"), help_text=_('A list of words in quotes: ["new"].')
    )
    option_types = models.ManyToManyField(
        OptionType, through="ProductOption", blank=True, verbose_name=_("options")
    )
    related = models.ManyToManyField(
        "self", through="ProductRelation", symmetrical=False, blank=True, verbose_name=_("goes well with")
    )
    published_at = models.DateTimeField(
        default=timezone.now, verbose_name=_("on sale from"), help_text=_("Before this it is not shown.")
    )
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("created"))
    updated_at = models.DateTimeField(auto_now=True, verbose_name=_("changed"))

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return str(self.name) or self.slug

    def get_absolute_url(self) -> str:
        return reverse("catalog:product", args=[self.slug])

    @property
    def is_published(self) -> bool:
        """Whether shoppers may open it now."""
        return self.status == self.Status.ACTIVE and self.published_at <= timezone.now()


class ProductOption(models.Model):
    """The options a product's variants differ by, in the order of its pickers."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE)
    option_type = models.ForeignKey(OptionType, on_delete=models.PROTECT)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["product", "option_type"], name="product_option_once")]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.option_type_id}"


class ProductRelation(models.Model):
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="relations", verbose_name=_("product")
    )
    other = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="+", verbose_name=_("other product")
    )
    position = models.PositiveIntegerField(
        default=0, verbose_name=_("position"), help_text=_("Lower comes first.")
    )

    class Meta:
        verbose_name = _("product that goes well with it")
        verbose_name_plural = _("products that go well with it")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["product", "other"], name="related_once"),
            models.CheckConstraint(condition=~Q(product=F("other")), name="not_related_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.other_id}"


class VariantQuerySet(models.QuerySet):
    def sellable(self):
        """What can be put in a cart: active variants of published products."""
        return self.filter(
            is_active=True, product__status=Product.Status.ACTIVE, product__published_at__lte=timezone.now()
        )


class Variant(models.Model):
    """What is sold: one SKU."""

    class StockPolicy(models.TextChoices):
        DENY = "deny", pgettext_lazy("stock policy", "Stop selling at zero")
        BACKORDER = "backorder", pgettext_lazy("stock policy", "Back-order")
        PREORDER = "preorder", pgettext_lazy("stock policy", "Pre-order")
        UNTRACKED = "untracked", pgettext_lazy("stock policy", "Not counted")

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="variants", verbose_name=_("product")
    )
    sku = models.CharField(max_length=64, unique=True, verbose_name=_("SKU"))
    barcode = models.CharField(
        max_length=14,
        blank=True,
        db_index=True,
        verbose_name=_("barcode"),
        help_text=_("EAN, UPC or GTIN, digits only."),
    )
    position = models.PositiveIntegerField(
        default=0, verbose_name=_("position"), help_text=_("Lower comes first.")
    )
    is_active = models.BooleanField(default=True, verbose_name=_("on sale"))
    # "colour=sage;size=xl", by option code: makes a combination unique in its product.
    signature = models.CharField(max_length=250, blank=True, verbose_name=_("combination of options"))
    weight_g = models.PositiveIntegerField(
        default=0,
        verbose_name=_("weight, g"),
        help_text=_("Packed, as it is sent. Delivery is priced by it."),
    )
    length_mm = models.PositiveIntegerField(null=True, blank=True, verbose_name=_("length, mm"))
    width_mm = models.PositiveIntegerField(null=True, blank=True, verbose_name=_("width, mm"))
    height_mm = models.PositiveIntegerField(null=True, blank=True, verbose_name=_("height, mm"))
    stock_policy = models.CharField(
        max_length=10,
        choices=StockPolicy.choices,
        default=StockPolicy.DENY,
        verbose_name=_("when the stock is gone"),
    )
    lead_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        verbose_name=_("days until it can leave"),
        help_text=_("For a back-order: how long new stock takes."),
    )  # back-order: days until it can leave
    preorder_at = models.DateField(
        null=True,
        blank=True,
        verbose_name=_("can leave from"),
        help_text=_("For a pre-order: the day the goods arrive."),
    )  # pre-order: the day it can leave
    copy = models.JSONField(
        default=dict, editable=False
    )  # what lines copy of it; kept by `catalog.index.copies`

    objects = VariantQuerySet.as_manager()

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["product", "signature"], name="variant_combination_once"),
        ]

    def __str__(self) -> str:
        return self.sku

    def get_absolute_url(self) -> str:
        return f"{self.product.get_absolute_url()}?variant={self.sku}"

    @property
    def is_tracked(self) -> bool:
        return self.stock_policy != self.StockPolicy.UNTRACKED

    @property
    def options_text(self) -> str:
        """ "Sage, XL" in the active language."""
        return ", ".join(str(option.value.name) for option in self.options.all())


class VariantOption(models.Model):
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="options")
    option_type = models.ForeignKey(OptionType, on_delete=models.PROTECT)
    value = models.ForeignKey(OptionValue, on_delete=models.PROTECT)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["variant", "option_type"], name="variant_option_once")]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.value_id}"


class Fact(models.Model):
    """The value of an attribute for a product, or for one of its variants."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="facts")
    variant = models.ForeignKey(
        Variant, null=True, blank=True, on_delete=models.CASCADE, related_name="facts"
    )
    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT)
    code = models.CharField(max_length=120)  # for comparing: "stoneware", "330", "true"
    text = TranslatedField(blank=True)  # for reading
    number = models.IntegerField(null=True, blank=True)

    class Meta:
        ordering = ["attribute__position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["variant", "attribute", "code"], name="variant_fact_once"),
            models.UniqueConstraint(
                fields=["product", "attribute", "code"],
                condition=Q(variant__isnull=True),
                name="product_fact_once",
            ),
        ]
        indexes = [models.Index(fields=["attribute", "code", "product"], name="fact_facet")]

    def __str__(self) -> str:
        return f"{self.attribute_id}={self.code}"


class PriceList(models.Model):
    """Prices in one currency, tax included or not. The list of highest priority that has a price wins."""

    code = models.SlugField(
        unique=True,
        verbose_name=_("code"),
        help_text=_("Letters, digits and hyphens. Imports and links know it by this: choose it once."),
    )
    name = TranslatedField(verbose_name=_("name"))
    currency = models.CharField(
        max_length=3, verbose_name=_("currency"), help_text=_("Three letters: EUR, USD.")
    )
    tax_included = models.BooleanField(default=True, verbose_name=_("prices include tax"))
    priority = models.IntegerField(
        default=0,
        verbose_name=_("priority"),
        help_text=_("Of two lists in one currency the higher number counts."),
    )

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")

    def __str__(self) -> str:
        return self.code


class PriceQuerySet(models.QuerySet):
    def of_one_now(self, currency):
        """What a single piece may be sold at now."""
        return self.filter(
            Q(starts_at__isnull=True) | Q(starts_at__lte=Now()),
            Q(ends_at__isnull=True) | Q(ends_at__gt=Now()),
            price_list__currency=currency,
            min_quantity=1,
        )


class Price(models.Model):
    """What one variant costs on one list, from a quantity and within a time."""

    variant = models.ForeignKey(
        Variant, on_delete=models.CASCADE, related_name="prices", verbose_name=_("variant")
    )
    price_list = models.ForeignKey(
        PriceList, on_delete=models.PROTECT, related_name="prices", verbose_name=_("price list")
    )
    min_quantity = models.PositiveIntegerField(
        default=1,
        verbose_name=_("from how many"),
        help_text=_("This price holds from this number of pieces."),
    )
    starts_at = models.DateTimeField(null=True, blank=True, verbose_name=_("from"))
    ends_at = models.DateTimeField(null=True, blank=True, verbose_name=_("until"))
    amount_minor = models.PositiveBigIntegerField(verbose_name=_("price, in minor units"))
    compare_at_minor = models.PositiveBigIntegerField(
        null=True, blank=True, verbose_name=_("price before the sale, in minor units")
    )

    objects = PriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "price_list", "min_quantity", "starts_at"], name="price_once"
            ),
            models.UniqueConstraint(
                fields=["variant", "price_list", "min_quantity"],
                condition=Q(starts_at__isnull=True),
                name="standing_price_once",
            ),
            models.CheckConstraint(condition=Q(min_quantity__gte=1), name="price_from_one"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(starts_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="price_window",
            ),
            models.CheckConstraint(
                condition=Q(compare_at_minor__isnull=True) | Q(compare_at_minor__gt=F("amount_minor")),
                name="price_compare_at_is_higher",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}@{self.price_list_id}: {self.amount_minor}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.price_list.currency)

    @property
    def compare_at(self) -> Money | None:
        return Money(self.compare_at_minor, self.price_list.currency) if self.compare_at_minor else None


class PriceChange(models.Model):
    """Every price a variant ever had, append-only; the lowest price of 30 days comes from it."""

    variant_sku = models.CharField(max_length=64, db_index=True, verbose_name=_("SKU"))
    price_list_code = models.CharField(max_length=50, verbose_name=_("price list"))
    currency = models.CharField(max_length=3, verbose_name=_("currency"))
    min_quantity = models.PositiveIntegerField(verbose_name=_("from how many"))
    amount_minor = models.PositiveBigIntegerField(
        null=True, verbose_name=_("price, in minor units")
    )  # null: the price was taken away
    compare_at_minor = models.PositiveBigIntegerField(
        null=True, verbose_name=_("price before the sale, in minor units")
    )
    at = models.DateTimeField(default=timezone.now, verbose_name=_("changed at"))

    class Meta:
        verbose_name = _("price change")
        verbose_name_plural = _("price changes")

    def __str__(self) -> str:
        return f"{self.variant_sku} {self.amount_minor} {self.currency}"


class Picture(models.Model):
    """An original; `renditions` are what pages show. Belongs to a product, or to a page of the shop."""

    product = models.ForeignKey(
        Product,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="pictures",
        verbose_name=_("product"),
    )
    variant = models.ForeignKey(
        Variant,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="pictures",
        verbose_name=_("variant"),
        help_text=_("Shown when this variant is chosen; empty for all."),
    )
    # The address or file name that an import took it from: the next run knows it by this.
    source = models.CharField(max_length=500, blank=True, editable=False)
    original = models.FileField(upload_to="originals/", max_length=200, verbose_name=_("original file"))
    sha256 = models.CharField(max_length=64, db_index=True, verbose_name=_("fingerprint of the file"))
    width = models.PositiveIntegerField(verbose_name=_("width, px"))
    height = models.PositiveIntegerField(verbose_name=_("height, px"))
    alt = TranslatedField(verbose_name=_("alternative text"))
    colour = models.CharField(
        max_length=7, verbose_name=_("main colour")
    )  # the dominant one, shown until the picture is there
    focus_x = models.PositiveSmallIntegerField(
        default=50,
        verbose_name=_("focus from the left, %"),
        help_text=_("What stays in sight when the picture is cropped."),
    )  # percent from the left
    focus_y = models.PositiveSmallIntegerField(default=50, verbose_name=_("focus from the top, %"))
    position = models.PositiveIntegerField(
        default=0, verbose_name=_("position"), help_text=_("Lower comes first.")
    )
    view = models.CharField(
        max_length=20, blank=True, verbose_name=_("view"), help_text=_("Front, side, detail, scene.")
    )

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return str(self.alt) or self.original.name


class Rendition(models.Model):
    """One size of a picture in one format, made by the worker, never on request."""

    class Format(models.TextChoices):
        JPEG = "jpeg"
        WEBP = "webp"
        AVIF = "avif"

    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")
    format = models.CharField(max_length=4, choices=Format.choices)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    file = models.CharField(max_length=200)  # name in the media storage
    size = models.PositiveIntegerField()  # bytes

    class Meta:
        ordering = ["format", "width"]
        constraints = [models.UniqueConstraint(fields=["picture", "format", "width"], name="rendition_once")]

    def __str__(self) -> str:
        return self.file


class Card(models.Model):
    """A product's card as listings show it, made when the product changes, one per language and currency.

    `html` is `catalog/_card.html` rendered, with `{delivery}` where the promised date goes.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="cards")
    language = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    html = models.TextField()
    build = models.CharField(max_length=16)  # fingerprint of the templates that made it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "language", "currency"], name="card_once")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.language} {self.currency}"


class Listing(models.Model):
    """That a product stands in a category (its own and all above), with all that lists sort by."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="listings")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="listings")
    currency = models.CharField(max_length=3)
    is_sold_out = models.BooleanField(default=False)
    price_minor = models.PositiveBigIntegerField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "product", "currency"], name="listed_once")
        ]
        indexes = [
            models.Index(
                fields=["category", "currency", "is_sold_out", "-published_at", "-product"],
                name="listing_new",
            ),
            models.Index(
                fields=["category", "currency", "is_sold_out", "price_minor", "-product"],
                name="listing_price",
            ),
            models.Index(
                fields=["category", "currency", "is_sold_out", "-price_minor", "-product"],
                name="listing_price_down",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.category_id}"


class CategoryCount(models.Model):
    """How many products a category lists, kept beside the listings so that no page counts them."""

    category = models.OneToOneField(
        Category, primary_key=True, on_delete=models.CASCADE, related_name="count"
    )
    products = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.category_id}: {self.products}"


class OldAddress(models.Model):
    """An address that led to a product or a category before it was renamed: "p/dome-lamp", "c/lighting/lamps"."""

    address = models.CharField(max_length=510, unique=True)
    product = models.ForeignKey(Product, null=True, on_delete=models.CASCADE, related_name="old_addresses")
    category = models.ForeignKey(Category, null=True, on_delete=models.CASCADE, related_name="old_addresses")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(product__isnull=True) ^ Q(category__isnull=True),
                name="old_address_leads_somewhere",
            )
        ]

    def __str__(self) -> str:
        return self.address


class FacetValue(models.Model):
    """Something that lists can be narrowed to: colour sage, material oak, in stock.

    Options and attributes of one code are one group, so that a vase in one colour stands beside a mug in five.
    """

    group = models.CharField(max_length=50)  # the code of an option or an attribute, or AVAILABILITY
    code = models.CharField(max_length=120)
    text = TranslatedField(blank=True)  # for reading, where it is not an option's value

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "code"], name="facet_value_once")]

    def __str__(self) -> str:
        return f"{self.group}={self.code}"


class FacetRow(models.Model):
    """That a variant on sale has a facet value: what its product states counts for each of its variants."""

    value = models.ForeignKey(FacetValue, on_delete=models.CASCADE, related_name="rows", db_index=False)
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="facet_rows")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["value", "variant"], name="facet_row_once")]
        indexes = [models.Index(fields=["value", "product", "variant"], name="facet_row_products")]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.value_id}"


class OfferRow(models.Model):
    """What a variant on sale costs now in a currency, for lists that are narrowed by price."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="+", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="offer_rows")
    currency = models.CharField(max_length=3)
    price_minor = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["variant", "currency"], name="offer_row_once")]

    def __str__(self) -> str:
        return f"{self.variant_id} {self.currency}"


class FacetCount(models.Model):
    """How many products of a category have a facet value, kept beside the rows so that no page counts them."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+", db_index=False)
    value = models.ForeignKey(FacetValue, on_delete=models.CASCADE, related_name="+")
    products = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["category", "value"], name="facet_count_once")]

    def __str__(self) -> str:
        return f"{self.category_id} {self.value_id}: {self.products}"


class Page(models.Model):
    """A product's page, made when the product changes: what does not depend on the visitor or the stock."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="pages")
    language = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    parts = models.JSONField()  # name of the part: its HTML, or data for the parts made per request
    build = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "language", "currency"], name="page_once")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.language} {self.currency}"


class SearchRow(models.Model):
    """What a product is found by, in all languages. `catalog.search` keeps and reads it on both engines."""

    product = models.OneToOneField(
        Product, primary_key=True, on_delete=models.CASCADE, related_name="search_row"
    )
    title = models.TextField()  # the stems of its names in order, " / " between two languages
    body = models.TextField()  # all else: whole words, and their stems
    spelled = models.TextField()  # the words it adds to the vocabulary
    hint = models.JSONField(default=dict)  # what a suggestion shows of it
    is_sold_out = models.BooleanField(default=False)  # these come last

    def __str__(self) -> str:
        return str(self.product_id)


class Word(models.Model):
    """A word that products are described with: what one that was mistyped may have meant."""

    text = models.CharField(max_length=40, unique=True)
    stem = models.CharField(max_length=40, db_index=True)
    products = models.PositiveIntegerField(
        default=0
    )  # how many have it, and synonyms; kept with the search rows

    def __str__(self) -> str:
        return self.text


class Misspelling(models.Model):
    """A word with letters left out. Two words that differ by an edit or two have one in common."""

    letters = models.CharField(max_length=40)
    word = models.ForeignKey(Word, on_delete=models.CASCADE, related_name="misspellings")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letters", "word"], name="misspelling_once")]

    def __str__(self) -> str:
        return f"{self.letters}: {self.word_id}"


class SynonymGroup(models.Model):
    """Words that mean the same to shoppers. Write through `catalog.search.synonyms`, which keeps the terms."""

    asked = models.CharField(
        max_length=500,
        verbose_name=_("words"),
        help_text=_("Separated by commas: couch, sofa, settee. Each of them finds the others too."),
    )
    meant = models.CharField(
        max_length=500,
        blank=True,
        verbose_name=_("one way: what they find as well"),
        help_text=_("If filled, the words above find these too, but these do not find the words above."),
    )

    class Meta:
        verbose_name = _("synonyms")
        verbose_name_plural = _("synonyms")

    def __str__(self) -> str:
        return f"{self.asked} → {self.meant}" if self.meant else self.asked


class SynonymTerm(models.Model):
    """What is looked up when somebody asks: the stems of a synonym, and those of what it finds as well."""

    group = models.ForeignKey(SynonymGroup, on_delete=models.CASCADE, related_name="terms")
    asked = models.CharField(max_length=200, db_index=True)
    meant = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.asked}: {self.meant}"


class SearchCount(models.Model):
    """How often something was searched for on a day, and what it found. It does not say by whom."""

    query = models.CharField(max_length=100, verbose_name=_("searched for"))
    language = models.CharField(max_length=10, verbose_name=_("language"))
    day = models.DateField(verbose_name=_("day"))
    results = models.PositiveIntegerField(verbose_name=_("results"))
    times = models.PositiveIntegerField(default=0, verbose_name=_("times"))

    class Meta:
        verbose_name = _("search")
        verbose_name_plural = _("searches")
        constraints = [
            models.UniqueConstraint(fields=["query", "language", "day"], name="search_counted_once")
        ]
        indexes = [
            models.Index(fields=["language", "day", "-times"], name="search_popular"),
            models.Index(fields=["results", "-times"], name="search_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.query} ({self.day})"


class ImportRun(models.Model):
    """A product file that staff gave to the admin, and what came of it. `catalog.exchange.runs` carries it out."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("import", "Waiting")
        RUNNING = "running", pgettext_lazy("import", "At work")
        DONE = "done", pgettext_lazy("import", "Done")
        FAILED = "failed", pgettext_lazy("import", "Stopped")

    name = models.CharField(max_length=200)  # of the file
    content = models.BinaryField()  # let go once it is imported
    wishes = models.JSONField()  # what `defaults.asked` takes
    is_dry_run = models.BooleanField(default=True)
    is_strict = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    result = models.JSONField(default=dict)  # `importing.Result`, and what became of each product
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
