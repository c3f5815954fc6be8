"""Narrowing a category. The counts are compared with a slow reading of the catalogue itself, on both engines."""

from __future__ import annotations

import random
from itertools import product as pairs

import pytest
from django.core.management import call_command
from django.http import QueryDict

from catalog import actions, facets
from catalog.facet_panel import panel
from catalog.index import facets as rows
from catalog.index import refresh, refresh_cards
from catalog.models import Attribute, FacetCount, Fact, Product, Variant
from catalog.paging import Paging
from catalog.shelves import CATEGORY_ORDERS
from inventory.models import Level
from tests.factories import CategoryFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db
COLOURS, SIZES, MATERIALS = ("sage", "chalk", "rust"), ("s", "m", "l"), ("oak", "glass")
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def material():
    return Attribute.objects.create(code="material", name={"en": "Material"}, kind=Attribute.Kind.CHOICE)


@pytest.fixture
def shelf():
    return CategoryFactory(slug="lighting", name={"en": "Lighting"})


def made(shelf, variants, *, material=None, oak=(), **fields) -> Product:
    """A product with a variant for each of {"colour": …, "size": …}."""
    product = ProductFactory(category=shelf, variant=None, **fields)
    for options in variants:
        VariantFactory(product=product, options=options)
    for code in oak:
        Fact.objects.create(product=product, attribute=material, code=code, text={"en": code.capitalize()})
    refresh([product.pk])
    return product


def narrowed(shelf, address: str, page: int = 1, size: int = 24):
    groups = facets.groups_of(shelf.pk)
    chosen = facets.chosen_in(QueryDict(address), groups)
    found = facets.narrow(shelf.pk, groups, chosen, CATEGORY_ORDERS["new"], Paging(page, size, "/", {}))
    by_id = {value.pk: (group.code, value.code) for group in groups for value in group.values}
    return found, {by_id[pk]: products for pk, products in found.counts.items() if products}


# --- What is counted -----------------------------------------------------------------------------
def test_one_variant_has_to_be_all_that_is_chosen(shelf):
    both = made(shelf, [{"colour": "blue", "size": "xl"}])
    made(shelf, [{"colour": "blue", "size": "s"}, {"colour": "red", "size": "xl"}])

    found, counts = narrowed(shelf, "colour=blue&size=xl")

    assert (found.product_ids, found.count) == ([both.pk], 1)
    assert counts["size", "s"] == 1, "a group counts as if nothing of it was chosen"
    assert counts["colour", "red"] == 1


def random_shelf(material, seed: int) -> tuple[object, list[tuple[int, list[set], list[int]]]]:
    """(shelf, [(product id, the values of each variant, the price of each)])"""
    chance = random.Random(seed)
    shelf = CategoryFactory(slug=f"shelf-{seed}")
    made_up = []
    for _number in range(25):
        product = ProductFactory(category=shelf, variant=None)
        of_product = set(chance.sample(MATERIALS, chance.randint(0, 2)))
        for code in of_product:
            Fact.objects.create(product=product, attribute=material, code=code, text={"en": code})
        combinations = chance.sample(list(pairs(COLOURS, SIZES)), chance.randint(1, 4))
        values, prices = [], []
        for colour, size in combinations:
            price, on_hand = chance.choice([900, 2400, 4900]), chance.choice([0, 0, 5])
            VariantFactory(
                product=product, options={"colour": colour, "size": size},
                price__amount_minor=price, level__on_hand=on_hand,
            )  # fmt: skip
            has = {("colour", colour), ("size", size), *(("material", code) for code in of_product)}
            values.append(has | ({("availability", "in-stock")} if on_hand else set()))
            prices.append(price)
        made_up.append((product.pk, values, prices))
    refresh([pk for pk, _values, _prices in made_up])
    return shelf, made_up


def expected(catalogue, chosen: dict[str, set[str]], low: int, high: int):
    """The same by looking at every variant for every question."""

    def fits(values, groups) -> bool:
        return all(values & {(group, code) for code in chosen[group]} for group in groups)

    matching, counts = set(), {}
    for pk, variants, prices in catalogue:
        seen = set()
        for values, price in zip(variants, prices, strict=True):
            if not low <= price <= high:
                continue
            if fits(values, chosen):
                matching.add(pk)
            seen |= {
                value for value in values if fits(values, [group for group in chosen if group != value[0]])
            }
        for value in seen:
            counts[value] = counts.get(value, 0) + 1
    return matching, counts


