"""WooCommerce's product files, with English and with Russian headers."""

import json

import pytest

from catalog.models import Category, OptionType, Price, Product, Variant
from tests.catalog.imports import counts, run, shared, write

pytestmark = pytest.mark.django_db

HEADER = [
    "ID", "Type", "SKU", "Name", "Published", "Regular price", "Sale price", "Date sale price starts",
    "Date sale price ends", "Stock", "In stock?", "Parent", "Categories", "Attribute 1 name",
    "Attribute 1 value(s)", "Weight (kg)",
]  # fmt: skip


def row(**cells) -> list[str]:
    names = ["id", "type", "sku", "name", "published", "price", "sale", "starts", "ends", "stock", "in_stock", "parent",
             "categories", "attribute", "values", "weight"]  # fmt: skip
    values = {"type": "simple", "name": "Mug", "published": "1", "price": "24", "in_stock": "1"} | cells
    return [values.get(name, "") for name in names]


@pytest.fixture
def file(tmp_path):
    return lambda *rows: write(tmp_path / "woo.csv", HEADER, *rows)


def test_the_sample_brings_what_an_independent_reading_found():
    expected = json.loads(shared("import-woocommerce/expected.json").read_text())["sample_products.csv"]
    told = []
    result = run(shared("import-woocommerce/sample_products.csv"), told.append)

    types = expected["types"]
    parents = sum(types.values()) - types["variation"]
    assert (result.format, result.errors) == ("woocommerce", [])
    assert result.products + result.skipped == parents
    assert [(outcome.line, outcome.word) for outcome in told if outcome.word == "skipped"] == [
        (24, "skipped")
    ]
    assert Product.objects.count() == parents - types["grouped"]
    assert Variant.objects.count() == expected["rows"] - types["variable"] - types["grouped"]
    assert Variant.objects.count() == result.variants == expected["with_sku"] - 3
    paths = {
        path.replace("/", " > ").title() for path in Category.objects.values_list("full_path", flat=True)
    }
    assert paths == set(expected["categories"])
    regular = sum(price.compare_at_minor or price.amount_minor for price in Price.objects.all())
    assert regular == round(expected["regular_price_sum"] * 100)
    assert Price.objects.filter(compare_at_minor__isnull=False).count() == expected["on_sale"]
    for sku, variations in expected["variations_by_parent"].items():
        name = {"woo-vneck-tee": "V-Neck T-Shirt", "woo-hoodie": "Hoodie"}[sku]
        assert Product.objects.get(name__en=name).variants.count() == variations
    tee = Variant.objects.get(sku="woo-vneck-tee-red")
    assert (tee.weight_g, tee.length_mm) == (227, 610)  # .5 lbs and 24 in of its parent
    assert Product.objects.get(name__en="WordPress Pennant").status == "draft"
    assert Product.objects.get(name__en="Album").kind == "digital"


def test_the_same_sample_twice_changes_nothing():
    path = shared("import-woocommerce/sample_products.csv")
    run(path)

    assert counts(run(path)) == {"unchanged": 17, "skipped": 1}


def test_russian_headers_are_read(tmp_path):
    header = ["ID", "Тип", "Артикул", "Имя", "Опубликован", "Наличие", "Запасы", "Вес (кг)", "Базовая цена",
              "Акционная цена", "Категории", "Родительский", "Название атрибута 1", "Значения атрибутов 1"]  # fmt: skip
    rows = [
        [
            "1",
            "variable",
            "K",
            "Кружка",
            "1",
            "1",
            "",
            "0,3",
            "",
            "",
            "Посуда > Кружки",
            "",
            "Цвет",
            "Синий, Белый",
        ],
        ["2", "variation", "K-1", "", "1", "1", "4", "", "1 234,50", "999", "", "K", "Цвет", "Синий"],
        ["3", "variation", "K-2", "", "1", "1", "0", "", "1 234,50", "", "", "id:1", "Цвет", "Белый"],
    ]
    result = run(write(tmp_path / "ru.csv", header, *rows, delimiter=";"), language="ru")

    mug = Product.objects.get()
    assert (result.format, counts(result), mug.slug, mug.category.full_path) == (
        "woocommerce", {"created": 1}, "kruzhka", "posuda/kruzhki",
    )  # fmt: skip
    prices = [
        (price.amount_minor, price.compare_at_minor) for price in Price.objects.order_by("variant__position")
    ]
    assert prices == [(99900, 123450), (123450, None)]
    assert [variant.weight_g for variant in mug.variants.all()] == [300, 300]
    assert str(OptionType.objects.get().name.within("ru")) == "Цвет"


def test_variations_may_stand_before_their_parent_and_far_from_it(file):
    rows = [row(type="variation", sku="M-1", name="", parent="M", attribute="Size", values="S")]
    rows += [row(sku=f"x{number}", name=f"X {number}") for number in range(30)]
    rows.append(row(type="variable", sku="M", attribute="Size", values="S, L", price=""))
    result = run(file(*rows))

    assert (result.products, result.errors) == (31, [])
    assert Product.objects.get(slug="mug").variants.get().sku == "M-1"


def test_a_variation_without_its_parent_is_told_of(file):
    result = run(file(row(type="variation", sku="M-1", parent="nobody"), row(sku="C", name="Cup")))

    assert [(note.line, note.field) for note in result.errors] == [(2, "Parent")]
    assert counts(result) == {"created": 1}


def test_a_sale_with_dates_stands_beside_the_regular_price(file):
    run(file(row(sku="M", sale="20", starts="2030-01-01", ends="2030-01-31")))

    standing, sale = Price.objects.order_by("-amount_minor")
    assert (standing.amount_minor, standing.starts_at) == (2400, None)
    assert (sale.amount_minor, sale.compare_at_minor) == (2000, 2400)
    assert (sale.ends_at - sale.starts_at).days == 30


def test_a_sale_price_that_is_higher_is_left_out_with_a_warning(file):
    result = run(file(row(sku="M", sale="30")))

    assert Price.objects.get().amount_minor == 2400
    assert [note.field for note in result.warnings] == ["Regular price"]


def test_two_products_of_one_name_get_two_addresses(file):
    path = file(row(sku="A"), row(sku="B"))
    run(path)

    assert sorted(Product.objects.values_list("slug", flat=True)) == ["mug", "mug-b"]
    assert counts(run(path)) == {"unchanged": 2}


def test_all_categories_are_made_and_the_deepest_is_the_products_own(file):
    result = run(file(row(sku="A", categories="Sale, Home > Mugs\\, cups, Home")))

    assert Product.objects.get().category.full_path == "home/mugs-cups"
    assert Category.objects.filter(full_path="sale").exists()
    assert "Sale" in result.warnings[0].message


def test_attributes_that_are_no_options_are_facts(file):
    run(file(row(sku="A", attribute="Material", values="Clay, Glass")))

    facts = Product.objects.get().facts.all()
    assert [(fact.attribute.code, str(fact.text)) for fact in facts] == [
        ("material", "Clay"),
        ("material", "Glass"),
    ]


def test_a_stock_that_nobody_counts_is_not_counted_here(file):
    run(file(row(sku="A", name="A"), row(sku="B", name="B", in_stock="0"), row(sku="C", name="C", stock="4")))

    policies = dict(Variant.objects.values_list("sku", "stock_policy"))
    assert policies == {"A": "untracked", "B": "deny", "C": "deny"}
