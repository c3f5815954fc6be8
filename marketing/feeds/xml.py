"""Text in XML, whatever merchants pasted into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

# XML 1.0, section 2.2: what no document may hold, escaped or not.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, text: str, attributes: Mapping[str, str] | None = None) -> str:
    """ "<name>text</name>", or nothing where there is no text."""
    if not text:
        return ""
    written = "".join(f" {key}={quoteattr(clean(value))}" for key, value in (attributes or {}).items())
    return f"<{name}{written}>{escape(clean(text))}</{name}>"


def clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)
