"""The pieces of the sandbox's own page."""

from __future__ import annotations

from html import escape


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
    """A table; a heading that begins with # is of a column of numbers."""
    if not rows:
        return '<p class="muted">None yet.</p>'
    numeric = [' class="num"' if heading.startswith("#") else "" for heading in headings]
    head = "".join(
        f'<th scope="col"{kind}>{heading.lstrip("#") or "<span></span>"}</th>'
        for heading, kind in zip(headings, numeric, strict=True)
    )
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(row, numeric, strict=True)) + "</tr>"
        for row in rows
    )
    inside = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll" tabindex="0">{inside}</div>'
