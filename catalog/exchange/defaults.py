"""What an import stands on where nobody chose: price list, tax class, location. A new shop gets the first of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from catalog.exchange.items import Asked
from catalog.models import PriceList
from inventory.models import Location
from shop.errors import Refused


def asked(
    *,
    language: str = "",
    price_list: str = "",
    tax_class: str = "",
    location: str = "",
    keep_stock: bool = False,
    is_dry_run: bool = False,
) -> Asked:
    """Raises Refused for something that does not exist, in words that say what there is."""
    languages = [code for code, _name in settings.LANGUAGES]
    if language and language not in languages:
        raise Refused(_unknown(_("language"), language, languages))
    lists = PriceList.objects.order_by("-priority", "pk")
    if not price_list:  # a price without a currency is in the shop's
        lists = lists.filter(currency=settings.CURRENCY)
    tax_classes = apps.get_model("pricing.TaxClass").objects.order_by("pk")
    prices = _chosen(lists, price_list, {}) or _price_list()
    tax = _chosen(tax_classes, tax_class, {"code": "standard"}) or tax_classes.model(
        code="standard", name={"en": "Standard", "ru": "Обычный"}
    )
    place = _chosen(Location.objects.all(), location, {}) or Location(
        code="main", name={"en": "Main warehouse", "ru": "Основной склад"}
    )
    for row in (prices, tax, place):
        if row.pk is None and not is_dry_run:
            row.save()
    return Asked(
        language=language or settings.LANGUAGE_CODE,
        price_list=prices.code,
        currency=prices.currency,
        currencies={prices.code: prices.currency, **dict(PriceList.objects.values_list("code", "currency"))},
        tax_class=tax.code,
        location=place.code,
        keep_stock=keep_stock,
    )


def _chosen(rows: models.QuerySet[Any], code: str, preferred: Mapping[str, str]) -> Any:
    """The row of this code, else the first that is preferred, else the first, if there is any."""
    if code:
        found = rows.filter(code=code).first()
        if found is None:
            known = list(rows.values_list("code", flat=True))
            raise Refused(_unknown(str(rows.model._meta.verbose_name), code, known))
        return found
    return rows.filter(**preferred).first() or rows.first()


def _unknown(kind: str, name: str, known: list[str]) -> str:
    text = _("There is no %(kind)s “%(name)s”. There are: %(known)s.")
    return text % {"kind": kind, "name": name, "known": ", ".join(known) or "–"}


def _price_list() -> PriceList:
    currency = settings.CURRENCY
    name = {"en": f"Prices in {currency}", "ru": f"Цены в {currency}"}
    return PriceList(code=currency.lower(), name=name, currency=currency)
