"""What channels would refuse of the catalogue, and who waits for something sold out."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class FeedProblem(models.Model):
    """That a channel would refuse a variant, or show it worse, as of the last look at all of them."""

    feed = models.CharField(max_length=30, verbose_name=_("channel"))
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.CASCADE, related_name="+", verbose_name=_("product")
    )
    sku = models.CharField(max_length=64, verbose_name=_("SKU"))
    is_refused = models.BooleanField(verbose_name=_("left out"))

    class Meta:
        verbose_name = _("problem of a feed")
        verbose_name_plural = _("problems of feeds")
        ordering = ["-is_refused", "id"]
        constraints = [models.UniqueConstraint(fields=["feed", "sku"], name="feed_problem_once")]

    def __str__(self) -> str:
        return f"{self.feed} {self.sku}"


class StockAlert(models.Model):
    """Somebody wants one mail when a variant can be had again. Gone once it was sent."""

    variant = models.ForeignKey(
        "catalog.Variant", on_delete=models.CASCADE, related_name="+", verbose_name=_("variant")
    )
    email = models.EmailField(verbose_name=_("e-mail"))
    language = models.CharField(max_length=10, verbose_name=_("language"))
    asked_at = models.DateTimeField(default=timezone.now, verbose_name=_("asked"))

    class Meta:
        verbose_name = _("wait for stock")
        verbose_name_plural = _("waits for stock")
        ordering = ["asked_at", "id"]
        constraints = [models.UniqueConstraint(fields=["variant", "email"], name="stock_alert_once")]

    def __str__(self) -> str:
        return f"{self.variant_id}"
