"""The front-end files, made from static/ and from pinned packages. None of what is made here is committed.

    css/shop.css, css/staff.css   the style sheets in layer order, minified
    css/error.css                 the little that the page for our own failures needs
    fonts/                        Onest, cut to the scripts that the shop speaks
    icons.svg                     one sprite of the Lucide symbols that templates and scripts name
    js/htmx.js                    htmx 4, as django-htmx brings it
    js/shop.js, js/staff.js       one module each, of the small scripts in static/js/
    anything else in static/      as it is

`build()` does only what its inputs make necessary, so it is called wherever it might be needed.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from zipfile import ZipFile

from django.conf import settings
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

SOURCE = settings.BASE_DIR / "static"
STAMP = ".inputs.json"  # what each file was made of; a dot keeps it out of collectstatic

# Scripts that only one page loads stay files of their own.
SINGLE_SCRIPTS = {"pay.js"}

# --- Style sheets --------------------------------------------------------------------------------
BEGINNING = ["layers.css", "reset.css", "tokens.css"]
BASE = ["base.css", "layout.css"]
# What other components are made of comes first, so that their own rules win over it.
SIMPLE_COMPONENTS = ["icon", "btn", "iconbtn", "photo", "badge", "price"]
# What the staff pages share with the shop; the rest of their look is in static/css/staff/.
STAFF_COMPONENTS = [
    "badge",
    "btn",
    "check",
    "chip",
    "choice",
    "dialog",
    "drawer",
    "empty",
    "errors",
    "field",
    "icon",
    "iconbtn",
    "item",
    "marks",
    "note",
    "notice",
    "pagination",
    "photo",
    "price",
    "prose",
    "progress",
    "promo",
    "radio",
    "searchbox",
    "select",
    "skeleton",
    "skip",
    "specs",
    "stepper",
    "stock",
    "sums",
    "swatches",
    "table",
    "textlink",
    "timeline",
    "toast",
]

CSS_STRING_OR_COMMENT = re.compile(r"""(?P<string>"(?:[^"\\]|\\.)*")|/\*.*?\*/""", re.DOTALL)
CSS_TEXT_THEN_STRING = re.compile(r"""([^"]+)("(?:[^"\\]|\\.)*")?""")

# --- Font ----------------------------------------------------------------------------------------
# Names of the cuts are names of files; a page preloads the one of its language.
FONT_CUTS = {
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2190-2193,"
    "U+2212,U+2215,U+FEFF,U+FFFD",
    "latin-ext": "U+0100-0130,U+0132-0151,U+0154-024F",
    "cyrillic": "U+0301,U+0400-045F,U+0490-0491,U+04B0-04B1,U+2116",
    "currency": "U+20A0-20AB,U+20AD-20BF",
}
FONT_WEIGHTS = (400, 700)
FONT_FEATURES = ["calt", "case", "ccmp", "kern", "liga", "locl", "mark", "mkmk", "tnum"]
# Arial stretched to Onest's measures, so that nothing moves when the font arrives.
FALLBACKS = {"latin": ("108.3%", "89.6%", "28.2%"), "cyrillic": ("103.6%", "93.6%", "29.4%")}

# --- Icons ---------------------------------------------------------------------------------------
ICON_USED = re.compile(r"""(?:\{%\s*icon\s+|\bicon["']?\s*[=:(]\s*)["']([a-z0-9-]+)["']|#i-([a-z0-9-]+)""")
# Those that texts in the database may name: what the shop promises, on its home page.
ICONS_FOR_CONTENT = [
    "award",
    "clock",
    "credit-card",
    "gift",
    "hand-heart",
    "headset",
    "heart",
    "leaf",
    "mail",
    "map-pin",
    "message-circle",
    "package",
    "phone",
    "recycle",
    "rotate-ccw",
    "shield-check",
    "sparkles",
    "store",
    "truck",
    "wrench",
]


class AssetError(Exception):
    """A source file asks for something that does not exist. The message names both."""


@dataclass(frozen=True)
class Asset:
    """A file to be made: from which inputs, and how."""

    path: str
    inputs: list[bytes]
    make: Callable[[], bytes]

    @property
    def fingerprint(self) -> str:
        digest = hashlib.sha256(_own_code())
        for part in self.inputs:
            digest.update(hashlib.sha256(part).digest())
        return digest.hexdigest()


