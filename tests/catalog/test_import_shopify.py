"""Shopify's product files: every figure that an independent reading found, and what their rows become."""

import json

import pytest
from django.core.management import call_command

from catalog.exchange.pictures import Pictures
from catalog.models import Category, OptionType, PriceChange, Product, Variant
from inventory.models import Level, Movement
from tests.catalog.imports import counts, run, shared, write
from tests.factories import PriceListFactory, ProductFactory

pytestmark = pytest.mark.django_db

FILES = ["apparel.csv", "shopify_product_template.csv", "legacy_headers_products.csv"]
HEADER = [
    "Handle", "Title", "Body (HTML)", "Type", "Tags", "Published", "Option1 Name", "Option1 Value",
    "Variant SKU", "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty", "Variant Price",
    "Variant Compare At Price", "Status",
]  # fmt: skip


def product(handle="mug", title="Mug", **cells) -> list[str]:
    """A row of one product with one variant; `cells` by the titles in small letters, without spaces."""
    row = {
        "handle": handle,
        "title": title,
        "published": "TRUE",
        "variantsku": f"{handle}-1",
        "variantprice": "24",
    }
    row |= cells
    return [row.get("".join(filter(str.isalnum, title.lower())), "") for title in HEADER]


@pytest.fixture
def file(tmp_path):
    return lambda *rows, **options: write(tmp_path / "products.csv", HEADER, *rows, **options)


@pytest.mark.parametrize("name", FILES)
def test_a_file_brings_what_an_independent_reading_found(name):
    expected = json.loads(shared("import-shopify/expected.json").read_text())[name]
    result = run(shared(f"import-shopify/{name}"))

    # Two rows of one file are the same variant twice: the second is told of.
    repeated = [note.line for note in result.errors]
    assert (result.format, result.products, result.variants) == (
        "shopify",
        expected["products"],
        expected["variants"],
    )
    assert repeated == ([170] if name == "legacy_headers_products.csv" else [])
    assert result.pictures["found"] == expected["distinct_images"]
    assert Product.objects.count() == result.created == expected["products"]
    assert Variant.objects.count() == expected["variants"] - len(repeated)
    assert Variant.objects.exclude(barcode="").count() == expected["with_barcode"]
    prices = PriceChange.objects.values_list("amount_minor", flat=True)
    missing = 604 if repeated else 0  # the price of the row that is left out
    assert sum(prices) + missing == round(expected["price_sum"] * 100)
    for slug, details in expected["products_detail"].items():
        row = Product.objects.get(slug=slug)
        assert str(row.name) == details["title"]
        assert row.variants.count() == details["variants"] - (slug == "mediocre-concrete-pants" and 1)
        options = [option for option in details["options"] if option != "Title"]
        assert [
            str(option.name) for option in row.option_types.order_by("productoption__position")
        ] == options


@pytest.mark.parametrize("name", FILES)
def test_the_same_file_twice_changes_nothing(name):
    path = shared(f"import-shopify/{name}")
    first = run(path)
    movements = Movement.objects.count()
    second = run(path)

    assert counts(second) == {"unchanged": first.created}
    assert (Movement.objects.count(), PriceChange.objects.count()) == (movements, Variant.objects.count())


def test_statuses_weights_sales_and_stock_are_taken_over():
    result = run(shared("import-shopify/shopify_product_template.csv"))

    statuses = dict(Product.objects.values_list("slug", "status"))
    assert statuses == {"example-shirt": "active", "example-pants": "draft", "example-hat": "archived"}
    assert Variant.objects.get(sku="PNT_DEN_285").weight_g == 227  # 226.796185
    assert Level.objects.get(variant__sku="PNT_DEN_305").on_hand == 15
    assert Variant.objects.get(sku="SRT_COT_111").stock_policy == "untracked"
    hat = Variant.objects.get(sku="HAT_GRY_275").prices.get()
    assert (hat.amount_minor, hat.compare_at_minor) == (1799, 2299)
    assert not Variant.objects.get(sku="PNT_DEN_285").prices.get().compare_at_minor
    assert [(note.line, note.field) for note in result.warnings] == [
        (line, "Variant Compare At Price") for line in (14, 15, 16)
    ]
    shirt = Product.objects.get(slug="example-shirt")
    assert shirt.category.full_path == "apparel-accessories/clothing/clothing-tops/t-shirts"
    assert shirt.tags == ["Made to Order", "Shirt Tag"]
    assert str(shirt.facts.get().text) == "Acme"


def test_todays_columns_are_known_as_well(tmp_path):
    header = [
        "Title", "URL handle", "Description", "Status", "SKU", "Option1 name", "Option1 value", "Price",
        "Compare-at price", "Inventory tracker", "Inventory quantity", "Continue selling when out of stock",
        "Weight value (grams)", "Requires shipping", "Product image URL",
    ]  # fmt: skip
    row = ["Mug", "mug", "Clay", "Active", "M-1", "Title", "Default Title", "9.50", "12", "shopify", "3", "CONTINUE",
           "300", "TRUE", "https://shop.example/mug.jpg"]  # fmt: skip
    result = run(write(tmp_path / "new.csv", header, row))

    mug = Variant.objects.get()
    assert (result.format, counts(result)) == ("shopify", {"created": 1})
    assert (mug.sku, mug.weight_g, mug.stock_policy, mug.prices.get().compare_at_minor) == (
        "M-1",
        300,
        "backorder",
        1200,
    )
    assert (mug.levels.get().on_hand, mug.levels.get().backorder_limit) == (3, 999)


