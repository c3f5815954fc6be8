"""What the sandbox's pages are made of."""

from __future__ import annotations

from html import escape

CLASSES = {"#": ' class="num"', "~": ' class="words"'}
HIDDEN = '<span class="visually-hidden">Actions</span>'


POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'"


def page(title: str, body: str, *, language: str = "en", theme: str = "", script: str = "") -> str:
    """A whole document."""
    attributes = f' lang="{language}"' + (f' data-theme="{escape(theme)}"' if theme else "")
    scripts = f'<script src="{script}" defer></script>\n' if script else ""
    return (
        f'<!doctype html>\n<html{attributes}>\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n"
        '<link rel="stylesheet" href="/_sandbox/pages.css">\n'
        f"{scripts}</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def guarded(form_action: str, frames: str = "*") -> dict:
    """The headers of a page whose forms go to `form_action` and that `frames` may show."""
    return {
        "Content-Security-Policy": f"{POLICY}; form-action {form_action}; frame-ancestors {frames}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }


def anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def section(title: str, content: str) -> str:
    id = anchor(title)
    return (
        f'<section id="{id}" aria-labelledby="{id}-title"><h2 id="{id}-title">{title}</h2>{content}</section>'
    )


def form(action: str, title: str, fields: str, verb: str) -> str:
    return (
        f'<form class="switch" method="post" action="/_sandbox/{action}"><h3>{title}</h3>{fields}'
        f'<div class="actions"><button class="button" data-variant="quiet">{verb}</button></div></form>'
    )


def button(action: str, verb: str, **hidden: str) -> str:
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in hidden.items()
    )
    return (
        f'<form method="post" action="/_sandbox/{action}">{fields}'
        f'<button class="button" data-variant="quiet" data-size="small">{verb}</button></form>'
    )


def pair(*fields: str) -> str:
    return f'<div class="pair">{"".join(fields)}</div>'


def select(name: str, label: str, options: str) -> str:
    return field(name, label, lambda id: f'<select id="{id}" name="{name}">{options}</select>')


def number(name: str, label: str, value: int) -> str:
    return field(
        name, label, lambda id: f'<input id="{id}" name="{name}" inputmode="numeric" value="{value}">'
    )


def text(name: str, label: str, value: str) -> str:
    return field(name, label, lambda id: f'<input id="{id}" name="{name}" value="{escape(value)}">')


def field(name: str, label: str, control) -> str:
    id = f"{name}-{label}".lower().replace(" ", "-").replace(",", "")
    return f'<div class="field"><label for="{id}">{label}</label>{control(id)}</div>'


def table(headings: tuple[str, ...], rows: list[tuple]) -> str:
    """A table; a heading that begins with # is of a column of numbers, with ~ of one of words."""
    if not rows:
        return '<p class="muted">None yet.</p>'
    kinds = [CLASSES.get(heading[:1], "") for heading in headings]
    head = "".join(
        f'<th scope="col"{kind}>{heading.lstrip("#~") or HIDDEN}</th>'
        for heading, kind in zip(headings, kinds, strict=True)
    )
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(row, kinds, strict=True)) + "</tr>"
        for row in rows
    )
    inside = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll" tabindex="0">{inside}</div>'