@pytest.mark.parametrize("seed", range(4))
def test_counts_and_products_are_those_of_a_slow_reading(material, seed):
    shelf, catalogue = random_shelf(material, seed)
    chance = random.Random(seed)
    for _question in range(40):
        chosen = {}
        for group, codes in (("colour", COLOURS), ("size", SIZES), ("material", MATERIALS)):
            if picked := chance.sample(codes, chance.randint(0, 2)):
                chosen[group] = set(picked)
        if chance.random() < 0.3:
            chosen["availability"] = {"in-stock"}
        low, high = chance.choice([(0, 10**9), (0, 10**9), (1000, 10**9), (0, 3000), (1000, 3000)])
        address = "&".join(f"{group}={code}" for group, codes in chosen.items() for code in codes)
        address += f"&price_min={low / 100:.2f}" if low else ""
        address += f"&price_max={high / 100:.2f}" if high < 10**9 else ""
        if not address.strip("&"):
            continue

        found, counts = narrowed(shelf, address, size=100)

        assert (set(found.product_ids), counts) == expected(catalogue, chosen, low, high), address
        assert found.count == len(found.product_ids)


def test_the_pages_of_what_is_left_follow_its_order(shelf):
    made_products = [made(shelf, [{"colour": "sage"}]) for _number in range(5)]
    made(shelf, [{"colour": "rust"}])

    first, _counts = narrowed(shelf, "colour=sage", size=2)
    last, _counts = narrowed(shelf, "colour=sage", page=3, size=2)

    newest_first = [product.pk for product in reversed(made_products)]
    assert (first.product_ids, first.count) == (newest_first[:2], 5)
    assert (last.product_ids, last.count) == (newest_first[4:], 5)


# --- What is kept --------------------------------------------------------------------------------
def counts_of(shelf) -> dict[tuple[str, str], int]:
    found = FacetCount.objects.filter(category=shelf, products__gt=0)
    return {(row.value.group, row.value.code): row.products for row in found.select_related("value")}


def test_counts_move_with_the_catalogue_and_the_stock(shelf):
    product = made(shelf, [{"colour": "sage"}, {"colour": "rust"}])
    other = made(shelf, [{"colour": "sage"}])
    every = {("colour", "sage"): 2, ("colour", "rust"): 1, ("availability", "in-stock"): 2}
    assert counts_of(shelf) == every

    Level.objects.filter(variant__product=other).update(on_hand=0)
    refresh_cards([other.pk])
    assert counts_of(shelf) == every | {("availability", "in-stock"): 1}

    Variant.objects.filter(product=product, options__value__code="rust").update(is_active=False)
    refresh([product.pk])
    assert ("colour", "rust") not in counts_of(shelf)

    actions.archive_product(product)
    assert counts_of(shelf) == {("colour", "sage"): 1}


def test_a_wrong_count_is_named_and_mended(shelf, capsys):
    made(shelf, [{"colour": "sage"}])
    FacetCount.objects.filter(value__code="sage").update(products=7)

    with pytest.raises(SystemExit):
        call_command("verify_integrity")
    assert "says 7 products have colour=sage" in capsys.readouterr().out

    call_command("reindex")
    assert counts_of(shelf)["colour", "sage"] == 1
    assert rows.recount() == 0


def test_a_lost_row_is_named(shelf, capsys):
    product = made(shelf, [{"colour": "sage"}])
    product.facet_rows.filter(value__code="sage").delete()

    with pytest.raises(SystemExit):
        call_command("verify_integrity")
    assert "is not found by colour=sage" in capsys.readouterr().out


# --- The page ------------------------------------------------------------------------------------
def test_a_shelf_can_be_narrowed_without_scripts(client, settings, shelf, material):
    made(shelf, [{"colour": "sage"}], material=material, oak=["oak"], name={"en": "Oak lamp"})
    made(shelf, [{"colour": "rust"}], name={"en": "Rust lamp"})

    page = client.get("/c/lighting/?colour=sage&price_min=10&sort=price").content.decode()

    assert "Oak lamp" in page
    assert "Rust lamp" not in page
    assert 'name="colour" value="sage" checked' in page
    assert "<noscript><button" in page
    assert 'href="/c/lighting/?price_min=10&amp;sort=price" rel="nofollow"' in page, (
        "each filter can be removed"
    )
    assert f'rel="canonical" href="{settings.SITE_URL}/c/lighting/"' in page