def build(target: Path | None = None) -> list[str]:
    """Make what is missing or older than its inputs, remove what nothing makes any more.

    Returns the paths written. Twice in a row writes nothing. Raises AssetError.
    """
    target = target or settings.BUILT_ASSETS_DIR
    stamp = _read_stamp(target)
    assets = list(all_assets())
    written = []
    for asset in assets:
        file = target / asset.path
        if file.exists() and stamp.get(asset.path) == asset.fingerprint:
            continue
        _write(file, asset.make())
        stamp[asset.path] = asset.fingerprint
        written.append(asset.path)
    _remove_strangers(target, {asset.path for asset in assets})
    kept = {asset.path: stamp[asset.path] for asset in assets}
    if written or kept != _read_stamp(target):
        _write(target / STAMP, json.dumps(kept, indent=1).encode())
    return written


def all_assets() -> Iterator[Asset]:
    yield from style_assets()
    yield from font_assets()
    yield icon_asset()
    yield from script_assets()
    yield from copied_assets()


def style_assets() -> Iterator[Asset]:
    yield _style("css/shop.css", shop_styles())
    yield _style("css/staff.css", staff_styles())
    yield _style(
        "css/error.css", _styles([SOURCE / "css/components/btn.css", SOURCE / "css/pages/error.css"])
    )


def shop_styles() -> list[Path]:
    css = SOURCE / "css"
    return _styles(
        [*sorted(css.glob("components/*.css"), key=_simple_first), *sorted(css.glob("pages/*.css"))]
    )


def staff_styles() -> list[Path]:
    css = SOURCE / "css"
    shared = sorted((css / f"components/{name}.css" for name in STAFF_COMPONENTS), key=_simple_first)
    return _styles([*shared, *sorted(css.glob("staff/**/*.css"))])


def _simple_first(file: Path) -> tuple[int, str]:
    name = file.stem
    return (SIMPLE_COMPONENTS.index(name) if name in SIMPLE_COMPONENTS else len(SIMPLE_COMPONENTS), name)


def _styles(parts: list[Path]) -> list[Path]:
    css = SOURCE / "css"
    return [*(css / name for name in BEGINNING + BASE), *parts, css / "utilities.css"]


def _style(path: str, files: list[Path]) -> Asset:
    inputs = [file.read_bytes() for file in files]
    after = BEGINNING.index("tokens.css") + 1

    def make() -> bytes:
        texts = [text.decode() for text in inputs]
        return minify("\n".join([*texts[:after], font_faces(), *texts[after:]])).encode()

    return Asset(path, inputs, make)


def minify(css: str) -> str:
    """The same rules with no comment and no space that nobody reads.

    Our own, because rcssmin takes a nested selector for a declaration and turns `.a :where(b)` into `.a:where(b)`.
    """
    css = CSS_STRING_OR_COMMENT.sub(lambda found: found["string"] or " ", css)
    made = []
    for text, string in CSS_TEXT_THEN_STRING.findall(css):
        made += [re.sub(r" ?([{};,]) ?|(:) ", r"\1\2", re.sub(r"\s+", " ", text)), string]
    return "".join(made).replace(";}", "}").strip()


def font_faces() -> str:
    """The @font-face rules: each cut for its range, and the fallback drawn with Onest's measures."""
    faces = [
        f'@font-face {{ font-family: "Onest"; font-weight: {FONT_WEIGHTS[0]} {FONT_WEIGHTS[1]}; font-display: swap;'
        f' src: url("../fonts/onest-{name}.woff2") format("woff2"); unicode-range: {characters}; }}'
        for name, characters in FONT_CUTS.items()
    ]
    fallbacks = [
        '@font-face { font-family: "Onest Fallback"; src: local("Arial"), local("Liberation Sans");'
        f" size-adjust: {size}; ascent-override: {ascent}; descent-override: {descent}; line-gap-override: 0%;"
        f" unicode-range: {FONT_CUTS[name]}; }}"
        for name, (size, ascent, descent) in FALLBACKS.items()
    ]
    return "\n".join(faces + fallbacks)


def font_assets() -> Iterator[Asset]:
    original = (resources.files("fontpkg_onest") / "files" / "Onest[wght].ttf").read_bytes()
    for name, characters in FONT_CUTS.items():
        yield Asset(f"fonts/onest-{name}.woff2", [original], lambda cut=characters: cut_font(original, cut))


