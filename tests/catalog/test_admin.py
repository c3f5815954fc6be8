"""The staff's door: what is saved there goes through the actions and shows in the shop at once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from catalog import actions, index
from catalog.models import Category, PriceChange, Product, Variant
from tests.factories import CategoryFactory, PriceListFactory, ProductFactory, TaxClassFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = User.objects.create_superuser("staff@forma.example", "a long password")
    client.force_login(user)
    return client


@pytest.fixture
def mug():
    PriceListFactory()
    return ProductFactory(
        slug="mug",
        category=CategoryFactory(slug="mugs"),
        name={"en": "Mug"},
        variant__sku="MUG",
        indexed=True,
    )


def form_of(client, url):
    """What the admin's form holds when it is opened: ready to be changed and posted."""
    page = client.get(url)
    assert page.status_code == 200
    form = page.context["adminform"].form
    data = {}
    for part in [form, *[f for s in page.context["inline_admin_formsets"] for f in s.formset.forms]]:
        for name in part.fields:
            put(data, part.add_prefix(name), part[name].value())
    for inline in page.context["inline_admin_formsets"]:
        for name in inline.formset.management_form.fields:
            data[inline.formset.management_form.add_prefix(name)] = inline.formset.management_form[
                name
            ].value()
    return data


def put(data, name, value):
    if isinstance(value, dict):
        data.update({f"{name}_{code}": text for code, text in value.items()})
    elif hasattr(value, "strftime") and name.endswith("_at") and "preorder" not in name:
        data[f"{name}_0"], data[f"{name}_1"] = value.strftime("%Y-%m-%d"), value.strftime("%H:%M:%S")
    elif isinstance(value, bool):
        data.update({name: "on"} if value else {})
    elif value is not None and name not in ("upload",):
        data[name] = value


def change_url(row):
    return reverse(f"admin:catalog_{row._meta.model_name}_change", args=[row.pk])


def test_lists_and_forms_open(staff, mug):
    for model in ("product", "variant", "category", "collection", "optiontype", "attribute", "pricelist",
                  "pricechange", "producttype", "picture"):  # fmt: skip
        assert staff.get(reverse(f"admin:catalog_{model}_changelist")).status_code == 200, model
    for model in ("product", "category", "collection", "optiontype", "attribute", "pricelist", "picture"):
        assert staff.get(reverse(f"admin:catalog_{model}_add")).status_code == 200, model
    for row in (mug, mug.category, mug.variants.get()):
        assert staff.get(change_url(row)).status_code == 200


def test_lists_show_a_text_in_the_readers_language(staff):
    ProductFactory(name={"en": "Tide mug", "ru": "Кружка «Прилив»"})
    url = reverse("admin:catalog_product_changelist")
    for prefix, name in (("", "Tide mug"), ("/ru", "Кружка «Прилив»")):
        page = staff.get(prefix + url).content.decode()
        assert f">{name}</a>" in page
        assert "&quot;en&quot;" not in page


def test_the_list_of_products_costs_the_same_for_few_and_many(staff, mug, count_queries):
    url = reverse("admin:catalog_product_changelist")
    few = count_queries(staff, url)
    for _ in range(8):
        ProductFactory()

    assert count_queries(staff, url) == few


def test_a_new_name_and_price_show_in_the_shop_at_once(staff, mug):
    staff.get("/p/mug/")
    data = form_of(staff, change_url(mug)) | {"name_en": "Tide mug", "variants-0-price": "19.90"}

    answer = staff.post(change_url(mug), data)

    assert answer.status_code == 302, answer.context["errors"]
    html = staff.get("/p/mug/").content.decode()
    assert "Tide mug" in html
    assert 'data-minor="1990"' in html
    assert PriceChange.objects.filter(variant_sku="MUG").latest("id").amount_minor == 1990


def test_a_sale_price_that_is_not_lower_is_told_at_its_field(staff, mug):
    data = form_of(staff, change_url(mug)) | {"variants-0-price": "20", "variants-0-compare_at": "20"}

    answer = staff.post(change_url(mug), data)

    assert answer.status_code == 200
    assert "must be higher" in answer.content.decode()
    assert mug.variants.get().prices.get().amount_minor == 2400


@pytest.mark.parametrize("amount", ["12.345", "abc", "-1", "1e3", "１２"])
def test_an_amount_that_is_none_is_told_at_its_field(staff, mug, amount):
    data = form_of(staff, change_url(mug)) | {"variants-0-price": amount}

    assert staff.post(change_url(mug), data).status_code == 200
    assert mug.variants.get().prices.get().amount_minor == 2400


def test_a_variant_is_added_with_its_options(staff, mug):
    option = actions.save_option(
        "colour", name={"en": "Colour"}, values=[{"code": "sage", "name": {"en": "Sage"}}]
    )
    data = form_of(staff, change_url(mug))
    new = {"sku": "MUG-SAGE", "price": "21", "position": 1, "weight_g": 300, "stock_policy": "deny"}
    data |= {f"variants-1-{name}": value for name, value in new.items()}
    data |= {"variants-1-values": [option.values.get().pk], "variants-1-is_active": "on"}
    data |= {"variants-1-product": mug.pk, "variants-TOTAL_FORMS": 2}

    assert staff.post(change_url(mug), data).status_code == 302

    variant = Variant.objects.get(sku="MUG-SAGE")
    assert variant.signature == "colour=sage"
    assert variant.prices.get().amount_minor == 2100
    assert index.page_for("mug", "en", "EUR").parts["options"][0]["values"][0]["name"] == "Sage"


