from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PricingConfig(AppConfig):
    name = "pricing"
    verbose_name = _("Prices")

    def ready(self) -> None:
        from pricing.models import TaxClass, TaxRate
        from shop.versions import watch

        watch("settings", TaxClass, TaxRate)
