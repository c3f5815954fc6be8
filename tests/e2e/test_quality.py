"""What every page owes its readers: HTML that is valid, and nothing that axe objects to, in any theme or language."""

from __future__ import annotations

import io
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from PIL import Image

from accounts.models import User
from catalog import media
from catalog.models import Picture
from content.actions import set_home
from tests.factories import CategoryFactory, CollectionFactory, PriceFactory, ProductFactory, VariantFactory
from tests.shopper import Shopper, open_delivery

pytestmark = pytest.mark.django_db(transaction=True)
LANGUAGES = ["en", "ru"]
WIDTHS = [390, 1366]
ABOUT_COLOUR = ["color-contrast", "link-in-text-block"]  # what else axe asks is alike in every theme


class Page(NamedTuple):
    name: str
    path: str
    visitor: Client


@pytest.fixture
def pages(transactional_db: None, sandbox: Any) -> Any:
    """pages(language): the pages of a shop where something was bought, and who may open them."""
    build_shop()
    anyone, staff = Client(), Client()
    buyer, shopper = Shopper(), Shopper(email="rui@example.com")
    order = buyer.buy("MUG-SAGE", "LAMP")
    shopper.fill("MUG-INK", method="bank_transfer")
    payer = Shopper(email="leo@example.com")
    unpaid = payer.buy("LAMP", method="card")
    staff.force_login(User.objects.create_superuser("ines@example.com", "not-a-secret"))
    starting = Shopper(email="eva@example.com")
    starting.add("LAMP")

    def listed(language: str) -> list[Page]:
        paths = [
            ("home", "/", anyone),
            ("category", "/c/kitchen/", anyone),
            ("search", "/search/?q=mug", anyone),
            ("product", "/p/tide-mug/", anyone),
            ("sold-out", "/p/dish/", anyone),
            ("cart", "/cart/", shopper.client),
            ("cart-empty", "/cart/", anyone),
            ("checkout-start", "/checkout/", starting.client),
            ("checkout-end", "/checkout/", shopper.client),
            ("order", f"/orders/{order.token}/", buyer.client),
            ("pay", f"/orders/{unpaid.token}/pay/", payer.client),
            ("tracking", "/track/", anyone),
            ("sign-in", "/accounts/login/", anyone),
            ("sign-up", "/accounts/signup/", anyone),
            ("desk", "/admin/desk/", staff),
            ("desk-order", f"/admin/desk/{order.number}/", staff),
            ("not-found", "/p/nowhere/", anyone),
        ]
        prefix = "" if language == settings.LANGUAGE_CODE else f"/{language}"
        return [Page(name, prefix + path, visitor) for name, path, visitor in paths]

    return listed


def build_shop() -> None:
    """A shelf with shelves below it: a mug in two colours, a lamp at a lower price than before, a dish sold out."""
    open_delivery()
    kitchen = CategoryFactory(slug="kitchen", name={"en": "Kitchen", "ru": "Кухня"})
    lights = CategoryFactory(slug="lights", parent=kitchen, name={"en": "Lights", "ru": "Светильники"})
    mug = ProductFactory(
        slug="tide-mug", name={"en": "Tide mug", "ru": "Кружка «Прилив»"}, category=kitchen, variant=None
    )
    VariantFactory(product=mug, sku="MUG-SAGE", options={"colour": "sage"})
    VariantFactory(product=mug, sku="MUG-INK", options={"colour": "ink"})
    lamp = ProductFactory(slug="lamp", name={"en": "Lamp", "ru": "Лампа"}, category=lights, variant=None)
    lamp_variant = VariantFactory(product=lamp, sku="LAMP", price=None)
    PriceFactory(variant=lamp_variant, amount_minor=16_900, compare_at_minor=19_900)
    dish = ProductFactory(
        slug="dish", name={"en": "Dish", "ru": "Блюдо"}, category=kitchen, variant__level__on_hand=0
    )
    for number, product in enumerate([mug, mug, lamp, dish]):
        media.add_picture(picture(number), alt={"en": "On a table", "ru": "На столе"}, product=product)
    mug.related.set([lamp, dish])
    CollectionFactory(code="new-in", name={"en": "New in", "ru": "Новинки"}).products.set([mug, lamp, dish])
    call_command("reindex")
    furnish_home(media.add_picture(picture(9), alt={"en": "A set table", "ru": "Накрытый стол"}))


