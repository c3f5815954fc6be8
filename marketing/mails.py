"""What the shop writes to those who asked for it."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from marketing.models import StockAlert
from shop.mail import letterhead


class Letter(NamedTuple):
    subject: str
    text: str
    html: str


def back_in_stock(alert: StockAlert) -> Letter:
    """In the language in which it was asked for."""
    variant = alert.variant
    with override(alert.language):
        options = variant.options_text
        name = f"{variant.product.name}, {options}" if options else str(variant.product.name)
        context = {
            **letterhead(alert.language),
            "name": name,
            "product_url": f"{settings.SITE_URL}{variant.get_absolute_url()}",
        }
        return Letter(
            subject=_("%(name)s is back") % {"name": name},
            text=render_to_string("mail/back_in_stock.txt", context).strip() + "\n",
            html=render_to_string("mail/back_in_stock.html", context),
        )
