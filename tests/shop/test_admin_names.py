"""Staff read the admin in their language: every column, field and thing in it has a name of its own there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.utils import translation

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of_staff(rf):
    request = rf.get("/admin/")
    request.user = User(is_staff=True, is_superuser=True)
    return request


def everything_in_the_admin(request) -> Iterator[tuple[object, type]]:
    """Each ModelAdmin and inline, with its model."""
    for model, model_admin in admin.site._registry.items():
        yield model_admin, model
        for inline in model_admin.get_inline_instances(request):
            yield inline, inline.model


def shown(an_admin, request) -> dict[str, str]:
    """{field or column: its label} in the active language."""
    names = [*an_admin.get_readonly_fields(request), *flatten_fieldsets(an_admin.get_fieldsets(request))]
    if isinstance(an_admin, admin.ModelAdmin):
        names += an_admin.get_list_display(request)
        form = an_admin.get_form(request)
    else:
        form = an_admin.get_formset(request).form
    declared = form.declared_fields
    labels = {}
    for name in names:
        field = declared.get(name)
        if field is not None and field.widget.is_hidden:
            continue
        if field is not None and field.label:
            labels[name] = str(field.label)
        elif name != "__str__":
            labels[name] = str(label_for_field(name, an_admin.model, an_admin, form=form()))
    return labels


def in_both_languages(look) -> tuple[dict[str, str], dict[str, str]]:
    with translation.override("en"):
        english = look()
    with translation.override("ru"):
        return english, look()


def test_every_field_and_column_is_named_in_russian(request_of_staff):
    unnamed = []
    for an_admin, model in everything_in_the_admin(request_of_staff):
        english, russian = in_both_languages(lambda: shown(an_admin, request_of_staff))  # noqa: B023
        unnamed += [f"{model._meta.label}.{name}" for name in english if english[name] == russian[name]]
    assert not unnamed


def test_every_field_explains_itself_in_russian(request_of_staff):
    def helps(model):
        return {field.name: str(field.help_text) for field in model._meta.fields if field.help_text}

    untold = []
    for _admin, model in everything_in_the_admin(request_of_staff):
        english, russian = in_both_languages(lambda: helps(model))  # noqa: B023
        untold += [f"{model._meta.label}.{name}" for name in english if english[name] == russian[name]]
    assert not untold


def test_every_thing_is_named_in_russian(request_of_staff):
    def names(model):
        return {"one": str(model._meta.verbose_name), "many": str(model._meta.verbose_name_plural)}

    unnamed = []
    for _admin, model in everything_in_the_admin(request_of_staff):
        english, russian = in_both_languages(lambda: names(model))  # noqa: B023
        unnamed += [model._meta.label for number in english if english[number] == russian[number]]
    assert not unnamed
