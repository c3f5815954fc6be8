"""The demo store: loaded through the actions, whole, and the same after a second time."""

import json

import pytest
from django.conf import settings
from django.db import connection

from catalog.imaging import cut, load, prepare
from catalog.models import Card, Picture, Product, Rendition, Variant
from content.models import HomeBlock, Page
from inventory.actions import availability
from inventory.models import Level, Movement
from pricing.models import TaxRate
from shop import demo
from shop.models import Counter

pytestmark = pytest.mark.django_db


def everything():
    """All rows of all tables of ours, and the version of public pages."""
    tables = [name for name in connection.introspection.table_names() if name.startswith(OURS)]
    with connection.cursor() as cursor:
        rows = {}
        for name in tables:
            cursor.execute(f'SELECT * FROM "{name}"')
            rows[name] = sorted(map(repr, cursor.fetchall()))
    return rows


OURS = (
    "catalog_",
    "content_",
    "pricing_",
    "inventory_",
    "shipping_",
    "accounts_",
    "shop_message",
)


def test_the_second_load_changes_nothing(loaded):
    before, version = everything(), Counter.objects.get(name="catalog").value

    demo.load(lambda text: None)

    after = everything()
    assert {name for name in before if before[name] != after[name]} == set()
    assert Counter.objects.get(name="catalog").value == version


def test_the_store_is_whole(loaded, client):
    assert Product.objects.published().count() == 7
    assert Page.objects.count() >= 5
    assert {block.kind for block in HomeBlock.objects.all()} == set(HomeBlock.Kind.values)
    assert set(
        Variant.objects.get(sku="FRM-TDM-SAG").prices.values_list("price_list__currency", flat=True)
    ) == {
        "EUR",
        "USD",
    }
    assert TaxRate.objects.filter(country="PT", rate_millionths=230_000).exists()
    assert TaxRate.objects.filter(country="US", region="NY", rate_millionths=88_750).exists()
    for path in ("/", "/ru/", "/c/tableware/", "/p/tide-mug/", "/pages/delivery/", "/search/?q=mug"):
        assert client.get(path).status_code == 200, path


def test_no_page_is_without_its_picture(loaded, client):
    shown = Picture.objects.exclude(renditions__format="jpeg")
    assert not shown.exists()
    assert not Rendition.objects.exclude(format="jpeg").exists()  # the slow formats are the worker's
    assert not Card.objects.filter(html__contains="photo__none").exists()
    assert "photo__none" not in client.get("/p/tide-mug/").content.decode()


def test_the_cases_of_stock_are_all_there(loaded):
    def state(sku):
        variant = Variant.objects.get(sku=sku)
        return availability([variant])[variant.pk]

    assert state("FRM-TDM-SAG").state == "in_stock"
    assert state("FRM-HLT-AMB").state == "out"
    assert state("FRM-ORL-BLK").state == "low"
    assert (state("FRM-RSC-WAL").state, state("FRM-RSC-WAL").lead_days) == ("backorder", 21)
    assert state("FRM-TYT-WAL").state == "preorder"
    assert state("FRM-GFT-050").state == "untracked"


def test_what_was_sold_since_stays_sold(loaded):
    level = Level.objects.filter(variant__sku="FRM-TDM-SAG").order_by("location__position").first()
    Level.objects.filter(pk=level.pk).update(on_hand=level.on_hand - 1)
    movements = Movement.objects.count()

    demo.load(lambda text: None)

    assert Level.objects.get(pk=level.pk).on_hand == level.on_hand - 1
    assert Movement.objects.count() == movements


def test_the_store_has_a_person_on_each_side(loaded, client):
    from accounts.demo import CUSTOMER, PASSWORD, STAFF
    from accounts.models import User

    assert User.objects.get(email=STAFF).is_staff
    assert not User.objects.get(email=CUSTOMER).is_staff
    assert client.login(email=STAFF, password=PASSWORD)


def test_a_demo_picture_passes_the_same_checks_as_an_upload():
    content = (settings.BASE_DIR / "demo" / "images" / "tide-mug-sage.webp").read_bytes()

    prepared = prepare(content)

    assert (prepared.width, prepared.height) == (1000, 1250)
    assert [made.width for made in prepared.jpegs] == [160, 320, 480, 640, 960]
    assert sum(len(made.content) for made in cut(load(content), "avif")) < 60_000


# --- The command ---------------------------------------------------------------------------------
def test_the_demo_never_touches_a_real_shops_data(monkeypatch):
    from shop.demo import place

    for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "STRIPE_SECRET_KEY", "SECRET_KEY", "MEDIA_ROOT"):
        monkeypatch.setenv(name, "real")
    monkeypatch.setenv("PORT", "8139")

    environment = place.environment()

    assert "real" not in environment.values()
    assert environment["DATABASE_URL"].endswith("var/demo/shop.sqlite3")
    assert environment["STRIPE_API_BASE"] == "http://127.0.0.1:8559"
    assert environment["DEBUG"] == "0"


def test_a_busy_port_is_told_in_words(monkeypatch):
    import socket

    from django.core.management.base import CommandError

    from shop.demo import serving

    monkeypatch.setenv("LOTOK_DEMO", "1")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        with pytest.raises(CommandError, match=r"taken by another program.*\n.*PORT="):
            serving.run(lambda text: None, reset=False)


def test_ctrl_c_is_noted_and_interrupts_nothing():
    import os
    import signal

    from shop.demo.serving import Stopping

    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        stopping = Stopping()
        assert not stopping
        os.kill(os.getpid(), signal.SIGINT)  # an exception here could leave a child's lock taken for ever
        assert stopping
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def test_a_dry_run_names_the_steps_and_takes_none(capsys, monkeypatch, tmp_path):
    from django.core.management import call_command

    monkeypatch.setattr("shop.demo.place.FOLDER", tmp_path / "nothing")

    call_command("demo", "--dry-run", "--reset", "--json")

    steps = json.loads(capsys.readouterr().out)["would_do"]
    assert steps == ["assets", "texts", "files", "tables", "store"]
    assert not (tmp_path / "nothing").exists()
    assert not Product.objects.exists()
