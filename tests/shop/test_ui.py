"""Small things that templates are made of."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from shop.money import Money
from shop.styleguide import SampleForm
from shop.templatetags.ui import icon


def render(source: str, **context) -> str:
    return Template(source).render(Context(context))


def a_picture(**fields):
    return SimpleNamespace(
        **{
            "sources": [("image/avif", "/m/a-320.avif 320w, /m/a-640.avif 640w")],
            "src": "/m/a.jpg",
            "width": 400,
            "height": 500,
            "alt": 'A "tall" vase',
            "colour": "#d9d1c6",
            **fields,
        }
    )


# --- Money ---------------------------------------------------------------------------------------
def test_an_amount_is_for_people_and_for_machines():
    html = render("{{ money|amount }}", money=Money(2450, "EUR"))
    assert html == '<span data-minor="2450" data-currency="EUR">€24.50</span>'


def test_an_amount_follows_the_language():
    with translation.override("ru"):
        assert "4 980 €" in render("{{ money|amount }}", money=Money(498000, "EUR")).replace("\xa0", " ")


def test_nothing_to_pay_is_shown_and_nothing_known_is_not():
    assert 'data-minor="0"' in render("{{ money|price }}", money=Money(0, "EUR"))
    assert render("{{ money|price }}", money=None) == ""


def test_a_lowered_price_says_which_is_which_to_those_who_only_hear():
    html = render("{% price now before %}", now=Money(12900, "EUR"), before=Money(14900, "EUR"))
    assert '<span class="sr">now </span>' in html
    assert '<s><span class="sr">before </span>€149</s>' in html
    assert html.count("data-minor") == 1


def test_the_price_of_the_cheapest_says_from():
    assert "from <span" in render("{% price money from_=True %}", money=Money(1900, "EUR"))


def test_a_saving_is_rounded_down():
    before = Money(9600, "EUR")
    assert render("{{ before|percent_off:now }}", before=before, now=Money(7800, "EUR")) == "18"
    assert render("{{ before|less:now }}", before=before, now=Money(7800, "EUR")) == "€18"


# --- Pictures ------------------------------------------------------------------------------------
def test_a_picture_has_its_size_its_formats_and_its_words():
    html = render('{% picture picture sizes="50vw" %}', picture=a_picture())
    assert '<source type="image/avif" srcset="/m/a-320.avif 320w, /m/a-640.avif 640w" sizes="50vw">' in html
    assert 'width="400" height="500" alt="A &quot;tall&quot; vase" loading="lazy"' in html
    assert 'data-colour="#d9d1c6"' in html
    assert "style=" not in html


def test_the_leading_picture_is_not_lazy():
    html = render("{% picture picture eager=True %}", picture=a_picture())
    assert 'fetchpriority="high"' in html
    assert "lazy" not in html


def test_a_card_in_the_first_screen_does_not_wait_for_its_picture():
    card = render("{% picture picture %}{% picture picture %}", picture=a_picture())
    first = render("{{ card|at_once:True }}", card=card)
    assert first.count('fetchpriority="high"') == 1
    assert first.count("lazy") == 1  # what else is on the card may wait
    assert 'fetchpriority="high"' not in render("{{ card|at_once }}", card=card)


def test_a_picture_beside_its_name_is_silent():
    assert 'alt=""' in render('{% picture picture alt="" %}', picture=a_picture())


def test_a_product_without_a_picture_keeps_the_place_of_one():
    assert "photo__none" in render('{% picture picture css="card__media" %}', picture=None)


@pytest.mark.parametrize(
    ("x", "y", "attributes"),
    [
        (50, 50, ""),
        (10, 50, 'data-x="10%" data-y="50%" data-focus="start"'),
        (90, 5, 'data-x="90%" data-y="5%" data-focus="end top"'),
    ],
)
def test_a_cropped_picture_keeps_its_subject(x, y, attributes):
    html = render("{% picture picture %}", picture=a_picture(focus_x=x, focus_y=y))
    assert attributes in html
    assert ("data-focus" in html) == bool(attributes)


def test_a_swatch_is_a_colour_with_a_name():
    assert 'aria-label="Sage"' in render('{% swatch "#8D9A82" "Sage" %}')
    assert 'aria-hidden="true"' in render('{% swatch "#8D9A82" %}')


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"picture_thumb": a_picture(), "swatch": "#8D9A82"}, "photo"),
        ({"picture_thumb": None, "swatch": "#8D9A82"}, "swatch"),
        ({"picture_thumb": None, "swatch": ""}, "text"),
    ],
)
def test_a_value_of_an_option_is_drawn_as_what_is_known_of_it(value, kind):
    value |= {"code": "sage", "name": "Sage & mint", "is_chosen": True, "is_sold_out": True}
    html = render('{% option_choice "colour" value %}', value=value)
    assert f'data-kind="{kind}" data-sold>' in html
    assert 'name="colour" value="sage" checked' in html
    assert "Sage &amp; mint" in html
    assert "sold out" in html


# --- For search engines --------------------------------------------------------------------------
def test_data_for_search_engines_cannot_leave_its_block():
    html = render("{% jsonld data %}", data={"name": "</script><b>&"})
    assert html.startswith('<script type="application/ld+json">')
    assert html.count("</script>") == 1
    assert "<b>" not in html


def test_a_page_has_one_address_and_one_in_each_language(settings):
    settings.SITE_URL = "https://shop.example"
    html = render('{% canonical_links "/ru/p/mug/" %}')
    assert '<link rel="canonical" href="https://shop.example/ru/p/mug/">' in html
    assert '<link rel="alternate" hreflang="en" href="https://shop.example/p/mug/">' in html
    assert '<link rel="alternate" hreflang="ru" href="https://shop.example/ru/p/mug/">' in html
    assert '<link rel="alternate" hreflang="x-default" href="https://shop.example/p/mug/">' in html


def test_a_page_that_is_nobodys_to_find_has_no_address():
    assert render("{% canonical_links canonical %}", canonical="") == ""


# --- Forms ---------------------------------------------------------------------------------------
FIELD = "{% field field %}"


def test_a_field_has_its_label_above_and_its_hint_described():
    html = render(FIELD, field=SampleForm()["sample_email"])
    assert html.index("<label") < html.index("field__hint") < html.index("<input")
    assert 'aria-describedby="id_sample_email_helptext"' in html
    assert 'id="id_sample_email_helptext"' in html
    assert "(optional)" not in html


def test_an_optional_field_says_so():
    assert "(optional)" in render(FIELD, field=SampleForm()["sample_phone"])


def test_an_error_is_said_in_words_and_tied_to_its_field():
    form = SampleForm({"sample_email": "anna@"})
    html = render(FIELD, field=form["sample_email"])
    assert '<span class="sr">Error: </span>' in html
    assert 'id="id_sample_email_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_sample_email_helptext id_sample_email_error"' in html
    assert 'value="anna@"' in html


def test_radios_are_a_group_with_a_name():
    html = render(FIELD, field=SampleForm()["sample_way"])
    assert html.strip().startswith("<fieldset")
    assert "<legend" in html


def test_a_checkbox_has_its_words_and_its_hint_beside_it():
    field = forms.BooleanField(
        label="Me & <you>", help_text="Once a month.", error_messages={"required": "No?"}
    )
    html = render(FIELD, field=form_of(field, {})["it"])
    assert html == (
        '<div class="field">\n<p class="field__error" id="id_it_error">'
        f'{icon("circle-alert")}<span><span class="sr">Error: </span>No?</span></p>\n'
        '<label class="check"><input type="checkbox" name="it" required aria-invalid="true"'
        ' aria-describedby="id_it_helptext id_it_error" id="id_it"><span>Me &amp; &lt;you&gt;'
        '<br><small class="muted" id="id_it_helptext">Once a month.</small></span></label>\n</div>'
    )


def test_checkboxes_of_one_question_are_a_group_as_radios_are():
    field = forms.MultipleChoiceField(
        label="Which", choices=[("a", "A & B")], help_text="<Any>", widget=forms.CheckboxSelectMultiple
    )
    html = render(FIELD, field=form_of(field)["it"])
    assert html.startswith('<fieldset class="field" aria-describedby="id_it_helptext">')
    assert '<legend class="field__label">Which</legend>' in html
    assert '<p class="field__hint" id="id_it_helptext">&lt;Any&gt;</p>' in html
    assert '<label class="check" for="id_it_0"><input type="checkbox" name="it" value="a"' in html
    assert "<span>A &amp; B</span></label>" in html


def test_a_select_has_an_arrow_and_a_hidden_field_nothing_but_itself():
    choice = form_of(forms.ChoiceField(choices=[("a", "A")]))["it"]
    assert f"</select>{icon('chevron-down')}</span>" in render(FIELD, field=choice)
    hidden = form_of(forms.CharField(widget=forms.HiddenInput))["it"]
    assert render(FIELD, field=hidden) == str(hidden)


def form_of(field, data=None):
    return type("AForm", (forms.Form,), {"it": field})(data)


def test_the_summary_of_errors_leads_to_each_field():
    form = SampleForm({"sample_email": "anna@", "sample_country": "PT"})
    html = render('{% include "components/errors.html" with form=form only %}', form=form)
    assert 'role="alert" tabindex="-1"' in html
    assert 'href="#id_sample_email"' in html
    assert 'href="#id_sample_way_0"' in html
    assert (
        render('{% include "components/errors.html" with form=form only %}', form=SampleForm()).strip() == ""
    )
