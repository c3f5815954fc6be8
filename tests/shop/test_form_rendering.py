"""Widgets drawn in Python are what Django's templates draw."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from shop.form_rendering import QuickRenderer

CHOICES = [
    ("", "---"),
    ("PT", _("Portugal")),
    ("<&", "«A» <b>&amp;"),
    ("Islands", [("PT-20", "Açores"), (3, "x")]),
]
WIDGETS = [
    forms.TextInput({"autocomplete": "name", "required": True, "disabled": False, "data-x": 'a"<b'}),
    forms.NumberInput({"min": 1}),
    forms.EmailInput(),
    forms.URLInput(),
    forms.PasswordInput(render_value=True),
    forms.HiddenInput(),
    forms.DateInput(),
    forms.DateTimeInput(),
    forms.TimeInput(),
    forms.CheckboxInput(),
    forms.Select({"class": "wide"}, choices=CHOICES),
    forms.SelectMultiple(choices=CHOICES),
    forms.Textarea(),
    forms.RadioSelect(choices=CHOICES),
    forms.NullBooleanSelect(),
]
VALUES = [None, "", "PT", '<&"', mark_safe("&amp;"), 0, 3, True]


def lines(html):
    return re.sub(r"\s*\n\s*", "\n", html)


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_widget_looks_as_in_djangos_templates(widget, value):
    value = [value] if isinstance(widget, forms.SelectMultiple) else value
    attrs = {"id": "id_it", "aria-invalid": "true"}
    drawn = widget.render("it", value, attrs, renderer=QuickRenderer())
    assert lines(drawn) == lines(widget.render("it", value, attrs, renderer=DjangoTemplates()))


def test_the_shop_draws_its_forms_with_it():
    assert isinstance(forms.Form().renderer, QuickRenderer)


def test_an_option_that_is_kept_is_not_taken_for_one_that_is_safe_already():
    for label in ("&amp;", mark_safe("&amp;"), "&amp;"):
        widget = forms.Select(choices=[("a", label)])
        drawn, expected = (
            widget.render("it", None, renderer=kind()) for kind in (QuickRenderer, DjangoTemplates)
        )
        assert lines(drawn) == lines(expected)
