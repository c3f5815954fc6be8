from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        from catalog import receivers, showcase  # noqa: F401
        from catalog.exchange import runs  # noqa: F401
        from catalog.search import log  # noqa: F401
