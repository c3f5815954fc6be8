"""What channels would refuse of the catalogue."""

from django.db import models
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
