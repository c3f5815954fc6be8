"""The staff's door to the catalogue. Prices, options and pictures go through the actions, which know the rules;
whatever is saved here makes the pages that show it anew in the same transaction."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from treebeard.mp_tree import MP_Node

from catalog import actions, addresses, index, media
from catalog.drafts import signature_of
from catalog.models import (
    Attribute,
    Category,
    Collection,
    CollectionProduct,
    OptionType,
    OptionValue,
    Picture,
    Price,
    PriceChange,
    PriceList,
    Product,
    ProductRelation,
    ProductType,
    SynonymGroup,
    Variant,
)
from catalog.search import synonyms
from shop.columns import in_words
from shop.errors import Refused
from shop.money import exponent, parse_minor


class ShownAdmin(admin.ModelAdmin):
    """Of something that public pages show: saving or deleting it moves their version."""

    list_per_page = 50
    show_full_result_count = False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        index.refresh_soon(self.products_showing(form.instance))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        products = list(self.products_showing(obj))
        super().delete_model(request, obj)
        index.refresh_soon(products)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def products_showing(self, row: Any) -> Any:
        """The products whose pages show this row."""
        return []


# --- Money in forms ------------------------------------------------------------------------------
class AmountField(forms.CharField):
    """ "24.90" in the shop's currency; gives whole minor units."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=14, widget=forms.TextInput({"inputmode": "decimal", "size": 8}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int):
            return value
        whole, part = divmod(value, 10 ** exponent(settings.CURRENCY))
        return (
            f"{whole}.{part:0{exponent(settings.CURRENCY)}d}" if exponent(settings.CURRENCY) else str(whole)
        )

    def clean(self, value: Any) -> int | None:
        text = super().clean(value).strip().replace(",", ".")
        try:
            minor = parse_minor(text, settings.CURRENCY) if text else None
        except ValueError as error:
            raise forms.ValidationError(_("Enter an amount such as 24.90.")) from error
        if minor is not None and minor < 0:
            raise forms.ValidationError(_("A price cannot be negative."))
        return minor

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != (data or "").strip()


