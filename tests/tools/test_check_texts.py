"""tools/check_texts.py names each translation that is missing, doubtful or broken."""

import importlib.util
from pathlib import Path

import pytest

HEAD = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"
"""


@pytest.fixture
def gaps(tmp_path):
    """gaps(entries): what is said of a Russian catalogue that holds them."""
    spec = importlib.util.spec_from_file_location("check_texts", Path("tools/check_texts.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ROOT = tmp_path
    path = tmp_path / "locale" / "ru" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)

    def look(entries):
        path.write_text(f"{HEAD}\n{entries}\n")
        return list(module.gaps(path))

    return look


@pytest.mark.parametrize(
    "entry",
    [
        'msgid "Cart"\nmsgstr "Корзина"',
        '#, python-format\nmsgid "%(name)s left"\nmsgstr "осталось: %(name)s"',
        'msgid "%s item"\nmsgid_plural "%s items"\nmsgstr[0] "%s товар"\nmsgstr[1] "%s товара"\nmsgstr[2] "%s товаров"',
    ],
)
def test_a_complete_translation_passes(gaps, entry):
    assert gaps(entry) == []


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('msgid "Cart"\nmsgstr ""', "not translated: 'Cart'"),
        ('#, fuzzy\nmsgid "Cart"\nmsgstr "Телега"', "fuzzy: 'Cart'"),
        (
            'msgid "%s item"\nmsgid_plural "%s items"\nmsgstr[0] "%s товар"\nmsgstr[1] "%s товара"\nmsgstr[2] ""',
            "item",
        ),
        ('#, python-format\nmsgid "%(name)s left"\nmsgstr "осталось: %(nmae)s"', "nmae"),
    ],
)
def test_what_is_missing_doubtful_or_broken_is_named(gaps, entry, words):
    problem = "\n".join(gaps(entry))

    assert words in problem
    assert problem.startswith("locale/ru/LC_MESSAGES/django.po:")