@pytest.mark.parametrize(
    ("address", "is_indexed"),
    [("colour=sage", True), ("colour=sage&size=s", True), ("colour=sage&size=s&price_max=90", False)],
)
def test_search_engines_leave_deep_combinations_alone(client, shelf, address, is_indexed):  # reliability 31
    made(shelf, [{"colour": "sage", "size": "s"}, {"colour": "rust", "size": "m"}])

    page = client.get(f"/c/lighting/?{address}").content.decode()

    assert ('<meta name="robots" content="noindex">' not in page) == is_indexed


def test_hundreds_of_values_cost_what_one_costs(
    client, shelf, django_assert_max_num_queries
):  # reliability 31
    made(shelf, [{"colour": "sage"}, {"colour": "rust"}])
    address = "&".join(["colour=sage"] * 100 + [f"colour=x{number}" for number in range(500)])

    with django_assert_max_num_queries(12):
        page = client.get(f"/c/lighting/?{address}")

    assert page.status_code == 200
    assert page.context["count"] == 1
    assert [chip["text"] for chip in page.context["applied"]] == ["Sage"]


@pytest.mark.parametrize(
    "address",
    ["colour=%00", "price_min=1e9", "price_min=%FF", "price_max=-5", "colour[]=sage", "=&=&", "group=1",
     "price_min=99999999999999999999", "price_min=²", "colour='%3B--", "page=9&colour=sage", "sort=id&colour=sage"],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_error(client, shelf, address):
    made(shelf, [{"colour": "sage"}])

    assert client.get(f"/c/lighting/?{address}").status_code in (200, 302, 404)


def test_a_price_that_is_none_is_said_beside_the_field(client, shelf):
    made(shelf, [{"colour": "sage"}, {"colour": "rust"}])

    page = client.get("/c/lighting/?price_min=ten&price_max=90").content.decode()

    assert "Write a price in digits" in page
    assert 'name="price_min" inputmode="decimal" maxlength="12" value="ten" aria-invalid="true"' in page
    assert page.count('aria-invalid="true"') == 1


def test_with_htmx_the_shelf_is_answered_and_its_tidy_address(client, shelf):
    made(shelf, [{"colour": "sage"}, {"colour": "rust"}])

    answer = client.get(
        "/c/lighting/?colour=sage&price_min=&price_max=&sort=new", **HTMX, HTTP_HX_TARGET="div#listing"
    )

    assert answer.content.decode().lstrip().startswith('<div class="listing" data-faceted id="listing">')
    assert answer["HX-Push-Url"] == "/c/lighting/?colour=sage"


def test_nothing_left_says_so_and_how_to_go_on(client, shelf):
    made(shelf, [{"colour": "sage", "size": "s"}, {"colour": "rust", "size": "m"}])

    page = client.get("/c/lighting/?colour=sage&size=m")

    assert page.status_code == 200
    assert "Nothing fits all of these" in page.content.decode()


def test_a_narrowed_page_costs_the_same_for_many_products(client, shelf, material, django_assert_num_queries):
    def cost() -> int:
        client.get("/c/lighting/?colour=sage&size=s&material=oak")
        with django_assert_num_queries(6, exact=False) as counted:
            client.get("/c/lighting/?colour=sage&size=s&material=oak")
        return len(counted)

    options = [{"colour": "sage", "size": "s"}, {"colour": "rust", "size": "m"}]
    made(shelf, options, material=material, oak=["oak"])
    few = cost()
    for _number in range(30):
        made(shelf, options, material=material, oak=["oak"])
    assert cost() == few


def test_the_panel_shows_what_parts_the_shelf(shelf, material):
    made(shelf, [{"colour": "sage"}], material=material, oak=["oak"])
    made(shelf, [{"colour": "rust"}], material=material, oak=["oak"])
    yes = Attribute.objects.create(code="dimmable", name={"en": "Dimmable"}, kind=Attribute.Kind.BOOLEAN)
    lamp = made(shelf, [{"colour": "rust"}])
    Fact.objects.create(product=lamp, attribute=yes, code="true")
    refresh([lamp.pk])
    groups = facets.groups_of(shelf.pk)
    counts = {value.pk: value.products for group in groups for value in group.values}

    shown = panel(groups, facets.Chosen(), counts, 3, QueryDict())["facets"]

    assert [group["name"] for group in shown] == ["Colour", "Features"]
    assert [(value["name"], value["count"]) for value in shown[1]["first"]] == [("Dimmable", 1)]
