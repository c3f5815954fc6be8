"""Texts of templates that are looked up once say what Django's own tags say."""

from __future__ import annotations

import pytest
from django.template import Context, Engine, Template
from django.utils import translation

DJANGOS = Engine(builtins=["django.templatetags.i18n"])
SOURCES = [
    '{% translate "Checkout" context "page" %} {% translate "Checkout" context "button" %}',
    '{% translate "Delivery" as it %}<i title="{{ it }}">{{ it }}</i>',
    '{% translate "Delivery"|upper %}',
    '{% translate "100% <b>wool</b> & more" %}',
    '{% translate "Delivery" noop %}',
    "{% translate words %} {% translate words context where %}",
    "{% blocktranslate trimmed %}\n  Send anything back within 30 days, or write to us:\n  just answer any of our mails.\n{% endblocktranslate %}",
    "{% blocktranslate asvar it %}Delivery{% endblocktranslate %}{{ it }}",
    "{% blocktranslate trimmed with days=words %}It arrives:\n <strong>{{ days }}</strong>.{% endblocktranslate %}",
    "{% blocktranslate count count=n trimmed %}{{ count }} item{% plural %}{{ count }} items{% endblocktranslate %}",
    "{% blocktranslate count count=n trimmed %}One thing to correct{% plural %}Many{% endblocktranslate %}",
    "{% blocktranslate with words=words context where %}100% {{ words }}{% endblocktranslate %}",
    "{% blocktranslate context where %}Checkout{% endblocktranslate %}",
    "{% autoescape off %}{% translate 'a < b' %}{% blocktranslate %}{{ words }}{% endblocktranslate %}{% endautoescape %}",
]


@pytest.mark.parametrize("source", SOURCES)
def test_a_text_is_what_django_makes_of_it_each_time(source):
    ours, theirs = Template(source), DJANGOS.from_string(source)
    for language in ("en", "ru", "en"):
        for words, n in (("Contact", 1), ("<b>", 2), ("Delivery", 5)):
            values = {"words": words, "n": n, "where": "page"}
            with translation.override(language):
                assert ours.render(Context(values)) == theirs.render(Context(values))


def test_without_a_language_a_text_is_as_it_was_written():
    text = Template('{% translate "Delivery" %}')
    with translation.override("ru"):
        text.render(Context())
    with translation.override(None):
        assert text.render(Context()) == "Delivery"
