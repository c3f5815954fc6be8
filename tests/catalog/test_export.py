"""Our own product file: what goes out comes back, to the last byte."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from catalog import actions
from catalog.drafts import FactDraft, PriceDraft, ProductDraft, VariantDraft
from catalog.exchange.exporting import export_products
from catalog.exchange.pictures import Pictures
from catalog.models import Product
from inventory.actions import set_backorder_limit, set_on_hand
from inventory.models import Movement
from tests.catalog.imports import counts, run, shared
from tests.factories import CategoryFactory, LocationFactory, PriceListFactory, TaxClassFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(picture_file):
    """A catalogue with something of everything that a file may say."""
    TaxClassFactory()
    top = CategoryFactory(slug="home", name={"en": "Home, garden", "ru": "Дом"})
    CategoryFactory(slug="mugs", name={"en": "Mugs"}, parent=top)
    for code in ("eur", "usd"):
        PriceListFactory(code=code, currency=code.upper())
    colours = [{"code": "sage", "name": {"en": "Sage", "ru": "Шалфей"}, "swatch": "#8D9A82"}]
    actions.save_option("colour", name={"en": "Colour", "ru": "Цвет"}, values=colours)
    actions.save_option(
        "size",
        name={"en": "Size"},
        values=[{"code": "s", "name": {"en": "S"}}, {"code": "l", "name": {"en": "L"}}],
    )
    actions.save_attribute("capacity", name={"en": "Capacity"}, kind="number", unit="ml")
    actions.save_attribute("material", name={"en": "Material"}, kind="choice")
    product = actions.save_product(draft())
    LocationFactory(code="main")
    showroom = LocationFactory(code="showroom")
    variants = {variant.sku: variant for variant in product.variants.all()}
    set_on_hand(variants["MUG-S"], showroom, 7, cause="test")
    set_backorder_limit(variants["MUG-S"], showroom, 3)
    first = actions.add_picture(product, picture_file(), alt={"en": "A mug", "ru": "Кружка"}, view="front")
    second = picture_file(colour=(1, 2, 3))
    actions.add_picture(product, second, alt={"en": "Blue, too"}, variant=variants["MUG-L"])
    actions.save_product(
        ProductDraft("plain", {"en": "Plain"}, "", "standard", [VariantDraft("PLAIN")], status="draft")
    )
    return first


def draft() -> ProductDraft:
    now = timezone.now()
    sale = PriceDraft("eur", 1999, 2400, 1, now, now + timedelta(days=3))
    return ProductDraft(
        slug="кружка",
        name={"en": "=1+1 Mug", "ru": "Кружка"},
        summary={"en": "'=quoted"},
        description={"en": '<p>A "fine"\n<b>mug</b></p>', "ru": "Первая\n\nвторая; третья"},
        category="home/mugs",
        tax_class="standard",
        tags=["new", "half, price", 'say "x"'],
        facts=[
            FactDraft("capacity", "330", number=330),
            FactDraft("material", "clay", {"en": "Clay", "ru": "Глина"}),
            FactDraft("material", "glass", {"en": "Glass"}),
        ],
        variants=[
            VariantDraft(
                "MUG-S",
                {"colour": "sage", "size": "s"},
                [
                    PriceDraft("eur", 2400),
                    sale,
                    PriceDraft("eur", 2200, None, 10),
                    PriceDraft("usd", 2600, 3000),
                ],
                barcode="4006381333931",
                weight_g=320,
                size_mm=(90, 80, 70),
                facts=[FactDraft("capacity", "250", number=250)],
            ),
            VariantDraft(
                "MUG-L",
                {"colour": "sage", "size": "l"},
                [PriceDraft("usd", 0)],
                stock_policy="preorder",
                preorder_at=timezone.localdate() + timedelta(days=9),
                lead_days=4,
            ),
            VariantDraft("MUG-OLD", {}, [PriceDraft("eur", 100)], is_active=False, stock_policy="untracked"),
        ],
    )


def exported() -> str:
    target = io.StringIO(newline="")
    export_products(target)
    return target.getvalue()


@pytest.fixture
def file(tmp_path):
    def save(text: str):
        path = tmp_path / "lotok.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return save


def test_what_goes_out_comes_back_without_a_change(shop, file):
    text = exported()
    before = Movement.objects.count()
    told = []
    result = run(file(text), told.append)

    assert (result.format, result.errors, [outcome.details for outcome in told]) == ("lotok", [], [[], []])
    assert counts(result) == {"unchanged": 2}
    assert Movement.objects.count() == before
    assert exported() == text


def test_a_shop_that_has_none_of_it_becomes_the_same(shop, file, settings):
    """As if in another shop: everything has another code here."""
    text = exported()
    other = text
    for old, new in {"кружка": "чашка", "MUG": "CUP", "PLAIN": "BASIC", "plain": "basic", "home": "house",
                     "colour": "tint", "size,": "extent,", "material": "stuff"}.items():  # fmt: skip
        other = other.replace(old, new)
    path = file(other)
    result = run(path, images=Pictures(settings.MEDIA_ROOT))

    assert (result.errors, counts(result)) == ([], {"created": 2})
    made = [row for row in read(exported()) if row["product"] in ("чашка", "basic")]
    for row, wanted in zip(made, read(other), strict=True):
        told = {name for name in wanted if wanted[name] and wanted[name] != row[name]}
        assert told <= {"pictures"}  # files are named after their bytes, and these were made anew
    picture = Product.objects.get(slug="чашка").pictures.first()
    assert (picture.alt, picture.view) == ({"en": "A mug", "ru": "Кружка"}, "front")
    assert counts(run(path, images=Pictures(settings.MEDIA_ROOT))) == {"unchanged": 2}


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline="")))


def test_no_cell_is_a_formula(shop):
    cells = [cell for row in read(exported()) for cell in row.values()]

    assert "'=1+1 Mug" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_cell_that_is_emptied_takes_away_and_a_column_that_is_missing_leaves(shop, file):
    rows = read(exported())
    header = ["product", "name:en", "name:ru", "sku", "price:eur", "tags"]
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, header, extrasaction="ignore")
    writer.writeheader()
    for row in rows[:3]:
        writer.writerow(
            row | {"name:ru": "", "tags": "", "price:eur": "9.99" if row["sku"] == "MUG-S" else ""}
        )
    told = []
    run(file(target.getvalue()), told.append)

    mug = Product.objects.get(slug="кружка")
    assert told[0].details == ["name", "tags", "MUG-S: prices", "MUG-OLD: prices"]
    assert (mug.name, mug.tags, mug.description["ru"]) == ({"en": "=1+1 Mug"}, [], "Первая\n\nвторая; третья")
    prices = mug.variants.get(sku="MUG-S").prices.values_list(
        "price_list__code", "min_quantity", "amount_minor"
    )
    assert sorted(prices) == [("eur", 1, 999), ("usd", 1, 2600)]


def test_a_price_update_for_a_product_that_the_shop_lacks_is_told_of(shop, file):
    result = run(file("product,sku,price:eur\nplain,PLAIN,9.99\nplian,PLIAN,9.99\n"))

    assert counts(result) == {"updated": 1}
    assert [(note.line, note.field) for note in result.errors] == [(3, "name")]


def test_a_code_that_no_address_can_hold_is_told_of(file):
    text = "product,name:en,category,sku,option1,option1_value\ncup,Cup,Дом/cups,CUP,size,X L\n"
    result = run(file(text))

    assert [(note.line, note.field) for note in result.errors] == [(2, "category"), (2, "option1")]


def test_a_price_list_or_a_place_that_the_shop_lacks_is_told_of(shop, file):
    text = "product,name:en,sku,price:gbp,stock:attic\ncup,Cup,CUP,9.99,\njar,Jar,JAR,,4\n"
    result = run(file(text))

    assert [(note.line, note.field) for note in result.errors] == [
        (2, "price:gbp"),
        (3, "price:gbp"),
        (3, "stock"),
    ][:2]
    assert not Product.objects.filter(slug__in=["cup", "jar"]).exists()


def test_an_alternative_text_that_changes_is_a_change(shop, file):
    result = run(file(exported().replace("A mug", "A sage mug")))

    assert counts(result) == {"updated": 1, "unchanged": 1}
    assert Product.objects.get(slug="кружка").pictures.first().alt["en"] == "A sage mug"


def test_every_shops_file_goes_round(file):
    for name in ("import-shopify/legacy_headers_products.csv", "import-woocommerce/sample_products.csv"):
        run(shared(name))
    text = exported()

    assert counts(run(file(text))) == {"unchanged": Product.objects.count()}
    assert exported() == text


def test_the_command_writes_a_file(shop, tmp_path, capsys):
    path = tmp_path / "all.csv"
    call_command("export_products", path, "--json")

    assert capsys.readouterr().out == '{"products": 2, "variants": 4}\n'
    assert path.read_text(encoding="utf-8").startswith("\ufeffproduct,kind,")
    call_command("export_products", "--dry-run")
    assert capsys.readouterr().out == "2 products, 4 variants\n"
