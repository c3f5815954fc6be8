"""`manage.py compilemessages` does without GNU gettext what Django's own needs it for."""

import gettext

from django.core.management import call_command

CATALOGUE = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"

msgid "Cart"
msgstr "Корзина"

msgctxt "payment"
msgid "Paid"
msgstr "Оплачен"

#, fuzzy
msgid "Chart"
msgstr "Корзина"

msgid "%s item"
msgid_plural "%s items"
msgstr[0] "%s товар"
msgstr[1] "%s товара"
msgstr[2] "%s товаров"
"""


def test_texts_contexts_and_plurals_can_be_read_afterwards(settings, tmp_path, capsys):
    settings.LOCALE_PATHS = [tmp_path]
    folder = tmp_path / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOGUE)

    call_command("compilemessages")

    texts = gettext.translation("django", tmp_path, languages=["ru"])
    assert texts.gettext("Cart") == "Корзина"
    assert texts.pgettext("payment", "Paid") == "Оплачен"
    assert texts.gettext("Chart") == "Chart"  # a doubtful one is not shown
    assert [texts.ngettext("%s item", "%s items", number) % number for number in (1, 3, 5)] == [
        "1 товар",
        "3 товара",
        "5 товаров",
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["django.mo", "django.po"]
    assert "1 catalogue" in capsys.readouterr().out
