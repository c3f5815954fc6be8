"""What addresses of the catalogue are made of; anything else is not found before a query is asked."""


class ShelfConverter:
    """A category's path: "tableware/mugs-cups"."""

    regex = r"[-a-zA-Z0-9_]{1,120}(?:/[-a-zA-Z0-9_]{1,120}){0,9}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class WordConverter(ShelfConverter):
    """A slug in any script."""

    regex = r"[-\w]{1,150}"
