"""What comes in over HTTP and what goes out, with Stripe's way of nesting form fields."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from .errors import BadParameter

NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)\Z")
PART = re.compile(r"\[([^\[\]]*)\]")


@dataclass
class Request:
    """One request. `form` and `query` are nested: `a[b][0]=c` is {"a": {"b": {"0": "c"}}}."""

    method: str
    path: str
    query: dict = field(default_factory=dict)
    form: dict = field(default_factory=dict)
    headers: dict = field(default_factory=dict)
    raw: bytes = b""

    @property
    def params(self) -> dict:
        return self.form if self.method == "POST" else self.query

    @property
    def is_form(self) -> bool:
        return self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")

    def json(self) -> dict:
        """The body of a control call: JSON, or a form sent from the sandbox's own page."""
        if self.is_form or not self.raw:
            return dict(self.form)
        return json.loads(self.raw)


@dataclass
class Answer:
    """One answer. `lost` closes the connection instead; `cut` sends the headers first, because a browser
    that got nothing at all from a kept connection asks again by itself."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    headers: dict = field(default_factory=dict)
    lost: bool = False
    cut: bool = False


def json_answer(payload: dict, status: int = 200, headers: dict | None = None) -> Answer:
    return Answer(json.dumps(payload, ensure_ascii=False).encode(), status, headers=dict(headers or {}))


def html_answer(html: str, status: int = 200, headers: dict | None = None) -> Answer:
    return Answer(html.encode(), status, "text/html; charset=utf-8", dict(headers or {}))


def redirect(location: str) -> Answer:
    return Answer(status=303, content_type="text/plain", headers={"Location": location})


def parse_form(text: str) -> dict:
    """Nested fields of an urlencoded string; `a[]=x` counts up like `a[0]=x`."""
    tree: dict = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        match = NAME.match(name)
        if match is None:
            raise BadParameter(f"Invalid parameter name: {name}", param=name)
        _plant(tree, [match[1], *PART.findall(match[2])], value, name)
    return tree


def _plant(tree: dict, path: list[str], value: str, name: str) -> None:
    for part in path[:-1]:
        tree = tree.setdefault(part or str(len(tree)), {})
        if not isinstance(tree, dict):
            raise BadParameter(f"Invalid parameter: {name}", param=name)
    tree[path[-1] or str(len(tree))] = value
