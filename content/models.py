"""Pages of text and the blocks of the home page."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shop.translation import TranslatedField


class Page(models.Model):
    """A page of text: about, delivery, terms."""

    slug = models.SlugField(unique=True, verbose_name=_("address"))
    title = TranslatedField(verbose_name=_("title"))
    body = TranslatedField(verbose_name=_("text"))  # plain text; an empty line parts paragraphs
    updated_at = models.DateTimeField(auto_now=True, verbose_name=_("changed"))

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")

    def __str__(self) -> str:
        return str(self.title) or self.slug

    def get_absolute_url(self) -> str:
        return reverse("content:page", args=[self.slug])

    @property
    def paragraphs(self) -> list[str]:
        """The text in the active language."""
        return [part.strip() for part in str(self.body).split("\n\n") if part.strip()]


class HomeBlock(models.Model):
    """One block of the home page, in order. `source` and `link` name things as "collection:new-in"."""

    class Kind(models.TextChoices):
        HERO = "hero", pgettext_lazy("home block", "Hero")
        CATEGORIES = "categories", pgettext_lazy("home block", "Category tiles")
        RAIL = "rail", pgettext_lazy("home block", "Row of products")
        BANNER = "banner", pgettext_lazy("home block", "Banner")
        PROOF = "proof", pgettext_lazy("home block", "Promises")

    position = models.PositiveIntegerField(
        default=0, verbose_name=_("position"), help_text=_("Lower comes first.")
    )
    kind = models.CharField(max_length=12, choices=Kind.choices, verbose_name=_("kind of block"))
    title = TranslatedField(blank=True, verbose_name=_("title"))
    text = TranslatedField(blank=True, verbose_name=_("text"))
    cta = TranslatedField(blank=True, verbose_name=_("button"))
    link = models.CharField(
        max_length=120,
        blank=True,
        verbose_name=_("link"),
        help_text=_(
            "Where the button leads: collection:new-in, category:tableware, product:tide-mug, page:about."
        ),
    )
    source = models.CharField(
        max_length=120,
        blank=True,
        verbose_name=_("products from"),
        help_text=_("For a row of products: collection:new-in."),
    )
    picture = models.ForeignKey(
        "catalog.Picture",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("picture"),
    )
    items = models.JSONField(
        default=list,
        blank=True,
        verbose_name=_("parts"),
        help_text=_("Tiles: a list of category addresses. Promises: a list of icons and texts."),
    )  # proof: [{"icon": "truck", "text": {"en": …}}]

    class Meta:
        verbose_name = _("home block")
        verbose_name_plural = _("home blocks")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.position} {self.kind}"