def furnish_home(scene: Picture) -> None:
    """One block of each kind."""
    words = {
        "title": {"en": "For a calm home", "ru": "Для спокойного дома"},
        "text": {"en": "Few things, made well.", "ru": "Немного вещей, хорошо сделанных."},
        "cta": {"en": "Look", "ru": "Смотреть"},
        "link": "collection:new-in",
    }
    set_home(
        [
            {"kind": "hero", "picture": scene, **words},
            {"kind": "categories", "title": {"en": "Rooms", "ru": "Комнаты"}, "items": ["kitchen"]},
            {"kind": "rail", "title": {"en": "New in", "ru": "Новинки"}, "source": "collection:new-in"},
            {"kind": "banner", "picture": scene, **words, "title": {"en": "At table", "ru": "За столом"}},
            {"kind": "proof", "items": [{"icon": "truck", "text": {"en": "Quick", "ru": "Быстро"}}]},
        ]
    )


def picture(shade: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (64, 80), (200, 190, shade)).save(target, "JPEG")
    return target.getvalue()


# --- axe -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(pages, new_page, language):
    found = []
    tabs: dict[Client, Any] = {}
    for page in pages(language):
        tab = tabs.get(page.visitor) or tab_of(page.visitor, new_page)
        tabs[page.visitor] = tab
        tab.emulate_media(color_scheme="light")
        tab.goto(page.path)
        assert tab.locator("html").get_attribute("lang") == language
        tab.evaluate(AXE_SCRIPT)
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            tab.emulate_media(color_scheme="light")
            found += [f"{page.name}, {width} px: {fault}" for fault in faults(tab)]
            tab.emulate_media(color_scheme="dark")
            found += [f"{page.name}, {width} px, dark: {fault}" for fault in faults(tab, ABOUT_COLOUR)]
    assert not found, "\n".join(found)


def tab_of(visitor: Client, new_page: Any, **options: Any) -> Any:
    """A browser that goes on where this visitor is."""
    tab = new_page(reduced_motion="reduce", **options)  # colours do not fade while they are measured
    origin = tab.context.request.get("/healthz").url
    tab.context.add_cookies(
        [{"name": name, "value": cookie.value, "url": origin} for name, cookie in visitor.cookies.items()]
    )
    return tab


def faults(tab: Any, only: list[str] | None = None) -> list[str]:
    """What axe objects to, by the rules of WCAG and of good practice, or by those named."""
    options: dict[str, Any] = {"resultTypes": ["violations"]} | ({"runOnly": only} if only else {})
    return [
        f"{rule['id']} ({rule['help']}): {node['html'][:200]}"
        for rule in tab.evaluate("options => axe.run(document, options)", options)["violations"]
        for node in rule["nodes"]
    ]


def test_axe_finds_what_is_planted(page):
    page.goto("/healthz")
    page.evaluate("document.body.innerHTML = '<h1>A</h1><img src=\"/healthz\"><h3>B</h3><p>Pale words</p>'")
    page.evaluate("document.body.style.background = '#777'")
    page.evaluate("document.querySelector('p').style.color = '#888'")
    page.evaluate(AXE_SCRIPT)
    assert {fault.split()[0] for fault in faults(page)} >= {"image-alt", "heading-order", "color-contrast"}
    assert {fault.split()[0] for fault in faults(page, ABOUT_COLOUR)} == {"color-contrast"}


# --- Without a script ----------------------------------------------------------------------------
def test_no_button_is_shown_that_only_a_script_can_answer(pages, new_page):
    dead = []
    for page in pages("en"):
        tab = tab_of(page.visitor, new_page, javascript=False, width=390)
        tab.goto(page.path)
        buttons = tab.locator("button[type=button]:not([popovertarget]):visible")
        dead += [f"{page.name}: {name}" for name in buttons.all_inner_texts()]
        tab.context.close()
    assert dead == []


# --- HTML ----------------------------------------------------------------------------------------
def test_the_html_is_valid(pages, check_html, tmp_path):
    for language in LANGUAGES:
        for page in pages(language):
            html = page.visitor.get(page.path).content
            assert b"<html" in html, f"{page.path} is no page"
            (tmp_path / f"{language}-{page.name}.html").write_bytes(html)
    assert check_html(tmp_path) == []


def test_the_checker_finds_what_is_planted(check_html, tmp_path):
    planted = {
        "attribute": "<p colour='red'>Red</p>",
        "element": "<blik>New</blik>",
        "id": "<p id='main'>Twice</p>",
        "child": "<ul><p>No item</p></ul>",
        "nesting": "<p><b>Crossed</p></b>",
        "sound": "<details name='one-of-two'><summary>Fine</summary></details>",
    }
    for name, html in planted.items():
        whole = (
            f"<!doctype html><html lang=en><title>Page</title><main id=main><h1>Page</h1>{html}</main></html>"
        )
        (tmp_path / f"{name}.html").write_text(whole)
    assert {fault.split(".html")[0] for fault in check_html(tmp_path)} == planted.keys() - {"sound"}
