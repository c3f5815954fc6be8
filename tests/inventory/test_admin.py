import pytest
from django.urls import reverse

from inventory import actions
from inventory.models import Level, Movement
from shop.models import AuditEntry
from tests.factories import LocationFactory, VariantFactory
from tests.inventory.conftest import counters

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, django_user_model):
    user = django_user_model.objects.create_superuser("staff@example.com", "a long password")
    client.force_login(user)
    return user


def press(client, level, **fields):
    """Send the form of the level's page as a browser would; `press` is the form's own mark."""
    url = reverse("admin:inventory_level_change", args=[level.pk])
    mark = fields.pop("press", None) or client.get(url).context["adminform"].form["press"].value()
    form = {"received": "", "counted": "", "backorder_limit": level.backorder_limit, "press": mark}
    return client.post(url, form | fields, follow=True)


def test_counters_are_shown_and_cannot_be_typed_over(client, staff):
    mug = VariantFactory()
    actions.hold("cart", {mug.pk: 2})
    level = Level.objects.get()
    press(client, level, on_hand=999, allocated=999, held=999, variant=VariantFactory().pk)
    level.refresh_from_db()
    assert (level.variant, level.on_hand, level.allocated, level.held) == (mug, 10, 0, 2)


def test_receiving_adds_once_however_often_the_form_is_sent(client, staff):
    mug = VariantFactory()
    level = Level.objects.get()
    mark = "a5a5a5a5-0000-4000-8000-000000000001"
    press(client, level, received=5, press=mark)
    press(client, level, received=5, press=mark)
    assert counters(mug) == (15, 0, 0)
    movement = Movement.objects.get(kind=Movement.Kind.RECEIVED)
    assert movement.user == staff
    assert AuditEntry.objects.filter(action="stock.change", actor=staff).exists()


def test_counting_sets_what_is_there(client, staff):
    mug = VariantFactory()
    press(client, Level.objects.get(), counted=7)
    assert counters(mug) == (7, 0, 0)


def test_a_count_below_what_is_promised_is_refused_in_words(client, staff):
    mug = VariantFactory()
    actions.hold("cart", {mug.pk: 4})
    response = press(client, Level.objects.get(), counted=3)
    assert b"4 units are promised to orders and shoppers." in response.content
    assert counters(mug) == (10, 0, 4)


@pytest.mark.parametrize(
    "fields",
    [{"received": 0}, {"received": -1}, {"counted": -1}, {"received": "1.5"}, {"received": 5, "counted": 5}],
)
def test_what_makes_no_sense_is_told_at_its_field(client, staff, fields):
    mug = VariantFactory()
    response = press(client, Level.objects.get(), **fields)
    assert response.context["adminform"].form.errors
    assert counters(mug) == (10, 0, 0)


def test_a_new_level_begins_with_what_was_counted(client, staff):
    mug, place = VariantFactory(level=None), LocationFactory()
    url = reverse("admin:inventory_level_add")
    mark = client.get(url).context["adminform"].form["press"].value()
    form = {"variant": mug.pk, "location": place.pk, "counted": 3, "received": "", "backorder_limit": 2}
    response = client.post(url, form | {"press": mark})
    assert response.status_code == 302
    assert counters(mug) == (3, 0, 0)
    assert Level.objects.get().backorder_limit == 2


def test_movements_can_be_read_and_nothing_else(client, staff):
    VariantFactory(sku="MUG")
    movement = Movement.objects.get()
    listing = client.get(reverse("admin:inventory_movement_changelist"))
    assert b"MUG" in listing.content
    page = reverse("admin:inventory_movement_change", args=[movement.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"cause": "x"}).status_code == 403
    assert client.get(reverse("admin:inventory_movement_add")).status_code == 403
    level = Level.objects.get()
    assert client.get(reverse("admin:inventory_level_delete", args=[level.pk])).status_code == 403


@pytest.mark.parametrize("model", ["level", "movement", "location"])
def test_lists_cost_as_many_queries_for_many_rows_as_for_few(client, staff, count_queries, model):
    url = reverse(f"admin:inventory_{model}_changelist")
    VariantFactory()
    few = count_queries(client, url)
    for _ in range(5):
        VariantFactory()
    assert count_queries(client, url) == few


@pytest.mark.parametrize("left", ["none", "few", "ahead", "", "x"])
def test_levels_can_be_looked_through_by_what_is_left(client, staff, left):
    VariantFactory(sku="EMPTY", level__on_hand=0)
    VariantFactory(sku="FEW", level__on_hand=2)
    VariantFactory(sku="PLENTY")
    chair = VariantFactory(sku="AHEAD", stock_policy="backorder", level__on_hand=0, level__backorder_limit=5)
    actions.hold("cart", {chair.pk: 1})
    response = client.get(reverse("admin:inventory_level_changelist"), {"left": left} if left else {})
    shown = (
        {level.variant.sku for level in response.context["cl"].queryset}
        if response.status_code == 200
        else set()
    )
    everything = {"EMPTY", "FEW", "PLENTY", "AHEAD"}
    assert shown == {"none": {"EMPTY", "AHEAD"}, "few": {"FEW"}, "ahead": {"AHEAD"}}.get(left, everything)