# --- Products ------------------------------------------------------------------------------------
class VariantForm(forms.ModelForm):
    """A variant with its price on the shop's own list and the values that make it different."""

    price = AmountField(label=gettext_lazy("Price"), required=False)
    compare_at = AmountField(label=gettext_lazy("Before the sale"), required=False)
    values = forms.ModelMultipleChoiceField(
        OptionValue.objects.select_related("option_type").order_by("option_type", "position"),
        label=gettext_lazy("Options"),
        required=False,
        widget=forms.SelectMultiple({"size": 4}),
    )

    class Meta:
        model = Variant
        fields = [
            "sku", "values", "price", "compare_at", "stock_policy", "lead_days", "preorder_at", "weight_g",
            "barcode", "position", "is_active",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            price = shop_price(self.instance)
            self.initial["price"] = price.amount_minor if price else None
            self.initial["compare_at"] = price.compare_at_minor if price else None
            self.initial["values"] = [option.value_id for option in self.instance.options.all()]

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        price, before = facts.get("price"), facts.get("compare_at")
        if before is not None and (price is None or before <= price):
            self.add_error("compare_at", _("The price before the sale must be higher than the price."))
        return facts

    def clean_values(self) -> Any:
        """One value of each option; together they say which variant this is."""
        values = self.cleaned_data["values"]
        codes = {value.option_type.code: value.code for value in values}
        if len(codes) < len(values):
            raise forms.ValidationError(_("A variant has one value of each option."))
        self.instance.signature = signature_of(codes)
        twins = Variant.objects.filter(
            product=self.instance.product_id, signature=self.instance.signature
        ).exclude(pk=self.instance.pk)
        if self.instance.product_id and twins.exists():
            raise forms.ValidationError(_("Another variant of the product has the same options."))
        return values

    def write_rest(self) -> None:
        """What the actions write. Call after the variant was saved. May raise Refused."""
        if "values" in self.changed_data:
            actions.set_options(self.instance, list(self.cleaned_data["values"]))
        if {"price", "compare_at"} & set(self.changed_data):
            facts = self.cleaned_data
            price_list = shop_price_list()
            if price_list is None:
                raise Refused(_("There is no price list in %(currency)s.") % {"currency": settings.CURRENCY})
            actions.set_price(self.instance, price_list, facts["price"], compare_at_minor=facts["compare_at"])


def shop_price_list() -> PriceList | None:
    """The list that prices in forms belong to: of the shop's currency the one of highest priority."""
    return PriceList.objects.filter(currency=settings.CURRENCY).order_by("-priority", "pk").first()


def shop_price(variant: Variant) -> Price | None:
    """The standing price of one on that list."""
    price_list = shop_price_list()
    return variant.prices.filter(price_list=price_list, min_quantity=1, starts_at=None).first()


class VariantFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        """No two variants of a product are alike."""
        super().clean()
        seen: set[str] = set()
        for form in self.forms:
            if not hasattr(form, "cleaned_data") or (form.instance.pk is None and not form.has_changed()):
                continue
            if form.instance.signature in seen:
                form.add_error("values", _("Another variant of the product has the same options."))
            seen.add(form.instance.signature)


class VariantInline(admin.StackedInline):
    model = Variant
    form = VariantForm
    formset = VariantFormSet
    extra = 0
    show_change_link = True
    can_delete = False  # carts and stock refer to it: take it off sale instead


class PictureForm(forms.ModelForm):
    upload = forms.FileField(label=gettext_lazy("File"), required=False)

    class Meta:
        model = Picture
        fields = ["upload", "alt", "variant", "view", "position", "focus_x", "focus_y"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upload"].required = self.instance.pk is None
        if self.instance.pk:
            self.fields["upload"].widget.attrs["hidden"] = True  # a picture keeps its file: see clean_upload
        self.prepared = None

    def clean_upload(self) -> UploadedFile | None:
        """The checks come before anything is written; what passed is kept for saving."""
        upload = self.cleaned_data.get("upload")
        if upload and self.instance.pk:
            raise forms.ValidationError(_("Add the new file as a picture of its own, and delete this one."))
        if upload:
            try:
                self.prepared = media.check(upload.read())
            except Refused as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return upload


class PictureInline(admin.TabularInline):
    model = Picture
    form = PictureForm
    fields = ["thumb", *PictureForm.Meta.fields]
    readonly_fields = ["thumb"]
    extra = 0

    @admin.display(description=gettext_lazy("Picture"))
    def thumb(self, picture: Picture) -> SafeString | str:
        shown = media.picture_for(picture, up_to=160) if picture.pk else None
        return format_html('<img src="{}" width="64" height="80" alt="">', shown.src) if shown else ""


class RelationInline(admin.TabularInline):
    model = ProductRelation
    fk_name = "product"
    autocomplete_fields = ["other"]
    extra = 0


@admin.register(Product)
class ProductAdmin(ShownAdmin):
    list_display = [
        in_words("name", gettext_lazy("name")),
        "skus",
        "status",
        "kind",
        "category",
        "published_at",
    ]
    list_filter = ["status", "kind", "category"]
    search_fields = ["slug", "variants__sku"]
    list_select_related = ["category"]
    prepopulated_fields: dict[str, list[str]] = {}
    autocomplete_fields = ["category"]
    inlines = [VariantInline, PictureInline, RelationInline]
    actions = ["archive_selected"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "summary", "description"]}),
        (gettext_lazy("Where and when"), {"fields": ["status", "published_at", "category", "tags"]}),
        (gettext_lazy("Kind and tax"), {"fields": ["kind", "product_type", "tax_class"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return super().get_queryset(request).annotate(variants_count=Count("variants"))

    @admin.display(description=gettext_lazy("Variants"))
    def skus(self, product: Any) -> int:
        return product.variants_count

    def products_showing(self, product: Product) -> list[int]:
        return [product.pk]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # orders and stock refer to it: archive it instead

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "slug" in form.changed_data:
            addresses.remember_product(obj, form.initial["slug"])

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Variants and pictures are finished by the actions; a refusal is told, and the rest is kept."""
        with index.in_one_go():
            if formset.model is Picture:
                self._save_pictures(request, form.instance, formset)
                return
            super().save_formset(request, form, formset, change)
            for row in formset.forms if formset.model is Variant else ():
                if row.has_changed() and row.is_valid():
                    self._try(request, row.write_rest)

    def _save_pictures(self, request: HttpRequest, product: Product, formset: Any) -> None:
        rows = formset.save(commit=False)
        for gone in formset.deleted_objects:
            gone.delete()
        prepared = {id(form.instance): form.prepared for form in formset.forms}
        for picture in rows:
            if prepared.get(id(picture)):
                new = media.add_picture(
                    prepared[id(picture)],
                    alt=dict(picture.alt),
                    product=product,
                    variant=picture.variant,
                    view=picture.view,
                    position=picture.position,
                    focus=(picture.focus_x, picture.focus_y),
                )
                picture.pk = new.pk
            else:
                picture.save()

    def _try(self, request: HttpRequest, act: Any) -> None:
        try:
            act()
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.WARNING)

    @admin.action(description=gettext_lazy("Archive: take out of the shop"), permissions=["change"])
    def archive_selected(self, request: HttpRequest, products: QuerySet[Product]) -> None:
        with index.in_one_go():
            for product in products:
                actions.archive_product(product)


class PriceInline(admin.TabularInline):
    """All prices of a variant, to read: lists, quantities, times. The price log has what they were."""

    model = Price
    fields = ["price_list", "min_quantity", "starts_at", "ends_at", "amount", "before"]
    readonly_fields = fields
    extra = 0
    can_delete = False

    @admin.display(description=gettext_lazy("Price"))
    def amount(self, price: Price) -> str:
        return str(price.amount)

    @admin.display(description=gettext_lazy("Before the sale"))
    def before(self, price: Price) -> str:
        return str(price.compare_at or "")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Variant)
class VariantAdmin(ShownAdmin):
    list_display = ["sku", "product", "signature", "stock_policy", "is_active"]
    list_select_related = ["product"]
    list_filter = ["stock_policy", "is_active"]
    search_fields = ["sku", "barcode", "product__slug"]
    form = VariantForm
    inlines = [PriceInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # on its product's page

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def products_showing(self, variant: Variant) -> list[int]:
        return [variant.product_id]

    def save_model(self, request: HttpRequest, obj: Variant, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        try:
            form.write_rest()
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.WARNING)


# --- Shelves -------------------------------------------------------------------------------------
class CategoryForm(forms.ModelForm):
    parent = forms.ModelChoiceField(
        Category.objects.all(),
        required=False,
        label=gettext_lazy("Below"),
        empty_label=gettext_lazy("(at the top)"),
    )

    class Meta:
        model = Category
        fields = ["name", "slug", "parent", "text", "picture", "is_visible"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["picture"].queryset = Picture.objects.filter(product=None)
        if self.instance.pk:
            self.initial["parent"] = Category.objects.get_parent(self.instance)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        parent, slug = facts.get("parent"), facts.get("slug")
        path = f"{parent.full_path}/{slug}" if parent else slug
        if Category.objects.filter(full_path=path).exclude(pk=self.instance.pk).exists():
            self.add_error("slug", _("There is a category at this address already."))
        if parent and self.instance.pk and parent.path.startswith(self.instance.path):
            self.add_error("parent", _("A category cannot be put below itself."))
        return facts


@admin.register(Category)
class CategoryAdmin(ShownAdmin):
    list_display = ["indented", "full_path", "products", "is_visible"]
    list_select_related = ["count"]
    search_fields = ["full_path"]
    ordering = ["path"]
    form = CategoryForm

    @admin.display(description=gettext_lazy("Category"))
    def indented(self, category: Category) -> str:
        return f"{'— ' * (category.depth - 1)}{category}"

    @admin.display(description=gettext_lazy("Products"))
    def products(self, category: Category) -> int:
        return category.count.products if hasattr(category, "count") else 0

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only an empty shelf: no products, and nothing below it."""
        return super().has_delete_permission(request, obj) and not (
            obj and (obj.numchild or obj.products.exists())
        )

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def delete_model(self, request: HttpRequest, obj: MP_Node) -> None:
        Category.objects.filter(pk=obj.pk).delete()
        index.bump()

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        facts = form.cleaned_data
        fields = {key: facts[key] for key in ("name", "text", "picture", "is_visible")}
        if change:
            kept = Category.objects.get(pk=obj.pk)
            kept = actions.move_category(kept, slug=facts["slug"], parent=facts["parent"])
            path = kept.full_path
        else:
            path = f"{facts['parent'].full_path}/{facts['slug']}" if facts["parent"] else facts["slug"]
        saved = actions.save_category(path, **fields)
        obj.pk, obj.path, obj.depth, obj.full_path = saved.pk, saved.path, saved.depth, saved.full_path
        obj._state.adding = False


class CollectionProductInline(admin.TabularInline):
    model = CollectionProduct
    autocomplete_fields = ["product"]
    extra = 0


@admin.register(Collection)
class CollectionAdmin(ShownAdmin):
    list_display = [in_words("name", gettext_lazy("name")), "code"]
    search_fields = ["code"]
    inlines = [CollectionProductInline]


# --- What products share -------------------------------------------------------------------------
class OptionValueInline(admin.TabularInline):
    model = OptionValue
    extra = 0


@admin.register(OptionType)
class OptionTypeAdmin(ShownAdmin):
    list_display = [in_words("name", gettext_lazy("name")), "code"]
    inlines = [OptionValueInline]

    def products_showing(self, option: OptionType) -> Any:
        return actions.products_with_option(option)


@admin.register(Attribute)
class AttributeAdmin(ShownAdmin):
    list_display = [in_words("name", gettext_lazy("name")), "code", "kind", "unit", "position"]
    search_fields = ["code"]

    def products_showing(self, attribute: Attribute) -> Any:
        return Product.objects.filter(facts__attribute=attribute).values_list("pk", flat=True).distinct()


@admin.register(ProductType)
class ProductTypeAdmin(admin.ModelAdmin):
    list_display = [in_words("name", gettext_lazy("name")), "code"]
    filter_horizontal = ["attributes"]


@admin.register(PriceList)
class PriceListAdmin(ShownAdmin):
    list_display = ["code", in_words("name", gettext_lazy("name")), "currency", "tax_included", "priority"]

    def products_showing(self, price_list: PriceList) -> Any:
        priced = Product.objects.filter(variants__prices__price_list=price_list)
        return priced.values_list("pk", flat=True).distinct()


@admin.register(PriceChange)
class PriceChangeAdmin(admin.ModelAdmin):
    """The price log: what anything cost, and when. Nobody writes here."""

    list_display = ["variant_sku", "price_list_code", "amount_minor", "compare_at_minor", "currency", "at"]
    list_filter = ["price_list_code"]
    search_fields = ["variant_sku"]
    ordering = ["-id"]
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


# --- Search --------------------------------------------------------------------------------------
@admin.register(SynonymGroup)
class SynonymGroupAdmin(admin.ModelAdmin):
    """A link may bring the words: `?asked=couch`, from the report of what was not found."""

    list_display = ["asked", "meant"]
    search_fields = ["asked", "meant"]
    list_per_page = 50

    def save_model(self, request: HttpRequest, obj: SynonymGroup, form: Any, change: bool) -> None:
        synonyms.save(obj)

    def delete_model(self, request: HttpRequest, obj: SynonymGroup) -> None:
        synonyms.remove(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SynonymGroup]) -> None:
        for group in queryset:
            synonyms.remove(group)


class ShopPictureForm(PictureForm):
    class Meta(PictureForm.Meta):
        fields = ["upload", "alt", "focus_x", "focus_y"]


@admin.register(Picture)
class ShopPictureAdmin(ShownAdmin):
    """Pictures of the shop itself: for the home page and for categories. A product's are on its page."""

    list_display = ["thumb", in_words("alt", gettext_lazy("alternative text")), "width", "height"]
    form = ShopPictureForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Picture]:
        return super().get_queryset(request).filter(product=None).prefetch_related("renditions")

    @admin.display(description=gettext_lazy("Picture"))
    def thumb(self, picture: Picture) -> SafeString | str:
        shown = media.picture_for(picture, up_to=160)
        return format_html('<img src="{}" width="120" alt="">', shown.src) if shown else ""

    def save_model(self, request: HttpRequest, obj: Picture, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        new = media.add_picture(form.prepared, alt=dict(obj.alt), focus=(obj.focus_x, obj.focus_y))
        obj.pk = new.pk
        obj._state.adding = False
