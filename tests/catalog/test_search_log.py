"""What shoppers look for is counted, and what they do not find is shown to staff."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.models import SearchCount, SynonymGroup
from catalog.search import log
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_waiting():
    log._waiting.clear()
    yield
    log._waiting.clear()


def counted():
    log.write()
    return {(row.query, row.language): (row.results, row.times) for row in SearchCount.objects.all()}


def test_searches_are_counted_by_their_words_and_language(client):
    ProductFactory(name={"en": "Tide mug"}, indexed=True)

    client.get("/search/?q=Mug")
    client.get("/search/?q=mug!")
    client.get("/ru/search/?q=mug")
    client.get("/search/?q=zebra")

    assert counted() == {("mug", "en"): (1, 2), ("mug", "ru"): (1, 1), ("zebra", "en"): (0, 1)}
    assert counted() == {("mug", "en"): (1, 2), ("mug", "ru"): (1, 1), ("zebra", "en"): (0, 1)}


def test_a_kept_page_counts_too(client):
    ProductFactory(name={"en": "Tide mug"}, indexed=True)

    for _time in range(3):
        client.get("/search/?q=mug")

    assert counted() == {("mug", "en"): (1, 3)}


def test_a_slip_counts_as_what_was_meant_and_a_missing_word_as_nothing(client):
    ProductFactory(name={"en": "Cushion"}, indexed=True)

    client.get("/search/?q=cushon")
    client.get("/search/?q=heated+cushion")

    assert counted() == {("cushion", "en"): (1, 1), ("heated cushion", "en"): (0, 1)}


@pytest.mark.parametrize("query", ["me@example.com", "+351 912 345 678", "x", "mug " * 40])
def test_what_may_be_somebodys_own_is_not_counted(client, query):
    client.get("/search/", {"q": query})

    assert counted() == {}


def test_further_pages_and_exact_searches_are_the_same_search(client):
    client.get("/search/?q=mug&exact=1")
    client.get("/search/?q=mug&page=2")

    assert counted() == {}


def test_old_counts_are_forgotten():
    today = timezone.localdate()
    for age in (log.KEPT_DAYS + 1, log.KEPT_DAYS - 1):
        SearchCount.objects.create(
            query="mug", language="en", day=today - timedelta(days=age), results=1, times=1
        )

    log.forget_old_searches()

    assert SearchCount.objects.count() == 1


def test_what_others_found_is_offered_the_most_frequent_first():
    today = timezone.localdate()
    for query, results, times in [("mug", 9, 3), ("mugs", 9, 7), ("mug rack", 0, 9), ("mug tree", 2, 1)]:
        SearchCount.objects.create(query=query, language="en", day=today, results=results, times=times)

    assert log.popular("mu", "en", 5) == ["mugs", "mug"]
    assert log.popular("mug", "en", 5) == ["mugs"]
    assert log.popular("mu", "ru", 5) == []


def test_staff_see_what_was_not_found_and_make_a_synonym_of_it(admin_client, client):
    ProductFactory(name={"en": "Sofa"}, indexed=True)
    client.get("/search/?q=settee")
    client.get("/search/?q=sofa")
    log.write()

    page = admin_client.get(reverse("catalog:searches")).content.decode()
    everything = admin_client.get(reverse("catalog:searches"), {"view": "all"}).content.decode()
    form = f"{reverse('admin:catalog_synonymgroup_add')}?asked=settee"
    assert "settee" in page
    assert ">sofa<" not in page
    assert ">sofa<" in everything
    assert form in page
    assert 'value="settee"' in admin_client.get(form).content.decode()

    admin_client.post(reverse("admin:catalog_synonymgroup_add"), {"asked": "settee, sofa", "meant": ""})
    group = SynonymGroup.objects.get()
    assert "Sofa" in client.get("/search/?q=settee").content.decode()

    admin_client.post(reverse("admin:catalog_synonymgroup_delete", args=[group.pk]), {"post": "yes"})
    assert not SynonymGroup.objects.exists()


def test_the_report_is_for_staff_with_the_right_alone(client):
    assert client.get(reverse("catalog:searches")).status_code == 302
