"""The one way in for staff and the demo loader. What is written shows at once: the pages' version moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from content.models import HomeBlock, Page
from shop import versions

Texts = Mapping[str, str]


@transaction.atomic
def save_page(slug: str, *, title: Texts, body: Texts) -> Page:
    page = Page.objects.filter(slug=slug).first() or Page(slug=slug)
    fields = {"title": dict(title), "body": dict(body)}
    if page.pk is None or any(getattr(page, name) != value for name, value in fields.items()):
        page.title, page.body = fields["title"], fields["body"]
        page.save()
        changed()
    return page


@transaction.atomic
def set_home(blocks: Sequence[Mapping[str, Any]]) -> None:
    """Exactly these blocks, in this order; each holds the fields of a HomeBlock."""
    wanted = [HomeBlock(position=position, **block) for position, block in enumerate(blocks)]
    if [_content(block) for block in wanted] == [_content(block) for block in HomeBlock.objects.all()]:
        return
    HomeBlock.objects.all().delete()
    HomeBlock.objects.bulk_create(wanted)
    changed()


def _content(block: HomeBlock) -> dict[str, Any]:
    return {
        field.attname: getattr(block, field.attname)
        for field in HomeBlock._meta.concrete_fields
        if not field.primary_key
    }


def changed() -> None:
    """Public pages are new from here on: call it in the transaction that changed what they show."""
    versions.renew("catalog")
