"""What orders draws in Python: the rows of a sum, the head of a section of the checkout, the way of an order."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.utils import translation

from content.models import Page
from orders.progress import Step
from orders.templatetags.checkout import step_head
from orders.templatetags.legal import legal_link
from orders.templatetags.progress import order_progress
from orders.templatetags.sums import order_sums
from shop.money import Money
from shop.templatetags.ui import icon


def test_a_sum_is_a_row_each_and_the_total_last():
    order = SimpleNamespace(
        delivery_code="standard",
        delivery=Money(0, "EUR"),
        delivery_label="Post <& more>",
        taxes=[{"name": "VAT <23%>", "tax_minor": 230}],
        tax_included=True,
        subtotal=Money(2400, "EUR"),
        total=Money(2400, "EUR"),
        currency="EUR",
    )
    assert order_sums(order) == (
        '<dl class="sums">'
        '\n<div><dt>Items</dt><dd><span data-minor="2400" data-currency="EUR">€24</span></dd></div>'
        "\n<div><dt>Delivery <small>Post &lt;&amp; more&gt;</small></dt>"
        '<dd><span data-minor="0" data-currency="EUR">free</span></dd></div>'
        '\n<div class="sums__total"><dt>Total <small>with €2.30 VAT &lt;23%&gt;</small></dt>'
        '<dd data-total><span data-minor="2400" data-currency="EUR">€24</span></dd></div>'
        "\n</dl>"
    )


def test_a_section_that_is_open_takes_the_focus_after_another():
    step = {"name": "delivery", "state": "open", "takes_focus": True}
    assert step_head(2, "Delivery", step, "/checkout/") == (
        '<div class="step__head"><span class="step__number">2</span>'
        '<h2 id="delivery" tabindex="-1" data-takes-focus>Delivery</h2></div>\n'
    )


def test_a_finished_section_shows_what_was_answered_and_can_be_changed():
    step = {"name": "delivery", "state": "done", "summary": ["Anna <b>", "Lisbon", "Post"]}
    with translation.override("ru"):
        html = step_head(2, "Доставка", step, "/ru/checkout/")
    assert f'<span class="step__number">{icon("check")}<span class="sr">Готово: 2</span></span>' in html
    assert '<a class="step__change" href="/ru/checkout/?step=delivery#delivery">Изменить' in html
    assert '<span class="sr">: Доставка</span></a>' in html
    assert html.endswith(
        '<div class="step__body"><p>Anna &lt;b&gt;</p><p class="step__more">Lisbon</p>'
        '<p class="step__more">Post</p></div>'
    )


def test_the_way_of_an_order_shows_what_is_done_where_it_is_and_what_is_next():
    html = order_progress([
        Step("placed", "Placed <1>", "done", at=datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC)),
        Step("shipped", "Shipped", "now"),
        Step("delivered", "Delivered", "next", due_on=date(2026, 11, 26)),
    ])  # fmt: skip
    first, second, third = html.splitlines()[1:4]
    assert html.startswith('<ol class="progress" aria-label="Progress of the order">')
    assert first.startswith(
        f'<li class="progress__step" data-state="done"><span class="progress__dot">{icon("check")}'
    )
    assert '<span class="sr">Done: </span>Placed &lt;1&gt;</span>' in first
    assert '<time datetime="2026-11-22T10:42:07+00:00">Sun\xa022\xa0Nov, 10:42</time>' in first
    assert second.startswith('<li class="progress__step" data-state="current" aria-current="step">')
    assert (
        f'{icon("truck")}</span><span class="progress__name"><span class="sr">Now: </span>Shipped' in second
    )
    assert 'data-state="next"><span class="progress__dot"></span>' in third
    assert '<span class="progress__when">by Thu\xa026\xa0Nov</span></li>' in third


@pytest.mark.django_db
def test_each_language_has_its_own_address_of_a_page_of_text():
    Page.objects.create(slug="terms", title={"en": "Terms"}, body={"en": "We sell."})
    english = legal_link("terms", "terms <of sale>")
    with translation.override("ru"):
        assert legal_link("terms", "условия").startswith('<a href="/ru/pages/terms/" target="_blank">условия')
    assert english == '<a href="/pages/terms/" target="_blank">terms &lt;of sale&gt;</a>'
    assert legal_link("terms", "terms <of sale>") == english


@pytest.mark.django_db
def test_where_there_is_no_page_the_words_stay():
    assert legal_link("privacy", "privacy & more") == "privacy &amp; more"
