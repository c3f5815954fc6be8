"""Staff bring a product file to the admin: it is tried, read, and then imported by the worker."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from catalog.exchange import runs
from catalog.models import ImportRun, Product
from shop import outbox
from shop.models import Message
from tests.catalog.imports import counts, run
from tests.factories import PriceListFactory, ProductFactory

pytestmark = pytest.mark.django_db
PAGE = "/admin/import/"
GOOD = "Handle,Title,Variant SKU,Variant Price\nmug,Mug,M,24\n"
BAD = GOOD + "cup,Cup,C,?\n"


@pytest.fixture
def keeper(client):
    PriceListFactory()
    user = User.objects.create_superuser("ines@forma.example", "not-a-secret")
    client.force_login(user)
    return user


def upload(client, text: str = GOOD, **more):
    file = SimpleUploadedFile("products.csv", text.encode(), content_type="text/csv")
    answer = client.post(PAGE, {"file": file, "language": "en", "price_list": "eur"} | more)
    outbox.drain()
    return answer


def test_a_file_is_tried_and_changes_nothing(client, keeper):
    answer = upload(client, BAD)
    page = client.get(answer.headers["Location"]).content.decode()

    assert not Product.objects.exists()
    assert "Mug" in page
    assert "“?” is not a price." in page
    assert "Import now" in page
    assert ImportRun.objects.get().user == keeper


def test_what_was_tried_is_imported_and_the_file_let_go(client, keeper):
    address = upload(client).headers["Location"]
    client.post(f"{address}go-on/")
    outbox.drain()

    done = ImportRun.objects.get()
    assert Product.objects.get().slug == "mug"
    assert (done.state, bytes(done.content), done.result["created"]) == ("done", b"", 1)
    assert "Import now" not in client.get(address).content.decode()


def test_a_page_that_waits_comes_again_by_itself(client, keeper):
    address = upload(client).headers["Location"]
    assert "refresh" not in client.get(address).content.decode()
    ImportRun.objects.update(state="running", started_at=timezone.now())

    assert '<meta http-equiv="refresh" content="3">' in client.get(address).content.decode()


def test_the_message_that_comes_twice_imports_once(client, keeper):
    upload(client)
    pk = ImportRun.objects.get().pk
    ImportRun.objects.update(state="running", started_at=timezone.now(), is_dry_run=False)
    runs.carry_out(pk, "en")

    assert not Product.objects.exists()


def test_an_import_whose_worker_died_may_be_gone_on_with(client, keeper):
    address = upload(client).headers["Location"]
    client.post(f"{address}go-on/")
    ImportRun.objects.update(
        state="running", content=GOOD.encode(), started_at=timezone.now() - timedelta(hours=1)
    )
    Product.objects.all().update(name={"en": "Half"})
    client.post(f"{address}go-on/")
    outbox.drain()

    assert str(Product.objects.get().name) == "Mug"


def test_one_at_work_is_not_begun_again(client, keeper):
    address = upload(client).headers["Location"]
    ImportRun.objects.update(state="running", started_at=timezone.now())
    before = Message.objects.count()
    client.post(f"{address}go-on/")

    assert Message.objects.count() == before


def test_a_file_of_another_kind_is_told_of(client, keeper):
    address = upload(client, "a,b\n1,2\n").headers["Location"]

    assert "not those of a product file" in client.get(address).content.decode()


def test_what_fails_is_told_of(client, keeper, monkeypatch):
    def fail(*args, **more):
        raise OSError("the disk is full")

    monkeypatch.setattr(runs, "import_products", fail)
    address = upload(client).headers["Location"]

    assert "the disk is full" in client.get(address).content.decode()


def test_files_that_nobody_went_on_with_are_let_go(client, keeper):
    upload(client)
    ImportRun.objects.update(created_at=timezone.now() - timedelta(days=3))
    upload(client)

    assert [len(row.content) > 0 for row in ImportRun.objects.order_by("pk")] == [False, True]


def test_without_a_file_the_form_says_so(client, keeper):
    answer = client.post(PAGE, {"language": "en", "price_list": "eur"})

    assert answer.status_code == 422
    assert not ImportRun.objects.exists()


def test_all_products_come_as_a_file(client, keeper, tmp_path):
    ProductFactory(slug="mug")
    answer = client.get("/admin/export/products.csv")
    path = tmp_path / "all.csv"
    path.write_bytes(b"".join(answer.streaming_content))

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert counts(run(path)) == {"unchanged": 1}


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}1/", "/admin/export/products.csv"])
def test_shoppers_and_staff_without_the_right_stay_out(client, path):
    assert client.get(path).status_code == 302
    client.force_login(User.objects.create_user("a@forma.example", "not-a-secret", is_staff=True))
    assert client.get(path).status_code == 403
