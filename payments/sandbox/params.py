"""Reading parameters: each endpoint says what it takes; whatever else is sent is refused, never ignored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .errors import BadParameter


@dataclass(frozen=True)
class Text:
    required: bool = False
    max_length: int = 5000
    unset: bool = False  # whether an empty string takes the value away

    def read(self, value: Any, name: str) -> str | None:
        if not isinstance(value, str):
            raise BadParameter(f"Invalid string: {value}", param=name)
        if not value and self.unset:
            return None
        if not value:
            raise _empty(name)
        if len(value) > self.max_length:
            raise BadParameter(
                f"Invalid string: {value[:10]}...; must be at most {self.max_length} characters", param=name
            )
        return value


@dataclass(frozen=True)
class Integer:
    required: bool = False
    least: int | None = None

    def read(self, value: Any, name: str) -> int:
        digits = value.removeprefix("-") if isinstance(value, str) else ""
        if value == "":
            raise _empty(name)
        if not (digits.isascii() and digits.isdigit()):
            raise BadParameter(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
        number = int(value)
        if self.least is not None and number < self.least:
            raise BadParameter(
                f"This value must be greater than or equal to {self.least}.",
                code="parameter_invalid_integer",
                param=name,
            )
        return number


@dataclass(frozen=True)
class Flag:
    required: bool = False

    def read(self, value: Any, name: str) -> bool:
        if value not in ("true", "false"):
            raise BadParameter(f"Invalid boolean: {value}", param=name)
        return value == "true"


@dataclass(frozen=True)
class Choice:
    values: tuple[str, ...]
    required: bool = False

    def read(self, value: Any, name: str) -> str:
        if value not in self.values:
            listed = (
                ", ".join(self.values[:-1]) + (", or " if len(self.values) > 2 else " or ") + self.values[-1]
            )
            raise BadParameter(f"Invalid {name}: must be one of {listed}", param=name)
        return value


@dataclass(frozen=True)
class Listed:
    of: Any
    required: bool = False

    def read(self, value: Any, name: str) -> list:
        if value == "":
            return []
        if not isinstance(value, dict) or not all(key.isdigit() for key in value):
            raise BadParameter("Invalid array", param=name)
        return [self.of.read(value[key], f"{name}[{key}]") for key in sorted(value, key=int)]


@dataclass(frozen=True)
class Shape:
    fields: dict[str, Any]
    required: bool = False
    unset: bool = False

    def read(self, value: Any, name: str) -> dict | None:
        if value == "" and self.unset:
            return None
        if not isinstance(value, dict):
            raise BadParameter("Invalid object", param=name)
        return read(value, self.fields, name)


@dataclass(frozen=True)
class Metadata:
    """Up to 50 keys of 40 characters, values of 500; an empty value takes its key away, "" takes all."""

    required: bool = False

    def read(self, value: Any, name: str) -> dict | None:
        if value == "":
            return None
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise BadParameter("Invalid object", param=name)
        for key, text in value.items():
            self._check(key, text, name)
        return value

    def _check(self, key: str, text: str, name: str) -> None:
        if len(key) > 40:
            raise BadParameter(
                f"Metadata keys can be up to 40 characters, but you passed in a key of {len(key)}.",
                param=name,
            )
        if len(text) > 500:
            raise BadParameter(
                "Metadata values can have up to 500 characters, but you passed in a value that is "
                f"{len(text)} characters. Invalid value: {text[:20]}...",
                param=f"{name}[{key}]",
            )


@dataclass(frozen=True)
class Moments:
    """`created`: a moment, or bounds (gt, gte, lt, lte)."""

    required: bool = False

    def read(self, value: Any, name: str) -> dict[str, int]:
        if isinstance(value, dict):
            return read(value, {bound: Integer() for bound in ("gt", "gte", "lt", "lte")}, name)
        return {"eq": Integer().read(value, name)}


def read(given: dict, fields: dict[str, Any], path: str = "") -> dict:
    """The values of `given` as `fields` describes them. Raises BadParameter, naming the field."""
    for name in given:
        if name not in fields:
            full = _name(path, name)
            raise BadParameter(f"Received unknown parameter: {full}", code="parameter_unknown", param=full)
    for name, kind in fields.items():
        if kind.required and name not in given:
            full = _name(path, name)
            raise BadParameter(f"Missing required param: {full}.", code="parameter_missing", param=full)
    return {name: fields[name].read(value, _name(path, name)) for name, value in given.items()}


def merged_metadata(old: dict, new: dict | None) -> dict:
    """`old` with the changes of `new`: an empty text removes its key, None removes all."""
    if new is None:
        return {}
    return {key: text for key, text in {**old, **new}.items() if text != ""}


def _name(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _empty(name: str) -> BadParameter:
    return BadParameter(
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a "
        f"parameter; however '{name}' cannot be unset. You should remove '{name}' from your request or "
        "supply a non-empty value.",
        code="parameter_invalid_empty",
        param=name,
    )
