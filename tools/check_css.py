"""Check what the style sheets promise (DESIGN: tokens, layers, logical properties), and exit with 1 where one does not.

    python tools/check_css.py [folder]

Raw colours, pixels and durations are in tokens.css alone; every rule is in a layer; nothing names a physical
side, an id or `!important` outside the utilities; no selector weighs more than two classes.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

SHEETS = Path(__file__).resolve().parent.parent / "static" / "css"

RAW = {
    "a raw colour": re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\("),
    "a colour by name": re.compile(
        r":[^;{}]*\b(?:white|black|red|green|blue|gray|grey|orange|yellow)\b[^;{}]*;"
    ),
    "a size in pixels": re.compile(r"(?<![\w-])-?\d*\.?\d+px\b"),
    "a duration": re.compile(r"(?<![\w-])\d*\.?\d+m?s\b"),
}
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:(?:margin|padding|border|scroll-margin|scroll-padding|inset)-(?:left|right|top|bottom)[\w-]*"
    r"|border-(?:top|bottom)-(?:left|right)-radius|left|right|top|bottom|(?:min-|max-)?(?:width|height)"
    r"|overflow-[xy]|overscroll-behavior-[xy])\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right))"
)
# Their logical twins are not in every browser we support.
ALLOWED_PHYSICAL = ("overflow-x", "overflow-y", "overscroll-behavior-x")
MOST_CLASSES = 2


def main(folder: Path) -> int:
    problems = [problem for sheet in sorted(folder.rglob("*.css")) for problem in check(sheet)]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def check(sheet: Path) -> Iterator[str]:
    css = without_comments_and_strings(sheet.read_text(encoding="utf-8"))
    for number, line in enumerate(css.splitlines(), 1):
        for problem in line_problems(sheet, line):
            yield f"{sheet}:{number}: {problem}: {line.strip()}"
    for selector in heavy_selectors(css):
        yield f"{sheet}: weighs more than two classes: {selector}"
    if outside := outside_layers(css):
        yield f"{sheet}: outside every layer: {outside}"


def line_problems(sheet: Path, line: str) -> Iterator[str]:
    if sheet.name != "tokens.css":
        for what, raw in RAW.items():
            if raw.search(line):
                yield f"{what} outside tokens.css"
    found = PHYSICAL.search(line)
    if found and not found[0].startswith(ALLOWED_PHYSICAL):
        yield "a physical side"
    if "!important" in line and sheet.name != "utilities.css":
        yield "!important outside the utilities"
    if re.search(r"(?<![\w&(,:-])#[a-zA-Z][\w-]*[^;{]*\{", line):
        yield "an id in a selector"


def without_comments_and_strings(css: str) -> str:
    """The same lines, with nothing in them that only looks like a rule."""
    css = re.sub(r'"[^"\n]*"', '""', css)
    return re.sub(r"/\*.*?\*/", lambda found: "\n" * found[0].count("\n"), css, flags=re.DOTALL)


def outside_layers(css: str) -> str:
    """The first thing at the top that is neither a layer nor a rule that cannot be in one."""
    depth, start = 0, 0
    for at, letter in enumerate(css):
        if letter == "{":
            if depth == 0 and not css[start:at].strip().startswith(
                ("@layer", "@keyframes", "@font-face", "@media print")
            ):
                return css[start:at].strip()
            depth += 1
        elif letter == "}":
            depth -= 1
        if depth == 0 and letter in "};":
            start = at + 1
    return ""


# --- Weight --------------------------------------------------------------------------------------
def heavy_selectors(css: str) -> Iterator[str]:
    """Selectors of more than two classes, attributes and pseudo-classes, nesting counted."""
    parents: list[int] = []
    start = 0
    for at, letter in enumerate(css):
        if letter in "{};":
            head = css[start:at].strip()
            start = at + 1
        if letter == "{":
            weight = parents[-1] if parents else 0
            if head and not head.startswith("@"):
                weight += max(map(classes_in, split_list(head)))
                if weight > MOST_CLASSES:
                    yield re.sub(r"\s+", " ", head)
            parents.append(weight)
        elif letter == "}" and parents:
            parents.pop()


def split_list(selector: str) -> list[str]:
    """The selectors of a list, not splitting inside brackets."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(selector):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(selector[start:at])
            start = at + 1
    return [*parts, selector[start:]]


def classes_in(selector: str) -> int:
    """Classes, attributes and pseudo-classes. Of :is(), :not() and :has() the heaviest choice; :where() is free."""
    weight = 0
    while found := re.search(r":(is|not|has|where)\(([^()]*(?:\([^()]*\)[^()]*)*)\)", selector):
        if found[1] != "where":
            weight += max(map(classes_in, split_list(found[2])))
        selector = selector[: found.start()] + selector[found.end() :]
    selector = re.sub(r"::[\w-]+", "", selector)
    return weight + len(re.findall(r"\.[\w-]+|\[[^\]]*\]|:[\w-]+", selector))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHEETS))