def test_two_variants_alike_are_told_at_their_field(staff, mug):
    data = form_of(staff, change_url(mug))
    new = {"sku": "MUG-2", "price": "21", "position": 1, "weight_g": 300, "stock_policy": "deny"}
    data |= {f"variants-1-{name}": value for name, value in new.items()}
    data |= {"variants-1-product": mug.pk, "variants-TOTAL_FORMS": 2, "variants-1-is_active": "on"}

    answer = staff.post(change_url(mug), data)

    assert answer.status_code == 200
    assert "has the same options" in answer.content.decode()
    assert not Variant.objects.filter(sku="MUG-2").exists()


def test_a_picture_is_taken_in_with_its_jpegs(staff, mug, picture_file):
    data = form_of(staff, change_url(mug))
    new = {"upload": SimpleUploadedFile("mug.jpg", picture_file(), "image/jpeg"), "alt_en": "A mug",
           "position": 0, "focus_x": 50, "focus_y": 50}  # fmt: skip
    data |= {f"pictures-0-{name}": value for name, value in new.items()}
    data |= {"pictures-TOTAL_FORMS": 1, "pictures-0-product": mug.pk}

    answer = staff.post(change_url(mug), data)

    assert answer.status_code == 302, answer.context["errors"]
    picture = mug.pictures.get()
    assert picture.renditions.filter(format="jpeg").exists()
    assert "/media/p/" in mug.cards.get(language="en").html


def test_a_file_that_is_no_picture_is_told_at_its_field(staff, mug):
    data = form_of(staff, change_url(mug))
    bad = SimpleUploadedFile("../../mug.jpg", b"<script>alert(1)</script>", "image/jpeg")
    data |= {"pictures-0-upload": bad, "pictures-0-alt_en": "A mug", "pictures-0-position": 0}
    data |= {"pictures-TOTAL_FORMS": 1, "pictures-0-focus_x": 50, "pictures-0-focus_y": 50}

    answer = staff.post(change_url(mug), data)

    assert answer.status_code == 200
    assert "not a JPEG, PNG or WebP picture" in answer.content.decode()
    assert not mug.pictures.exists()


def test_products_are_archived_never_deleted(staff, mug):
    staff.post(
        reverse("admin:catalog_product_changelist"),
        {"action": "archive_selected", "_selected_action": [mug.pk]},
    )

    assert Product.objects.get(pk=mug.pk).status == "archived"
    assert staff.get("/p/mug/").status_code == 410
    assert staff.get(reverse("admin:catalog_product_delete", args=[mug.pk])).status_code == 403


def test_a_category_is_added_moved_and_renamed(staff, mug):
    add = reverse("admin:catalog_category_add")
    staff.post(add, {"name_en": "Kitchen", "slug": "kitchen", "is_visible": "on"})
    kitchen = Category.objects.get(full_path="kitchen")
    data = form_of(staff, change_url(mug.category)) | {"parent": kitchen.pk, "name_en": "Cups"}

    answer = staff.post(change_url(mug.category), data)

    assert answer.status_code == 302
    moved = Category.objects.get(pk=mug.category.pk)
    assert (moved.full_path, str(moved.name)) == ("kitchen/mugs", "Cups")
    assert "Cups" in staff.get("/p/mug/").content.decode()
    assert staff.get("/c/kitchen/mugs/").status_code == 200


def test_a_category_is_not_put_below_itself_nor_on_a_taken_address(staff, mug):
    below = CategoryFactory(parent=mug.category, slug="large")
    CategoryFactory(slug="other")
    data = form_of(staff, change_url(mug.category))

    assert staff.post(change_url(mug.category), data | {"parent": below.pk}).status_code == 200
    assert staff.post(change_url(mug.category), data | {"slug": "other"}).status_code == 200
    assert Category.objects.get(pk=mug.category.pk).full_path == "mugs"


def test_a_shelf_with_products_is_not_deleted(staff, mug):
    empty = CategoryFactory(slug="empty")

    staff.post(reverse("admin:catalog_category_delete", args=[mug.category.pk]), {"post": "yes"})
    staff.post(reverse("admin:catalog_category_delete", args=[empty.pk]), {"post": "yes"})

    assert list(Category.objects.values_list("full_path", flat=True)) == ["mugs"]


def test_a_new_product_is_written_whole(staff):
    TaxClassFactory()
    PriceListFactory()
    shelf = CategoryFactory(slug="mugs")
    url = reverse("admin:catalog_product_add")
    data = form_of(staff, url)
    data |= {"name_en": "Bowl", "slug": "bowl", "status": "active", "category": shelf.pk, "tags": "[]",
             "tax_class": TaxClassFactory().pk, "variants-TOTAL_FORMS": 1, "variants-0-sku": "BOWL",
             "variants-0-price": "30", "variants-0-stock_policy": "untracked", "variants-0-weight_g": 1,
             "variants-0-position": 0, "variants-0-is_active": "on"}  # fmt: skip

    answer = staff.post(url, data)

    assert answer.status_code == 302, answer.context["errors"]
    assert "Bowl" in staff.get("/c/mugs/").content.decode()


def test_the_price_log_is_only_read(staff):
    assert staff.get(reverse("admin:catalog_pricechange_changelist")).status_code == 200
    assert staff.get(reverse("admin:catalog_pricechange_add")).status_code == 403
