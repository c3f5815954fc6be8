"""The catalogue's pictures, and the same clean start."""

from tests.catalog.conftest import nothing_from_before, picture_file

__all__ = ["nothing_from_before", "picture_file"]
