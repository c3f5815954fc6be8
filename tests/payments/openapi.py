"""Stripe's own OpenAPI file as a judge: every request sent and every answer given is held against it.

    client = stripe.StripeClient("sk_test_x", base_addresses={"api": url}, http_client=ValidatingHTTPClient())

The file is read from ../shared beside the repository, or from the folder LOTOK_SHARED. Where it is absent,
whatever needs it skips and says so. Stripe leaves nested objects open; here they are closed, so that a misspelt
key is found, in a request and in an answer.
"""

from __future__ import annotations

import gzip
import json
import os
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import stripe
from jsonschema import Draft4Validator
from jsonschema.exceptions import best_match
from jsonschema.validators import extend

REPOSITORY = Path(__file__).parents[2]
FILE = "data/stripe-openapi/spec3-2026-08-26.dahlia.json.gz"


class OutOfSpec(AssertionError):
    """Stripe would not take this, or would not say this."""


# --- The judge -----------------------------------------------------------------------------------
def validate_request(method: str, path: str, form: dict | str) -> dict:
    """The parameters of a request, nested and typed. `form` is what was sent, encoded or as nested strings."""
    operation = operation_of(method, path)
    given = nested(form) if isinstance(form, str) else form
    schema = _parameters(method.lower(), operation["x-path"])
    typed = typed_as(given, schema)
    _judge(typed, schema, f"{method.upper()} {path}")
    return typed


def validate_response(method: str, path: str, status: int, body: dict | str | bytes) -> None:
    """An answer: the schema of 200, or Stripe's error."""
    responses = operation_of(method, path)["responses"]
    answer = responses.get(str(status)) or responses["default"]
    schema = closed(answer["content"]["application/json"]["schema"])
    given = body if isinstance(body, dict) else json.loads(body)
    _judge(given, schema, f"{status} to {method.upper()} {path}")


def validate_event(event: dict) -> None:
    """A webhook's event, and the object it is about."""
    _judge(event, {"$ref": "stripe:event"}, f"event {event.get('type')}")
    thing = event["data"]["object"]
    _judge(thing, {"$ref": f"stripe:{thing['object']}"}, f"object of event {event['type']}")


class ValidatingHTTPClient(stripe.RequestsClient):
    """The library's HTTP client, raising OutOfSpec for what is not as Stripe's file says. Keeps `calls`."""

    def __init__(self, **options: Any):
        require_spec()
        super().__init__(**options)
        self.calls: list[tuple[str, str, dict, int]] = []

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        target = urlsplit(url)
        sent = validate_request(method, target.path, post_data or target.query)
        body, status, answer_headers = super().request(method, url, headers, post_data)
        validate_response(method, target.path, status, body)
        self.calls.append((method.upper(), target.path, sent, status))
        return body, status, answer_headers


def http_client() -> stripe.RequestsClient:
    """A validating client where the file is, else the library's own: the test runs, unjudged."""
    return ValidatingHTTPClient() if spec_file().exists() else stripe.RequestsClient()


# --- The file ------------------------------------------------------------------------------------
def spec_file() -> Path:
    return Path(os.environ.get("LOTOK_SHARED") or REPOSITORY.parent / "shared") / FILE


def require_spec() -> None:
    """Skip the test, saying so, where the file is absent."""
    if not spec_file().exists():
        pytest.skip(f"Stripe's OpenAPI file is not at {spec_file()} (set LOTOK_SHARED)")


@cache
def document() -> dict:
    with gzip.open(spec_file(), "rt", encoding="utf-8") as file:
        return json.load(file)


@cache
def operation_of(method: str, path: str) -> dict:
    """What the file says about this method and path. Literal parts win over placeholders."""
    parts = path.strip("/").split("/")
    fitting = [known for known in document()["paths"] if _fits(known.strip("/").split("/"), parts)]
    for known in sorted(fitting, key=lambda known: known.count("{")):
        if operation := document()["paths"][known].get(method.lower()):
            return {**operation, "x-path": known}
    raise OutOfSpec(f"Stripe has no {method.upper()} {path}")


