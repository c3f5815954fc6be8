"""Options, categories and attributes that a file names: found by code or name, else planned, and made when needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.text import capfirst

from catalog import actions
from catalog.drafts import Texts
from catalog.exchange.codes import code_of
from catalog.exchange.items import FactSaid, Label
from catalog.models import Attribute, Category, OptionType, OptionValue

Key = tuple[str, ...]  # ("option", code), ("value", option, code), ("shelf", path), ("attribute", code)


class Need(NamedTuple):
    """What has to be made before a product can be written, unless it is there meanwhile."""

    key: Key
    name: Texts
    more: Mapping[str, str]  # swatch of a value; kind and unit of an attribute


@dataclass
class Shared:
    """What the shop has, read once and kept up to date. Call `forget` when a transaction was undone."""

    stored: set[Key] = field(default_factory=set)
    _by_name: dict[tuple[Key, str], str] = field(default_factory=dict)  # (what it belongs to, name): its code
    _planned: dict[Key, Need] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Read anew what is stored. Codes that were planned stay reserved for their names."""
        self.stored.clear()
        for code, name in OptionType.objects.values_list("code", "name"):
            self._keep(("option", code), ("option",), code, name)
        for option, code, name in OptionValue.objects.values_list("option_type__code", "code", "name"):
            self._keep(("value", option, code), ("value", option), code, name)
        for code, name in Attribute.objects.values_list("code", "name"):
            self._keep(("attribute", code), ("attribute",), code, name)
        for path, name in Category.objects.values_list("full_path", "name"):
            above, _slash, slug = path.rpartition("/")
            self._keep(("shelf", path), ("shelf", above), slug, name)

    def _keep(self, key: Key, group: Key, code: str, name: Mapping[str, str]) -> None:
        self.stored.add(key)
        for text in name.values():
            self._by_name.setdefault((group, text.casefold()), code)

    # --- Finding ---------------------------------------------------------------------------------
    def option(self, label: Label, needs: list[Need]) -> str:
        return self._code(("option",), label, {}, needs)

    def value(self, option: str, label: Label, needs: list[Need]) -> str:
        more = {"swatch": label.swatch} if label.swatch else {}
        return self._code(("value", option), label, more, needs)

    def attribute(self, said: FactSaid, needs: list[Need]) -> str:
        return self._code(("attribute",), said.attribute, {"kind": said.kind, "unit": said.unit}, needs)

    def shelf(self, labels: Sequence[Label], needs: list[Need]) -> str:
        """The address of a category, from the top of the shop down."""
        path = ""
        for label in labels:
            slug = self._code(("shelf", path), label, {}, needs)
            path = f"{path}/{slug}" if path else slug
        return path

    def _code(self, group: Key, label: Label, more: Mapping[str, str], needs: list[Need]) -> str:
        text = next((text for text in label.name.values() if text), label.code)
        code = label.code or self._by_name.get((group, text.casefold())) or self._free(group, text)
        key = self._key(group, code)
        if key not in self.stored:
            name = label.name or {"en": capfirst(code.replace("-", " "))}
            needs.append(self._planned.setdefault(key, Need(key, name, more)))
            self._by_name.setdefault((group, text.casefold()), code)
        return code

    def _key(self, group: Key, code: str) -> Key:
        if group[0] == "shelf":
            return ("shelf", f"{group[1]}/{code}" if group[1] else code)
        return (*group, code)

    def _free(self, group: Key, text: str) -> str:
        """A code made of the name. One that is taken by another name is not this: "1/2" is not "1-2"."""
        plain = code_of(text)
        if self._key(group, plain) in self.stored and plain == text.casefold():
            return plain
        code, number = plain, 2
        while (key := self._key(group, code)) in self.stored or key in self._planned:
            code, number = f"{plain[:45]}-{number}", number + 1
        return code

    # --- Making ----------------------------------------------------------------------------------
    def make(self, needs: Sequence[Need]) -> None:
        """In the caller's transaction. What a file names for an option goes in together, in its order."""
        values: dict[str, list[Need]] = {}
        for need in needs:
            if need.key in self.stored:
                continue
            self.stored.add(need.key)
            if need.key[0] == "value":
                values.setdefault(need.key[1], []).append(need)
            else:
                _make(need)
        for option, wanted in values.items():
            names = {need.key[2]: need.name for need in wanted}
            swatches = {need.key[2]: need.more.get("swatch", "") for need in wanted}
            actions.add_option_values(OptionType.objects.get(code=option), names, swatches)


_STORED: dict[str, tuple[Any, str]] = {
    "option": (OptionType, "code"),
    "shelf": (Category, "full_path"),
    "attribute": (Attribute, "code"),
}


def _make(need: Need) -> None:
    """Unless somebody made it since we looked: then it is as they made it."""
    kind, code = need.key
    model, column = _STORED[kind]
    if model.objects.filter(**{column: code}).exists():
        return
    if kind == "option":
        actions.save_option(code, name=need.name, values=[])
    elif kind == "shelf":
        actions.save_category(code, name=need.name)
    else:
        kind = need.more.get("kind") or Attribute.Kind.TEXT
        actions.save_attribute(code, name=need.name, kind=kind, unit=need.more.get("unit", ""))
