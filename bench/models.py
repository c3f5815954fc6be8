"""Tables of the bench's own, so that the floors do not change when the shop does."""

from django.db import models


class Row(models.Model):
    """What the bare view shows 24 of."""

    shelf = models.PositiveIntegerField()
    slug = models.CharField(max_length=100)
    title = models.CharField(max_length=100)
    price_minor = models.PositiveIntegerField()

    class Meta:
        app_label = "bench"
        indexes = [models.Index(fields=["shelf", "id"], name="bench_row_shelf")]

    def __str__(self) -> str:
        return self.slug


class Catalogue(models.Model):
    """What `bench.generate` put into this database, once it was done."""

    products = models.PositiveIntegerField()
    version = models.PositiveIntegerField()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return f"{self.products} products"
