"""The one way in: what it writes, what it refuses, and that twice is the same as once."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import actions, prices, search
from catalog.drafts import FactDraft, PriceDraft, ProductDraft, VariantDraft
from catalog.models import Card, Category, PriceChange, Product, Variant
from shop import outbox
from shop.errors import Refused
from shop.models import Counter
from tests.factories import (
    CategoryFactory,
    CollectionFactory,
    LevelFactory,
    PriceListFactory,
    ProductFactory,
    TaxClassFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    """A shelf, a tax class, two price lists, one option and one attribute."""
    TaxClassFactory()
    CategoryFactory(slug="mugs", name={"en": "Mugs"})
    PriceListFactory(code="eur", currency="EUR")
    PriceListFactory(code="usd", currency="USD")
    colours = [{"code": code, "name": {"en": code.title()}, "swatch": "#aabbcc"} for code in ("sage", "rust")]
    actions.save_option("colour", name={"en": "Colour"}, values=colours)
    actions.save_attribute("capacity", name={"en": "Capacity"}, kind="number", unit="ml")


@pytest.fixture
def draft(shop):
    return ProductDraft(
        slug="tide-mug",
        name={"en": "Tide mug", "ru": "Кружка «Прилив»"},
        category="mugs",
        tax_class="standard",
        variants=[
            VariantDraft("TDM-SAG", {"colour": "sage"}, [PriceDraft("eur", 2400), PriceDraft("usd", 2600)]),
            VariantDraft("TDM-RST", {"colour": "rust"}, [PriceDraft("eur", 2600, 3000)]),
        ],
        facts=[FactDraft("capacity", "330", number=330)],
    )


def version() -> int:
    return Counter.objects.filter(name="catalog").values_list("value", flat=True).first() or 0


def test_a_draft_becomes_a_product_with_all_that_pages_read(draft):
    product = actions.save_product(draft)

    assert [variant.signature for variant in product.variants.all()] == ["colour=sage", "colour=rust"]
    assert product.variants.get(sku="TDM-RST").prices.get().compare_at_minor == 3000
    assert product.listings.get().price_minor == 2400
    assert product.cards.count() == 2
    assert search.search("tide").product_ids == [product.pk]
    assert product.category.count.products == 1


def test_the_same_draft_twice_writes_nothing(draft):
    actions.save_product(draft)
    before = version()

    with CaptureQueriesContext(connection) as captured:
        actions.save_product(draft)

    changes = [
        query["sql"] for query in captured if query["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")
    ]
    assert changes == []
    assert version() == before


def test_every_write_moves_the_version_of_public_pages(draft):
    product = actions.save_product(draft)
    acts = [
        lambda: actions.save_product(replace(draft, name={"en": "Ebb mug"})),
        lambda: actions.set_price(product.variants.first(), product_list("eur"), 1000),
        lambda: actions.set_related(product, [ProductFactory()]),
        lambda: actions.save_category("mugs", name={"en": "Cups"}),
        lambda: actions.set_collection(CollectionFactory(), [product]),
        lambda: actions.archive_product(product),
    ]
    for act in acts:
        before = version()
        act()
        assert version() > before


def product_list(code):
    return PriceListFactory(code=code)


def test_a_variant_the_draft_no_longer_names_is_taken_off_sale_not_deleted(draft):
    actions.save_product(draft)

    product = actions.save_product(replace(draft, variants=draft.variants[:1]))

    assert not Variant.objects.get(sku="TDM-RST").is_active
    assert 'data-minor="2400"' in product.cards.get(language="en").html


def test_a_change_of_name_reaches_the_card_and_the_search(draft):
    product = actions.save_product(draft)

    actions.save_product(replace(draft, name={"en": "Ebb mug"}))

    assert "Ebb mug" in product.cards.get(language="ru").html
    assert search.search("ebb").product_ids == [product.pk]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"category": "nowhere"}, "nowhere"),
        ({"tax_class": "nothing"}, "nothing"),
        ({"variants": []}, "at least one variant"),
    ],
)
def test_what_does_not_exist_is_refused_and_nothing_is_written(draft, change, reason):
    with pytest.raises(Refused, match=reason):
        actions.save_product(replace(draft, **change))

    assert not Product.objects.exists()


def test_two_variants_alike_are_refused(draft):
    twin = replace(draft.variants[0], sku="TDM-TWIN")

    with pytest.raises(Refused, match="alike"):
        actions.save_product(replace(draft, variants=[*draft.variants, twin]))


def test_a_sku_of_another_product_is_refused(draft):
    ProductFactory(variant__sku="TDM-SAG")

    with pytest.raises(Refused, match="TDM-SAG belongs to another product"):
        actions.save_product(draft)


def test_an_unknown_value_of_an_option_is_refused(draft):
    odd = replace(draft.variants[0], options={"colour": "pink"})

    with pytest.raises(Refused, match="pink"):
        actions.save_product(replace(draft, variants=[odd]))

    assert not Product.objects.exists()


# --- Prices --------------------------------------------------------------------------------------
def test_every_price_lands_in_the_log_once(draft):
    product = actions.save_product(draft)
    variant = product.variants.get(sku="TDM-SAG")

    for amount in (2400, 1900, 1900, None, None):
        actions.set_price(variant, product_list("eur"), amount)

    logged = PriceChange.objects.filter(variant_sku="TDM-SAG", currency="EUR").order_by("id")
    assert list(logged.values_list("amount_minor", flat=True)) == [2400, 1900, None]


@pytest.mark.parametrize(
    "price",
    [
        {"amount_minor": -1},
        {"amount_minor": 100, "compare_at_minor": 100},
        {"amount_minor": 1, "min_quantity": 0},
    ],
)
def test_a_price_that_makes_no_sense_is_refused(draft, price):
    variant = actions.save_product(draft).variants.first()

    with pytest.raises(Refused):
        actions.set_price(variant, product_list("eur"), **price)


def test_a_price_list_of_higher_priority_and_a_dated_price_win(draft):
    variant = actions.save_product(draft).variants.get(sku="TDM-SAG")
    now = timezone.now()
    actions.set_price(variant, product_list("eur"), 2000, min_quantity=5)
    actions.set_price(
        variant,
        product_list("eur"),
        1500,
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1),
    )

    def price(quantity=1, when=now):
        return prices.current_price(Variant.objects.get(pk=variant.pk), "EUR", quantity, when).amount_minor

    assert price() == 1500
    assert price(5) == 2000
    assert price(when=now + timedelta(days=2)) == 2400
    assert prices.current_price(variant, "JPY") is None
    actions.set_price(variant, PriceListFactory(code="vip", currency="EUR", priority=9), 900)
    assert price() == 900


def test_a_sale_that_begins_later_changes_the_card_in_time(draft):
    product = actions.save_product(draft)
    starts_at = timezone.now() + timedelta(days=1)
    variant = product.variants.get(sku="TDM-SAG")
    actions.set_price(variant, product_list("eur"), 1500, starts_at=starts_at)
    assert 'data-minor="2400"' in product.cards.get(language="en").html

    later = starts_at + timedelta(seconds=1)
    with time_machine.travel(later):
        outbox.drain(now=later)

    assert 'data-minor="1500"' in product.cards.get(language="en").html
    assert product.listings.get().price_minor == 1500


def test_the_lowest_price_of_thirty_days_counts_what_stood_before(draft):
    start = timezone.now() - timedelta(days=100)
    variant = None
    for days, amount in ((0, 1000), (60, 2400), (90, 2000), (95, 2200)):
        with time_machine.travel(start + timedelta(days=days)):
            variant = variant or actions.save_product(draft).variants.get(sku="TDM-SAG")
            actions.set_price(variant, product_list("eur"), amount)

    now = start + timedelta(days=100)
    assert prices.lowest_in_30_days(["TDM-SAG"], "EUR", now)["TDM-SAG"].minor == 2000
    early = start + timedelta(days=85)
    assert prices.lowest_in_30_days(["TDM-SAG"], "EUR", early)["TDM-SAG"].minor == 1000


# --- Shelves -------------------------------------------------------------------------------------
def test_a_category_needs_its_parent():
    with pytest.raises(Refused, match="nowhere"):
        actions.save_category("nowhere/mugs", name={"en": "Mugs"})


def test_products_count_on_every_shelf_above_them(draft):
    actions.save_category("mugs/large", name={"en": "Large"})
    product = actions.save_product(replace(draft, category="mugs/large"))

    counts = dict(Category.objects.values_list("full_path", "count__products"))
    assert counts == {"mugs": 1, "mugs/large": 1}

    actions.save_product(replace(draft, category="mugs"))
    counts = dict(Category.objects.values_list("full_path", "count__products"))
    assert counts == {"mugs": 1, "mugs/large": 0}

    actions.archive_product(product)
    assert set(Category.objects.values_list("count__products", flat=True)) == {0}


def test_a_moved_category_takes_its_addresses_and_products_along(draft):
    actions.save_category("mugs/large", name={"en": "Large"})
    actions.save_category("kitchen", name={"en": "Kitchen"})
    product = actions.save_product(replace(draft, category="mugs/large"))
    mugs, kitchen = (Category.objects.get(full_path=path) for path in ("mugs", "kitchen"))

    actions.move_category(mugs, slug="cups", parent=kitchen)

    paths = set(Category.objects.values_list("full_path", flat=True))
    assert paths == {"kitchen", "kitchen/cups", "kitchen/cups/large"}
    assert Category.objects.get(full_path="kitchen").count.products == 1
    page = product.pages.get(language="en").parts
    assert "/c/kitchen/cups/large/" in page["html"]["crumbs"]


def test_a_category_is_not_put_below_itself(shop):
    mugs = Category.objects.get(full_path="mugs")
    large = actions.save_category("mugs/large", name={"en": "Large"})

    with pytest.raises(Refused, match="below itself"):
        actions.move_category(mugs, slug="mugs", parent=large)


# --- Pictures ------------------------------------------------------------------------------------
def test_the_same_file_twice_is_one_picture_of_a_product(draft, picture_file):
    product = actions.save_product(draft)
    first = actions.add_picture(product, picture_file(), alt={"en": "Front"})

    again = actions.add_picture(product, picture_file(), alt={"en": "From the front"})
    other = actions.add_picture(product, picture_file(colour=(1, 1, 1)), alt={"en": "Back"})

    assert again == first
    assert [first.position, other.position] == [0, 1]
    assert 'alt="From the front"' in product.pages.get(language="en").parts["html"]["gallery"]


def test_a_card_shows_the_picture_at_once_and_the_new_formats_later(draft, picture_file):
    product = actions.save_product(draft)
    actions.add_picture(product, picture_file(), alt={"en": "Front"})
    card = Card.objects.get(product=product, language="en")
    assert ".jpg" in card.html
    assert ".avif" not in card.html

    for minutes in (3, 6):
        outbox.drain(now=timezone.now() + timedelta(minutes=minutes))

    card.refresh_from_db()
    assert ".avif" in card.html


def test_stock_may_be_set_inside_a_load_without_a_message_each(draft):
    from catalog import index
    from shop.models import Message

    with index.in_one_go():
        product = actions.save_product(draft)
        LevelFactory(variant=product.variants.first())
    assert not Message.objects.filter(topic="catalog.stock_changed").exists()
    assert product.cards.exists()


# --- Many at once --------------------------------------------------------------------------------
def test_new_products_are_written_as_one_by_one(draft):
    facts = [FactDraft("capacity", "250", number=250)]
    other = replace(
        draft, slug="cup", variants=[VariantDraft("CUP", prices=[PriceDraft("eur", 900)], facts=facts)]
    )
    created = actions.create_products([draft, other])

    assert [product.slug for product in created] == ["tide-mug", "cup"]
    before = version()
    for same in (draft, other):
        actions.save_product(same)
    assert version() == before
    assert PriceChange.objects.count() == 4
    assert Card.objects.count() == 4


def test_new_products_cost_as_many_statements_for_few_as_for_many(draft):
    def statements(names: str) -> int:
        drafts = [replace(draft, slug=name, variants=[VariantDraft(name)]) for name in names]
        with CaptureQueriesContext(connection) as captured:
            actions.create_products(drafts)
        return len(captured)

    assert statements("ab") == statements("cdefghij")


def test_of_new_products_all_are_written_or_none(draft):
    ProductFactory(variant__sku="TAKEN")
    other = replace(draft, slug="cup", variants=[VariantDraft("TAKEN")])

    with pytest.raises(Refused):
        actions.create_products([draft, other])
    assert not Product.objects.filter(slug="tide-mug").exists()


def test_the_places_of_variants_stay_while_their_order_does(draft):
    product = actions.save_product(draft)
    product.variants.filter(sku="TDM-RST").update(position=7)
    before = version()

    actions.save_product(draft)
    assert version() == before
    actions.save_product(replace(draft, variants=draft.variants[::-1]))
    assert list(product.variants.values_list("sku", "position")) == [("TDM-RST", 0), ("TDM-SAG", 1)]
