"""What lists in the admin show of a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin


def in_words(name: str, label: Any) -> Callable[[Any], str]:
    """The column of a translated text: its words in the reader's language, not the value as it is stored."""

    @admin.display(description=label, ordering=name)
    def column(row: Any) -> str:
        return str(getattr(row, name))

    return column