def test_skus_that_are_missing_are_made_of_handle_and_options(file):
    path = file(
        product("mug", variantsku="", option1name="Цвет", option1value="Синий"),
        ["mug", *[""] * 6, "Красный", *[""] * 4, "24", "", ""],
    )
    run(path, language="ru")

    assert list(Variant.objects.values_list("sku", flat=True)) == ["mug-siniy", "mug-krasnyy"]
    option = OptionType.objects.get()
    assert (option.code, option.name, [value.code for value in option.values.all()]) == (
        "tsvet", {"ru": "Цвет"}, ["siniy", "krasnyy"],
    )  # fmt: skip


def test_a_sku_that_staff_gave_instead_is_kept(file):
    path = file(product("mug", variantsku=""))
    run(path)
    Variant.objects.update(sku="M-100")

    assert counts(run(path)) == {"unchanged": 1}


def test_options_are_shared_and_found_by_their_names(file):
    cells = {"option1name": "Size", "option1value": "XL"}
    run(
        file(
            product("mug", **cells),
            product("cup", **cells),
            product("jar", option1name="size", option1value="xl"),
        )
    )

    assert OptionType.objects.count() == OptionType.objects.get().values.count() == 1


def test_values_whose_codes_would_be_one_stay_two(file):
    rows = [product("mug", option1name="Size", option1value="1/2", variantsku="A")]
    rows.append(["mug", *[""] * 6, "1-2", "B", *[""] * 3, "24", "", ""])
    run(file(*rows))

    assert [str(value.name) for value in OptionType.objects.get().values.all()] == ["1/2", "1-2"]


def test_a_description_keeps_harmless_html_alone(client, file):  # reliability 52
    body = '<p onclick="x()">Clay <script>alert(1)</script><a href="javascript:x()">here</a> <img src=x onerror=y></p>'
    run(file(product(bodyhtml=body, varianttracker="")))

    text = Product.objects.get().description["en"]
    assert text == '<p>Clay <a rel="noopener noreferrer">here</a> </p>'
    page = client.get("/p/mug/").content.decode()
    assert text in page
    assert "onclick" not in text


def test_a_handle_that_another_product_has_gets_a_number(file):
    ProductFactory(slug="mug", variant__sku="OTHER", name={"en": "Something else"})
    path = file(product("mug", variantsku="M-1"))
    result = run(path)

    assert Variant.objects.get(sku="M-1").product.slug == "mug-2"
    assert "another product" in result.warnings[0].message
    assert counts(run(path)) == {"unchanged": 1}


def test_what_the_file_does_not_speak_of_stays(file):
    PriceListFactory(code="usd", currency="USD")
    run(file(product(), ["mug", *[""] * 14]))
    mug = Variant.objects.get()
    mug.prices.create(price_list_id=PriceListFactory(code="usd", currency="USD").pk, amount_minor=2600)
    Product.objects.update(name={"en": "Mug", "ru": "Кружка"})
    result = run(file(product(variantprice="25")))

    assert counts(result) == {"updated": 1}
    assert Product.objects.get().name == {"en": "Mug", "ru": "Кружка"}
    assert dict(mug.prices.values_list("price_list__code", "amount_minor")) == {"eur": 2500, "usd": 2600}


def test_a_product_that_changed_says_what(file):
    run(file(product(), product("cup", "Cup")))
    told = []
    run(file(product(title="Big mug", variantprice="25", type="Cups"), product("cup", "Cup")), told.append)

    assert [(outcome.word, list(outcome.details)) for outcome in told] == [
        ("updated", ["name", "category", "mug-1: prices"]),
        ("unchanged", []),
    ]


def test_a_dry_run_says_the_same_and_writes_nothing(file):
    path = file(product(type="Cups", option1name="Size", option1value="S"))
    tried = run(path, is_dry_run=True)

    assert not Product.objects.exists()
    assert not Category.objects.exists()
    assert not OptionType.objects.exists()
    assert tried.as_dict() == run(path).as_dict()


def test_one_wrong_product_leaves_the_others(file):
    rows = [
        product("mug"),
        product("cup", variantprice="abc"),
        product("jar", variantsku="x" * 65),
        product("pot"),
    ]
    result = run(file(*rows))

    assert counts(result) == {"created": 2}
    assert [(note.line, note.field) for note in result.errors] == [(3, "Variant Price"), (4, "Variant SKU")]
    assert set(Product.objects.values_list("slug", flat=True)) == {"mug", "pot"}


