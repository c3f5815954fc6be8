"""The one way in for taxes. What is written counts from the next quote on; orders keep what they were told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from pricing.models import TaxClass, TaxRate
from shop.errors import Refused


@transaction.atomic
def save_tax_class(code: str, *, name: Mapping[str, str]) -> TaxClass:
    return TaxClass.objects.update_or_create(code=code, defaults={"name": dict(name)})[0]


@transaction.atomic
def set_tax_rate(
    tax_class: str,
    country: str,
    rate_millionths: int,
    *,
    name: Mapping[str, str],
    region: str = "",
    starts_on: date | None = None,
) -> TaxRate:
    """What goods of a class pay in a place: 230000 is 23 %. A dated rate stands beside the standing one.

    Raises Refused for a class that does not exist.
    """
    found = TaxClass.objects.filter(code=tax_class).first()
    if found is None:
        raise Refused(f"There is no tax class {tax_class!r}.")
    place = {"tax_class": found, "country": country, "region": region, "starts_on": starts_on}
    defaults = {"rate_millionths": rate_millionths, "name": dict(name)}
    return TaxRate.objects.update_or_create(**place, defaults=defaults)[0]
