"""The scripts of the shop in a browser: quicker than the pages they stand on, and never another way."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from catalog import index
from content.actions import set_home
from shop import assets
from tests.factories import CategoryFactory, CollectionFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module", autouse=True)
def built():
    assets.build()


@pytest.fixture
def mug():
    """A mug in two colours and two sizes, on a shelf below another."""
    cups = CategoryFactory(slug="cups", name={"en": "Cups"})
    product = ProductFactory(
        slug="tide-mug",
        name={"en": "Tide mug"},
        variant=None,
        category=CategoryFactory(slug="mugs", name={"en": "Mugs"}, parent=cups),
    )
    for colour in ("sage", "rust"):
        for size in ("small", "large"):
            VariantFactory(
                product=product, sku=f"{colour}-{size}".upper(), options={"colour": colour, "size": size}
            )
    index.refresh([product.pk])
    return product


def chosen(page) -> set[str]:
    return set(page.eval_on_selector_all("#buy input:checked", "all => all.map(one => one.value)"))


def test_another_colour_changes_the_box_and_the_address_and_stays_chosen(page, mug):
    page.goto(f"{mug.get_absolute_url()}?variant=SAGE-LARGE")
    page.locator('#buy input[value="rust"]').check()
    page.wait_for_selector('#buy[data-sku="RUST-LARGE"]')
    assert page.url.endswith("/p/tide-mug/?variant=RUST-LARGE")
    assert chosen(page) == {"rust", "large"}
    assert page.evaluate("document.activeElement.value") == "rust"
    assert page.locator("#buy form input[name=sku]").input_value() == "RUST-LARGE"


def test_without_a_script_the_same_form_leads_to_the_same_variant(new_page, mug):
    page = new_page(javascript=False)
    page.goto(f"{mug.get_absolute_url()}?variant=SAGE-LARGE")
    page.locator('#buy input[value="rust"]').check()
    page.get_by_role("button", name="Update").click()
    assert page.url.endswith("/p/tide-mug/?variant=RUST-LARGE")
    assert chosen(page) == {"rust", "large"}


def test_adding_opens_the_cart_beside_the_page_and_counts(page, mug):
    page.goto(f"{mug.get_absolute_url()}?variant=SAGE-LARGE")
    page.get_by_role("button", name="One more").click()
    page.get_by_role("button", name="Add to cart").first.click()
    page.wait_for_selector("dialog.drawer[open]")
    assert page.locator("[data-cart-count]").first.inner_text() == "2"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.innerText") == "Add to cart"
    assert page.locator("#buy .btn[aria-busy]").count() == 0


def test_the_buttons_of_the_quantity_stop_at_its_ends(page, mug):
    page.goto(f"{mug.get_absolute_url()}?variant=SAGE-LARGE")
    fewer, more = page.get_by_role("button", name="One fewer"), page.get_by_role("button", name="One more")
    assert fewer.is_disabled()
    for _ in range(9):
        more.click()
    assert page.get_by_label("Quantity").input_value() == "10"  # ten on hand
    assert more.is_disabled()


def test_a_shelf_opens_by_its_caret_and_closes_by_escape(page, mug):
    page.goto("/")
    caret = page.get_by_role("button", name="More in Cups")
    caret.click()
    assert page.get_by_role("link", name="Mugs", exact=True).first.is_visible()
    page.keyboard.press("Escape")
    assert page.locator(".mega:popover-open").count() == 0


def test_on_a_phone_the_menu_is_a_tree_in_a_drawer(new_page, mug):
    page = new_page(width=390)
    page.goto("/")
    page.get_by_role("button", name="Menu", exact=True).click()
    page.locator("#menu summary").click()
    page.get_by_role("link", name="Mugs", exact=True).first.click()
    page.wait_for_url("**/c/cups/mugs/")


def test_the_header_makes_room_on_the_way_down_and_is_back_on_the_way_up(page, mug, eventually):
    page.goto(mug.get_absolute_url())
    page.evaluate("document.querySelector('main').style.minBlockSize = '400vh'")
    page.evaluate("scrollTo({top: 1500, behavior: 'instant'})")
    page.wait_for_selector(".header[data-away]")
    page.evaluate("scrollTo({top: 1200, behavior: 'instant'})")
    eventually(lambda: page.locator(".header").bounding_box()["y"] == 0)


def test_a_row_wider_than_the_page_gets_buttons_that_stop_at_its_ends(page, eventually):
    lamps = [ProductFactory(name={"en": f"Lamp {number}"}, indexed=True) for number in range(6)]
    CollectionFactory(code="new-in").products.set(lamps)
    set_home([{"kind": "rail", "title": {"en": "New in"}, "source": "collection:new-in"}])
    page.goto("/")
    back, on = page.get_by_role("button", name="Previous"), page.get_by_role("button", name="Next")
    expect(back).to_be_disabled()
    # Pressed by the page itself: the row may glide to its end, and the button be off, before a pointer gets there.
    eventually(lambda: on.is_disabled() or on.evaluate("button => button.click()"))
    expect(back).to_be_enabled()


def test_the_look_is_chosen_at_once_and_kept_by_the_server(page, mug):
    page.goto("/")
    page.get_by_label("Colours").select_option("dark")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.get_by_label("Colours").input_value() == "dark"


def test_suggestions_open_while_typing_and_are_chosen_with_the_keys(page, mug):
    page.goto("/search/")
    field = page.locator("#q")
    field.press_sequentially("tide")
    expect(page.locator("#q-suggest [role=option]").first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("[data-suggest-status]").last).to_contain_text("suggestions")

    field.press("Escape")
    expect(page.locator("#q-suggest")).to_be_hidden()
    assert field.input_value() == "tide"

    field.press("ArrowDown")
    field.press("ArrowDown")
    field.press("ArrowDown")
    expect(page.locator("#q-suggest [aria-selected=true]")).to_contain_text("Tide mug")
    assert field.get_attribute("aria-activedescendant") == "q-suggest-1"
    field.press("Enter")
    page.wait_for_url("**/p/tide-mug/**")


def test_enter_without_a_choice_sends_the_field(page, mug):
    page.goto("/search/")
    page.locator("#q").press_sequentially("tide")
    expect(page.locator("#q-suggest [role=option]").first).to_be_visible()
    page.locator("#q").press("Enter")
    page.wait_for_url("**/search/?q=tide")
