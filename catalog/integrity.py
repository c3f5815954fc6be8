"""What must hold for the rows that public pages read: they say what the catalogue and the stock say."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
)
from django.db.models.functions import Coalesce, Length, Now, Substr

from catalog.models import (
    Card,
    Category,
    FacetCount,
    FacetRow,
    Listing,
    Page,
    Price,
    Product,
    SearchRow,
    Variant,
    VariantOption,
)
from catalog.search.vocabulary import miscounted
from inventory.models import Level, Policy
from shop.integrity import check
from shop.models import Message

WAITING_TOPICS = ("catalog.stock_changed", "catalog.refresh")  # what these will change may still be as it was


@check(
    "every product on sale has its card and page in each language", over=["catalog.Product", "catalog.Card"]
)
def products_have_their_rows() -> Iterator[str]:
    languages = [code for code, _name in settings.LANGUAGES]
    for model, name in ((Card, "cards"), (Page, "pages")):
        rows = model.objects.filter(
            product=OuterRef("pk"), language__in=languages, currency=settings.CURRENCY
        )
        products = _shown().annotate(rows=_count(rows, "product")).exclude(rows=len(languages))
        for pk, slug, count in products.order_by("pk").values_list("pk", "slug", "rows").iterator():
            yield f"product {pk} ({slug}) has {count} {name}, not one in each of {len(languages)} languages"
    unfound = _shown().filter(search_row=None).order_by("pk")
    for pk, slug in unfound.values_list("pk", "slug").iterator():
        yield f"product {pk} ({slug}) has no search row"


@check("nothing that is not for sale has a card, a page or a place on a shelf", over=["catalog.Card"])
def nothing_else_has_rows() -> Iterator[str]:
    hidden = Product.objects.exclude(status=Product.Status.ACTIVE)
    for model, name in ((Card, "card"), (Page, "page"), (Listing, "listing"), (SearchRow, "search row")):
        rows = (
            model.objects.filter(product__in=hidden)
            .order_by("pk")
            .values_list("pk", "product_id", "product__slug")
        )
        for pk, product_id, slug in rows.iterator():
            yield f"{name} {pk} is of product {product_id} ({slug}), which is not for sale"


@check("products stand on the shelves of their category and all above", over=["catalog.Listing"])
def listings_follow_the_tree() -> Iterator[str]:
    own = Listing.objects.annotate(
        own_path=F("product__category__path"),
        beginning=Substr("product__category__path", 1, Length("category__path"), output_field=TextField()),
    )
    wrong = own.filter(~Q(beginning=F("category__path")) | Q(own_path__isnull=True)).order_by("pk")
    for pk, slug, path in wrong.values_list("pk", "product__slug", "category__full_path").iterator():
        yield f"listing {pk}: product {slug} does not belong to category {path}"
    listed = Listing.objects.filter(product=OuterRef("pk"), currency=settings.CURRENCY)
    products = _shown().filter(category__isnull=False).annotate(listed=_count(listed, "product"))
    for pk, slug, count, depth in (
        products.exclude(listed=F("category__depth"))
        .order_by("pk")
        .values_list("pk", "slug", "listed", "category__depth")
        .iterator()
    ):
        yield f"product {pk} ({slug}) stands on {count} shelves, its category is {depth} deep"


@check("shelves list prices and dates as the catalogue has them", over=["catalog.Listing"])
def listings_say_what_is_true() -> Iterator[str]:
    if _is_behind():
        return
    prices = Price.objects.of_one_now(settings.CURRENCY).filter(
        variant__product=OuterRef("product"), amount_minor=OuterRef("price_minor")
    )
    listings = Listing.objects.filter(currency=settings.CURRENCY)
    wrong = listings.exclude(Exists(prices) & Q(published_at=F("product__published_at"))).order_by("pk")
    for pk, slug, minor in wrong.values_list("pk", "product__slug", "price_minor").iterator():
        yield f"listing {pk} (product {slug}) lists {minor} or a day that the product does not have"


@check("what is listed as sold out is sold out, and nothing else", over=["catalog.Listing"])
def listings_follow_the_stock() -> Iterator[str]:
    if _is_behind():
        return
    for model, name in ((Listing, "listing"), (SearchRow, "search row")):
        rows = model.objects.annotate(can_buy=Exists(_buyable().filter(product=OuterRef("product"))))
        wrong = rows.filter(Q(is_sold_out=True, can_buy=True) | Q(is_sold_out=False, can_buy=False)).order_by(
            "pk"
        )
        for pk, slug, is_sold_out in wrong.values_list("pk", "product__slug", "is_sold_out").iterator():
            said = "sold out" if is_sold_out else "to be had"
            yield f"{name} {pk} (product {slug}) says it is {said}, the stock says otherwise"


@check("words are counted as the search rows spell them", over=["catalog.Word"])
def words_are_those_of_the_rows() -> Iterator[str]:
    for word, count in miscounted():
        yield f"word {word.pk} ({word.text}) says {word.products} products, the search rows spell it in {count}"


@check("shelves know how many products they list", over=["catalog.CategoryCount"])
def counts_are_those_of_the_listings() -> Iterator[str]:
    counted = Coalesce(Count("listings__product", distinct=True), 0)
    known = Coalesce("count__products", 0)
    shelves = Category.objects.annotate(counted=counted, known=known).exclude(counted=F("known"))
    for pk, path, said, counts in (
        shelves.order_by("pk").values_list("pk", "full_path", "known", "counted").iterator()
    ):
        yield f"category {pk} ({path}) says {said} products, its listings are {counts}"


@check("shelves know how many products have each facet value", over=["catalog.FacetCount"])
def facet_counts_are_those_of_the_rows() -> Iterator[str]:
    rows = FacetRow.objects.filter(value=OuterRef("value"), product__listings__category=OuterRef("category"))
    counted = Subquery(
        rows.order_by().values("value").annotate(n=Count("product", distinct=True)).values("n"),
        output_field=IntegerField(),
    )
    counts = FacetCount.objects.annotate(counted=Coalesce(counted, 0)).exclude(counted=F("products"))
    columns = ("pk", "category__full_path", "products", "value__group", "value__code", "counted")
    for pk, path, said, group, code, found in counts.order_by("pk").values_list(*columns).iterator():
        yield f"count {pk}: {path} says {said} products have {group}={code}, its rows are {found}"


@check("variants on sale are found by their options", over=["catalog.FacetRow"])
def variants_are_found_by_their_options() -> Iterator[str]:
    if _is_behind():
        return
    rows = FacetRow.objects.filter(
        variant=OuterRef("variant"),
        value__group=OuterRef("option_type__code"),
        value__code=OuterRef("value__code"),
    )
    on_sale = VariantOption.objects.filter(
        Exists(Price.objects.of_one_now(settings.CURRENCY).filter(variant=OuterRef("variant"))),
        variant__is_active=True,
        variant__product__in=_shown(),
    )
    lost = on_sale.exclude(Exists(rows)).order_by("pk")
    columns = ("variant__sku", "option_type__code", "value__code")
    for sku, group, code in lost.values_list(*columns).iterator():
        yield f"variant {sku} is not found by {group}={code}, which it is"


def _shown() -> QuerySet[Product]:
    """Products that shoppers can open, with a variant and a price."""
    priced = Exists(
        Price.objects.of_one_now(settings.CURRENCY).filter(
            variant__product=OuterRef("pk"), variant__is_active=True
        )
    )
    return Product.objects.filter(priced, status=Product.Status.ACTIVE, published_at__lte=Now())


def _buyable() -> QuerySet[Variant]:
    """Variants that can be had: nobody counts them, or something of them is free somewhere."""
    shelf = F("on_hand") - F("allocated") - F("held")
    levels = Level.objects.filter(variant=OuterRef("pk"))
    is_there = Exists(levels.alias(shelf=shelf).filter(shelf__gt=0))
    ahead = Exists(levels.alias(ahead=shelf + F("backorder_limit")).filter(ahead__gt=0))
    return Variant.objects.filter(
        Q(stock_policy=Policy.UNTRACKED)
        | is_there
        | (Q(stock_policy__in=[Policy.BACKORDER, Policy.PREORDER]) & ahead),
        Exists(Price.objects.of_one_now(settings.CURRENCY).filter(variant=OuterRef("pk"))),
        is_active=True,
    )


def _is_behind() -> bool:
    """A message that will renew rows is still on its way: what it will change is not wrong yet."""
    due = Message.objects.filter(
        state=Message.State.WAITING, topic__in=WAITING_TOPICS, available_at__lte=Now()
    )
    return due.exists()


def _count(rows: QuerySet, by: str) -> Coalesce:
    return Coalesce(
        Subquery(rows.order_by().values(by).annotate(n=Count("pk")).values("n")),
        0,
        output_field=IntegerField(),
    )
