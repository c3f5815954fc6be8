"""The front-end files: what the sources promise, and what is made of them."""

from __future__ import annotations

import gzip
import re
import time
from pathlib import Path

import pytest
from django.conf import settings

from shop import assets
from tools.check_css import check

SHEETS = sorted((assets.SOURCE / "css").rglob("*.css"))
KB = 1024


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("built")
    assets.build(target)
    return target


# --- The sources ---------------------------------------------------------------------------------
@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.relative_to(assets.SOURCE).as_posix())
def test_a_style_sheet_keeps_to_tokens_layers_and_logical_sides(sheet):
    assert list(check(sheet)) == []


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (".card { color: #0b6b57; }", "a raw colour"),
        (".card { color: rgb(0 0 0 / 0.5); }", "a raw colour"),
        (".card { color: white; }", "a colour by name"),
        (".card { padding: 12px; }", "pixels"),
        (".card { transition: opacity 120ms; }", "a duration"),
        (".card { margin-left: 1rem; }", "a physical side"),
        (".card { width: 1rem; }", "a physical side"),
        (".card { inset: 0; top: 0; }", "a physical side"),
        (".card { text-align: left; }", "a physical side"),
        ("#card { color: var(--ink); }", "an id"),
        (".card { color: var(--ink) !important; }", "!important"),
        (".a .b .c { color: var(--ink); }", "more than two classes"),
        (".a { &:hover { & .b { color: var(--ink); } } }", "more than two classes"),
    ],
)
def test_each_broken_promise_is_told(tmp_path, rule, problem):
    sheet = tmp_path / "card.css"
    sheet.write_text(f"@layer components {{\n  {rule}\n}}\n")
    assert any(problem in told for told in check(sheet))


def test_a_rule_outside_the_layers_is_told(tmp_path):
    sheet = tmp_path / "card.css"
    sheet.write_text(
        "@layer components {\n  .card { color: var(--ink); }\n}\n.card { color: var(--muted); }\n"
    )
    assert [told for told in check(sheet) if "outside every layer" in told]


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_a_page_for_failures_needs_nothing_to_be_drawn(name):
    page = (settings.BASE_DIR / "templates" / name).read_text(encoding="utf-8")
    assert "{%" not in page
    assert "{{" not in page


# --- What is made --------------------------------------------------------------------------------
def test_all_is_built_within_five_seconds(tmp_path):
    started = time.process_time()
    assert "css/shop.css" in assets.build(tmp_path)
    assert time.process_time() - started < 5


def test_a_second_build_writes_nothing(built):
    assert assets.build(built) == []


def test_only_what_is_missing_is_made_again(built):
    (built / "icons.svg").unlink()
    assert assets.build(built) == ["icons.svg"]


def test_what_nothing_makes_any_more_is_removed(built):
    (built / "css/old.css").write_text(".old {}")
    assets.build(built)
    assert not (built / "css/old.css").exists()


def test_the_shop_keeps_to_its_weight(built):
    def packed(path: str) -> int:
        return len(gzip.compress((built / path).read_bytes()))

    def plain(path: str) -> int:
        return (built / path).stat().st_size

    assert packed("css/shop.css") <= 24 * KB
    assert packed("css/staff.css") <= 36 * KB
    assert packed("js/shop.js") <= 12 * KB
    assert packed("js/shop.js") + packed("js/htmx.js") <= 28 * KB
    assert plain("fonts/onest-latin.woff2") + plain("fonts/onest-cyrillic.woff2") <= 55 * KB


def test_the_sprite_holds_the_icons_in_use_and_no_others(built):
    in_sprite = re.findall(r'<symbol id="i-([a-z0-9-]+)"', (built / "icons.svg").read_text())
    assert set(in_sprite) == set(assets.icons_in_use())
    assert "shopping-bag" in in_sprite
    assert "zodiac-virgo" not in in_sprite


def test_an_icon_that_lucide_lacks_is_named_with_the_file_that_asks_for_it():
    asking = settings.BASE_DIR / "templates/base.html"
    with pytest.raises(assets.AssetError, match=r"templates/base.html names the icon 'unicorn-cart'"):
        assets.sprite({"unicorn-cart": asking})


def test_layers_come_first_and_utilities_last(built):
    css = (built / "css/shop.css").read_text()
    assert css.startswith("@layer reset,tokens,base,layout,components,pages,utilities;")
    assert css.index("@layer components{") < css.index("@layer pages{") < css.rindex("@layer utilities{")


def test_fonts_are_declared_for_their_own_characters(built):
    css = (built / "css/shop.css").read_text()
    assert css.count('font-family:"Onest";') == len(assets.FONT_CUTS)
    assert 'url("../fonts/onest-cyrillic.woff2")' in css
    assert "size-adjust:108.3%" in css


def test_minifying_changes_no_selector_and_no_string():
    css = '.a { /* "gone" */ & :where(.b) , & > i { content: " ; a: b " ;  inset: 0 auto ; } }'
    assert assets.minify(css) == '.a{& :where(.b),& > i{content:" ; a: b ";inset:0 auto}}'


def test_each_script_says_what_happens_without_it():
    for script in sorted((assets.SOURCE / "js").glob("*.js")):
        comment = " ".join(script.read_text(encoding="utf-8").splitlines()[:3])
        assert comment.startswith(("/*", "//")), script.name
        assert "ithout this" in comment, script.name


def test_scripts_are_bundled_in_scopes_of_their_own(built):
    bundle = (built / "js/shop.js").read_text()
    assert bundle.startswith("{\n")
    assert not re.search(r"^\s*(import|export)\b", bundle, flags=re.MULTILINE)
    assert "eval(" not in bundle
