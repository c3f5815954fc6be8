"""Merchant texts in every language of the shop, in one column."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.html import escape
from django.utils.translation import get_language


class Translated(dict):
    """{"en": "Mug", "ru": "Кружка"}; as text it is the active language's, or the nearest there is."""

    def __str__(self) -> str:
        return self.within(get_language() or settings.LANGUAGE_CODE)

    def __html__(self) -> str:
        return escape(str(self))

    def within(self, language: str) -> str:
        """The text in `language`, else in the shop's main language, else in any."""
        for code in (language, language.split("-")[0], settings.LANGUAGE_CODE):
            if text := self.get(code):
                return text
        return next((text for text in self.values() if text), "")

    def __bool__(self) -> bool:
        return any(self.values())


class _AsTranslated(DeferredAttribute):
    """Values set in Python read the same as values read from the database."""

    def __set__(self, row: Any, value: Any) -> None:
        row.__dict__[self.field.attname] = Translated(value) if isinstance(value, dict) else value


class TranslatedField(models.JSONField):
    """A text in several languages. Give it a dict by language code; read it as text."""

    descriptor_class = _AsTranslated

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        from shop.translated_form import TranslatedFormField

        return models.Field.formfield(self, form_class=TranslatedFormField, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Translated:
        return Translated(super().from_db_value(value, expression, connection) or {})

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(dict(value) if isinstance(value, dict) else value)
