"""A form field for texts in several languages: one box a language, its name beside it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _


class TranslatedWidget(forms.MultiWidget):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        boxes = {code: forms.Textarea({"rows": 1, "lang": code}) for code, _name in settings.LANGUAGES}
        super().__init__(boxes, attrs)

    def decompress(self, value: Any) -> list[str]:
        texts = value if isinstance(value, dict) else {}
        return [texts.get(code, "") for code, _name in settings.LANGUAGES]

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Each box under its language; the first one carries the id that the field's label points to."""
        values = value if isinstance(value, list) else self.decompress(value)
        final = self.build_attrs(self.attrs, attrs)
        field_id = final.pop("id", f"id_{name}")
        rows = []
        for number, (code, _name) in enumerate(settings.LANGUAGES):
            box_id = field_id if number == 0 else f"{field_id}_{code}"
            box = self.widgets[number].render(
                f"{name}_{code}", values[number], {**final, "id": box_id}, renderer
            )
            rows.append((box_id, get_language_info(code)["name_local"], box))
        boxes = format_html_join(
            "", '<span class="translated__one"><label for="{}">{}</label>{}</span>', rows
        )
        return format_html('<span class="translated">{}</span>', boxes)

    def id_for_label(self, id_: str) -> str:
        return id_


class TranslatedFormField(forms.MultiValueField):
    """Gives {language: text}; the shop's main language is needed, the others may wait."""

    widget = TranslatedWidget
    default_error_messages = {"incomplete": _("Fill in the main language.")}

    def __init__(self, **kwargs: Any) -> None:
        required = kwargs.pop("required", True)
        kwargs.pop("encoder", None)
        kwargs.pop("decoder", None)
        fields = [
            forms.CharField(required=required and code == settings.LANGUAGE_CODE)
            for code, _name in settings.LANGUAGES
        ]
        super().__init__(fields=fields, required=required, require_all_fields=False, **kwargs)

    def compress(self, values: list[str]) -> dict[str, str]:
        codes = [code for code, _name in settings.LANGUAGES]
        return {code: text for code, text in zip(codes, values, strict=False) if text}

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.compress(self.widget.decompress(initial)) != self.compress(data or [])