def _fits(known: list[str], parts: list[str]) -> bool:
    return len(known) == len(parts) and all(
        name.startswith("{") or name == part for name, part in zip(known, parts, strict=True)
    )


@cache
def _parameters(method: str, path: str) -> Any:
    """One closed schema of all that a request to this path may carry."""
    operation = document()["paths"][path][method]
    if method == "post":
        content = operation["requestBody"]["content"]
        return closed(content["application/x-www-form-urlencoded"]["schema"], top=True)
    named = [parameter for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    return {
        "type": "object",
        "properties": {parameter["name"]: closed(parameter["schema"]) for parameter in named},
        "required": [parameter["name"] for parameter in named if parameter.get("required")],
        "additionalProperties": False,
    }


# --- From OpenAPI to JSON Schema -----------------------------------------------------------------
def closed(schema: Any, top: bool = False) -> Any:
    """A JSON Schema for an OpenAPI one: nullable spelt out, open enums open, objects with named fields closed."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": "stripe:" + schema["$ref"].rsplit("/", 1)[1]}
    made = {name: value for name, value in schema.items() if name in PLAIN}
    if schema.get("x-stripeBypassValidation"):
        made.pop("enum", None)
    if "anyOf" in schema:
        made["anyOf"] = [closed(one) for one in schema["anyOf"]]
    if "items" in schema:
        made["items"] = closed(schema["items"])
    if "properties" in schema:
        made["properties"] = {name: closed(value) for name, value in schema["properties"].items()}
        made["additionalProperties"] = closed(schema.get("additionalProperties", False))
    elif "additionalProperties" in schema:
        made["additionalProperties"] = closed(schema["additionalProperties"])
    if top and not made.get("required"):
        made.pop("required", None)
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") else made


PLAIN = ("type", "enum", "required", "maxLength", "minLength", "pattern", "minimum", "maximum", "maxItems")


@cache
def _component(name: str) -> Any:
    return closed(document()["components"]["schemas"][name.removeprefix("stripe:")])


def _follow(validator: Any, reference: str, value: Any, schema: Any) -> Any:
    return validator.descend(value, _component(reference))


Judge = extend(Draft4Validator, {"$ref": _follow})


def _judge(value: Any, schema: Any, what: str) -> None:
    problem = best_match(Judge(schema).iter_errors(value))
    if problem is not None:
        where = ".".join(str(part) for part in problem.absolute_path) or "the whole"
        raise OutOfSpec(f"{what}: {where}: {problem.message[-300:]}")


# --- From form fields to values ------------------------------------------------------------------
def nested(form: str) -> dict:
    """`a[b][0]=c` as {"a": {"b": {"0": "c"}}}."""
    tree: dict = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        *path, last = name.replace("]", "").split("[")
        node = tree
        for part in path:
            node = node.setdefault(part, {})
        node[last or str(len(node))] = value
    return tree


def typed_as(value: Any, schema: Any) -> Any:
    """Strings turned into what the schema wants; what does not fit stays as it is, for the judge to find."""
    if "anyOf" in schema:
        return _typed_as_any(value, schema["anyOf"])
    if isinstance(value, dict):
        return _typed_members(value, schema)
    kind = schema.get("type")
    if kind == "integer" and value.removeprefix("-").isdigit():
        return int(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    return value


def _typed_members(value: dict, schema: Any) -> Any:
    if schema.get("type") == "array":
        keys = sorted(value, key=lambda key: int(key) if key.isdigit() else -1)
        return [typed_as(value[key], schema["items"]) for key in keys]
    fields, others = schema.get("properties", {}), schema.get("additionalProperties")
    return {
        name: typed_as(inner, fields.get(name) or (others if isinstance(others, dict) else {}))
        for name, inner in value.items()
    }


def _typed_as_any(value: Any, choices: list) -> Any:
    for choice in choices:
        typed = typed_as(value, choice)
        if Judge(choice).is_valid(typed):
            return typed
    wanted = "object" if isinstance(value, dict) else "integer"
    best = next((choice for choice in choices if choice.get("type") == wanted), choices[0])
    return typed_as(value, best)
