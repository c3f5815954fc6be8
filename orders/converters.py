"""What addresses of orders are made of; anything else is not found before a query is asked."""


class ReferenceConverter:
    """The secret in a buyer's link, or the number that staff go by."""

    regex = r"[-\w]{1,40}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
