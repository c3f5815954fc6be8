from tests.catalog.conftest import loaded, picture_file, small_store  # noqa: F401  (fixtures that are shared)