def cut_font(original: bytes, characters: str) -> bytes:
    """The font with these characters and our weights only, as WOFF2."""
    font = TTFont(io.BytesIO(original), recalcTimestamp=False)
    options = subset.Options(
        hinting=False, layout_features=FONT_FEATURES, name_IDs=[1, 2], notdef_outline=True
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(characters.replace("U+", "")))
    subsetter.subset(font)
    instancer.instantiateVariableFont(font, {"wght": FONT_WEIGHTS}, inplace=True)
    font.flavor = "woff2"
    made = io.BytesIO()
    font.save(made)
    return made.getvalue()


def icon_asset() -> Asset:
    used = icons_in_use()
    lucide = metadata.version("lucide").encode()
    return Asset("icons.svg", [lucide, *(name.encode() for name in sorted(used))], lambda: sprite(used))


def icons_in_use() -> dict[str, Path]:
    """Each symbol that a template, a script or a module names, and one file that names it."""
    used = dict.fromkeys(ICONS_FOR_CONTENT, Path(__file__))
    for file in _files_that_name_icons():
        for in_tag, in_link in ICON_USED.findall(file.read_text(encoding="utf-8")):
            used.setdefault(in_tag or in_link, file)
    return used


def _files_that_name_icons() -> Iterator[Path]:
    root = settings.BASE_DIR
    yield from sorted(root.glob("templates/**/*.html"))
    yield from sorted(root.glob("static/js/*.js"))
    for package in sorted(root.glob("[a-z]*/__init__.py")):
        if package.parent.name != "tests":
            yield from sorted(package.parent.glob("**/*.py"))


def sprite(used: dict[str, Path]) -> bytes:
    packed = (resources.files("lucide") / "lucide.zip").read_bytes()
    with ZipFile(io.BytesIO(packed)) as icons:
        symbols = [_symbol(icons, name, used[name]) for name in sorted(used)]
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'.encode()


def _symbol(icons: ZipFile, name: str, named_in: Path) -> str:
    try:
        svg = icons.read(f"{name}.svg").decode()
    except KeyError as error:
        asking = named_in.relative_to(settings.BASE_DIR)
        raise AssetError(f"{asking} names the icon {name!r}, and Lucide has none.") from error
    drawing = re.sub(r"\s+", " ", svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")])
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{drawing.replace("> <", "><").replace(" />", "/>").strip()}</symbol>'


def script_assets() -> Iterator[Asset]:
    htmx = (resources.files("django_htmx") / "static/django_htmx/htmx-4.min.js").read_bytes()
    yield Asset("js/htmx.js", [htmx], lambda: htmx)
    scripts = sorted((SOURCE / "js").glob("*.js"))
    staff = [file for file in scripts if file.name.startswith("staff")]
    yield _bundle(
        "js/shop.js", [file for file in scripts if file not in staff and file.name not in SINGLE_SCRIPTS]
    )
    yield _bundle("js/staff.js", staff)
    for file in scripts:
        if file.name in SINGLE_SCRIPTS:
            yield _bundle(f"js/{file.name}", [file])


def _bundle(path: str, files: list[Path]) -> Asset:
    inputs = [file.read_bytes() for file in files]
    return Asset(path, inputs, lambda: "".join(_block(text.decode()) for text in inputs).encode())


def _block(script: str) -> str:
    """One behaviour in a scope of its own. The scripts import nothing; they talk through events.

    Whole-line comments and indentation go; nothing inside a line is touched.
    """
    lines = re.sub(r"^\s*/\*.*?\*/\s*$", "", script, flags=re.DOTALL | re.MULTILINE).splitlines()
    kept = [line.strip() for line in lines if line.strip() and not line.strip().startswith("//")]
    return "{\n" + "\n".join(kept) + "\n}\n"


def copied_assets() -> Iterator[Asset]:
    for file in sorted(SOURCE.rglob("*")):
        path = file.relative_to(SOURCE)
        if file.is_file() and path.parts[0] not in ("css", "js") and not file.name.startswith("."):
            yield Asset(path.as_posix(), [content := file.read_bytes()], lambda content=content: content)


def _own_code() -> bytes:
    return Path(__file__).read_bytes()


def _read_stamp(target: Path) -> dict[str, str]:
    try:
        return json.loads((target / STAMP).read_text())
    except (OSError, ValueError):
        return {}


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all: a page may be reading the old one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.{os.getpid()}")
    new.write_bytes(content)
    new.replace(file)


def _remove_strangers(target: Path, made: set[str]) -> None:
    for file in target.rglob("*"):
        path = file.relative_to(target).as_posix()
        if file.is_file() and path not in made and not file.name.startswith("."):
            file.unlink()