def test_what_only_the_database_refuses_leaves_the_others_too(file, monkeypatch):
    from catalog import actions

    save_product, create_products = actions.save_product, actions.create_products

    def save(draft):
        save_product(draft)
        if draft.slug == "cup":
            raise ValueError("no room")

    def create(drafts):
        create_products(drafts)
        if any(draft.slug == "cup" for draft in drafts):
            raise ValueError("no room")

    monkeypatch.setattr(actions, "save_product", save)
    monkeypatch.setattr(actions, "create_products", create)
    result = run(file(product("mug", type="A"), product("cup", type="B"), product("pot", type="B")))

    assert [(note.line, note.message) for note in result.errors] == [(3, "It could not be stored: no room")]
    assert sorted(Product.objects.values_list("slug", "category__full_path")) == [("mug", "a"), ("pot", "b")]


def test_a_variant_without_a_price_is_told_of(file):
    result = run(file(product(variantprice=""), product("cup", variantprice="", status="draft")))

    assert [(note.line, note.field) for note in result.warnings] == [(2, "Variant Price")]
    assert counts(result) == {"created": 2}


def test_strict_imports_nothing_when_any_line_is_wrong(file):
    path = file(product("mug"), product("cup", variantprice="abc"))
    result = run(path, is_strict=True)

    assert not Product.objects.exists()
    assert [note.line for note in result.errors] == [3]
    assert counts(run(file(product("mug")), is_strict=True)) == {"created": 1}


def test_a_sku_of_another_product_is_refused_by_line(file):
    result = run(file(product("mug", variantsku="A"), product("cup", variantsku="A")))

    assert [(note.line, note.field) for note in result.errors] == [(3, "Variant SKU")]
    assert "line 2" in result.errors[0].message
    assert not Product.objects.filter(slug="cup").exists()


def test_stock_that_is_counted_here_may_be_kept(file):
    cells = {"variantinventorytracker": "shopify"}
    run(file(product(variantinventoryqty="5", **cells)))
    kept = run(file(product(variantinventoryqty="9", **cells)), keep_stock=True)
    assert (counts(kept), Level.objects.get().on_hand) == ({"unchanged": 1}, 5)

    counted = run(file(product(variantinventoryqty="9", **cells)))
    assert (counts(counted), Level.objects.get().on_hand) == ({"updated": 1}, 9)


def test_rows_of_one_product_may_be_anywhere(file):
    size = ["mug", *[""] * 6, "L", "M-L", *[""] * 3, "26", "", ""]
    result = run(file(product("mug", option1name="Size", option1value="S"), product("cup"), size))

    assert (result.products, result.variants, counts(result)) == (2, 3, {"created": 2})
    assert str(Variant.objects.get(sku="M-L").options.get().value.name) == "L"


def test_formulae_are_text(file):
    run(file(product(title="=1+1", tags="+cmd, @x")))

    mug = Product.objects.get()
    assert (str(mug.name), mug.tags) == ("=1+1", ["+cmd", "@x"])


def test_pictures_come_from_a_folder_once(tmp_path, picture_file):
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "mug.jpg").write_bytes(picture_file())
    header = [*HEADER, "Image Src", "Image Alt Text"]
    rows = [
        [*product(), "https://cdn.example/files/mug.jpg?v=1", "A mug"],
        ["mug", *[""] * 14, "gone.jpg", ""],
    ]
    path = write(tmp_path / "products.csv", header, *rows)
    result = run(path, images=Pictures(folder))

    picture = Product.objects.get().pictures.get()
    assert (picture.alt, picture.source) == ({"en": "A mug"}, "https://cdn.example/files/mug.jpg?v=1")
    assert [(note.line, note.field) for note in result.errors] == [(3, "Image Src")]
    assert counts(run(path, images=Pictures(folder))) == {"unchanged": 1}


def test_a_picture_that_cannot_be_fetched_leaves_the_product(tmp_path, picture_file):
    header = [*HEADER, "Image Src"]
    path = write(tmp_path / "products.csv", header, [*product(), "http://127.0.0.1/mug.jpg"])
    result = run(path, images=Pictures(is_fetching=True))

    assert (counts(result), result.errors[0].field) == ({"created": 1}, "Image Src")
    assert "not a public one" in result.errors[0].message


def test_the_command_prints_one_object_and_fails_on_errors(file, capsys):
    with pytest.raises(SystemExit):
        call_command("import_products", file(product(variantprice="?")), "--json")
    answer = json.loads(capsys.readouterr().out)

    assert {name: answer[name] for name in ("format", "products", "variants", "created", "errors")} == {
        "format": "shopify",
        "products": 1,
        "variants": 1,
        "created": 0,
        "errors": [{"line": 2, "field": "Variant Price", "message": "“?” is not a price."}],
    }


def test_the_command_says_by_line_what_would_be_done(file, capsys):
    call_command("import_products", file(product()), "--dry-run")

    assert capsys.readouterr().out.splitlines() == [
        "      2  created    Mug",
        "1 product (shopify): 1 created, 0 updated, 0 unchanged, 0 skipped, 0 errors",
    ]
