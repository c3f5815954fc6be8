"""Staff write pages of text and the home page; shoppers see it at once."""

import pytest
from django.urls import reverse

from accounts.models import User
from content.models import HomeBlock, Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("staff@forma.example", "a long password"))
    return client


def test_a_page_of_text_is_written_and_changed(staff):
    add = reverse("admin:content_page_add")
    staff.post(add, {"slug": "about", "title_en": "About", "body_en": "Old words."})
    assert "Old words." in staff.get("/pages/about/").content.decode()
    page = Page.objects.get()

    staff.post(
        reverse("admin:content_page_change", args=[page.pk]),
        {"slug": "about", "title_en": "About", "body_en": "New words."},
    )

    assert "New words." in staff.get("/pages/about/").content.decode()


def test_a_block_that_is_deleted_is_gone_from_the_home_page(staff):
    block = HomeBlock.objects.create(kind="proof", items=[{"icon": "truck", "text": {"en": "Quick"}}])
    assert staff.get("/").context["blocks"]

    staff.post(reverse("admin:content_homeblock_delete", args=[block.pk]), {"post": "yes"})

    assert staff.get("/").context["blocks"] == []
