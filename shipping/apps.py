from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShippingConfig(AppConfig):
    name = "shipping"
    verbose_name = _("Delivery")

    def ready(self) -> None:
        from inventory.models import Location
        from shipping import receivers  # noqa: F401
        from shipping.models import Method, WeightRate, Zone
        from shop.versions import watch

        watch("settings", Zone, Method, WeightRate, Location)
