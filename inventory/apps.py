from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "inventory"
    verbose_name = _("Stock")

    def ready(self) -> None:
        from inventory import tasks  # noqa: F401  (registers the clock's job)
