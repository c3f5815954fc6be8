"""What is kept of a merchant's HTML."""

import pytest

from shop import rich_text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("5 < 6 & 7 > 2", "5 < 6 & 7 > 2"),
        ("a <3 b", "a <3 b"),
        ("<p>One</p><p>Two &amp; <b>three</b></p>", "<p>One</p><p>Two &amp; <b>three</b></p>"),
        ("<h1>Big</h1>", "Big"),
        ("<b onclick=x>b</b>", "<b>b</b>"),
        ("<script>alert(1)</script>", ""),
        ("<style>p{}</style><p style='x'>a</p>", "<p>a</p>"),
        ("<svg onload=alert(1)>", ""),
        ("<img src=x onerror=alert(1)>", ""),
        ("<iframe src='https://x.example'></iframe>", ""),
        ("<a href='javascript:alert(1)'>a</a>", '<a rel="noopener noreferrer">a</a>'),
        ("<a href='data:text/html,x'>a</a>", '<a rel="noopener noreferrer">a</a>'),
        ("<!-- no --><p>a", "<p>a</p>"),
    ],
)  # fmt: skip
def test_html_is_cleaned_and_plain_text_stays(given, kept):  # reliability 52
    assert rich_text.clean(given) == kept
    assert rich_text.clean(kept) == kept


def test_what_is_shown_is_cleaned_whoever_stored_it():
    assert rich_text.shown("<p>a<script>b</script></p>") == "<p>a</p>"


def test_plain_words_are_what_is_left_without_tags():
    assert rich_text.plain("<p>One &amp;</p><p>two<br>three</p>") == "One & two three"
    assert rich_text.plain("5 < 6") == "5 < 6"
