"""The one way in for taxes. What is written counts from the next quote on; orders keep what they were told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from pricing.models import TaxClass, TaxRate
from shop import versions
from shop.errors import Refused


@transaction.atomic
def save_tax_class(code: str, *, name: Mapping[str, str]) -> TaxClass:
    return _save(TaxClass, {"code": code}, name=dict(name))


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
    return _save(TaxRate, place, rate_millionths=rate_millionths, name=dict(name))


def _save(model: Any, known_by: dict[str, Any], **fields: Any) -> Any:
    """Write only what differs: each write makes every price that was kept be worked out anew."""
    row, is_new = model.objects.get_or_create(**known_by, defaults=fields)
    if not is_new and any(getattr(row, field) != value for field, value in fields.items()):
        model.objects.filter(pk=row.pk).update(**fields)
        row.refresh_from_db()
        versions.renew("settings")
    return row
