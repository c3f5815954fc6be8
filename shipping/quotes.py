"""What delivery costs and when it arrives, from the tables of zones, methods and weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from catalog.signals import DeliveryPromise
from orders.basket import Basket, BasketLine
from orders.signals import DeliveryQuote
from shipping import promise
from shipping.models import Method, Zone
from shop.money import Money
from shop.versions import kept

NOTHING_TO_SHIP = "none"  # the code of the one way in which a file or a service travels
NO_TAX = "none"


@dataclass(frozen=True)
class Parcel:
    """All that a quote depends on."""

    country: str
    weight_g: int
    goods: Money
    ready_on: date | None = None  # back-ordered or not yet out: the day the last of the goods is there
    at: frozenset[int] | None = (
        None  # the locations that have all of it on their shelves; None: nobody counts
    )


def quotes_for_basket(basket: Basket, *, country: str, now: datetime) -> list[DeliveryQuote]:
    """The ways this basket can travel to `country`, in the merchant's order; [] for where we do not ship."""
    if not basket.needs_delivery:
        return [nothing_to_ship(basket)]
    today = timezone.localdate(now)
    parcel = Parcel(
        country, basket.weight_g, basket.goods, ready_on(basket.lines, today), at=places_of(basket.lines)
    )
    return quotes(parcel, now=now)


def quotes(parcel: Parcel, *, now: datetime) -> list[DeliveryQuote]:
    """Every active method of the country's zone that takes this weight, in a constant number of queries."""
    methods = methods_for(parcel.country, parcel.goods.currency)
    fees = ((method, fee(method, parcel)) for method in methods)
    return [_quote(method, cost, parcel, now) for method, cost in fees if cost is not None]


@kept("settings")
def methods_for(country: str, currency: str) -> list[Method]:
    zone_id = zone_of(country)
    if zone_id is None:
        return []
    rows = Method.objects.filter(zone=zone_id, currency=currency, is_active=True)
    return list(rows.select_related("location", "tax_class").prefetch_related("rates"))


@kept("settings")
def method_of(country: str, code: str) -> Method | None:
    """The method that an order to `country` was quoted, if the merchant still keeps it."""
    return Method.objects.filter(zone=zone_of(country), code=code).select_related("location").first()


@kept("settings")
def zone_of(country: str) -> int | None:
    """The id of the zone that lists the country, the first of two. Zones are few: read, not searched."""
    for pk, countries in Zone.objects.order_by("id").values_list("id", "countries"):
        if country in countries:
            return pk
    return None


@kept("settings")
def served_countries() -> set[str]:
    """Where something can be sent or is handed over."""
    active = Zone.objects.filter(methods__is_active=True).values_list("countries", flat=True)
    return {country for countries in active for country in countries}


def fee(method: Method, parcel: Parcel) -> Money | None:
    """What the method costs this parcel, up to and with the limit of a rate; None when it is too heavy."""
    rate = next((rate for rate in method.rates.all() if parcel.weight_g <= rate.max_weight_g), None)
    if rate is None:
        return None
    is_free = method.free_from_minor is not None and parcel.goods.minor >= method.free_from_minor
    return Money(0 if is_free else rate.fee_minor, method.currency)


def nothing_to_ship(basket: Basket) -> DeliveryQuote:
    is_digital = any(line.facts.kind in ("digital", "gift_card") for line in basket.lines)
    label = _("Sent by e-mail") if is_digital else _("Nothing to ship")
    return DeliveryQuote(NOTHING_TO_SHIP, label, Money(0, basket.currency), NO_TAX)


def ready_on(lines: Iterable[BasketLine], today: date) -> date | None:
    """The day the last of the goods can leave, if that is later than now."""
    days = (_line_ready_on(line, today) for line in lines if line.facts.is_physical)
    return max((day for day in days if day and day > today), default=None)


def _line_ready_on(line: BasketLine, today: date) -> date | None:
    """When all its units can leave; what the shelf lacks comes after the lead time."""
    stock = line.availability
    if stock.free is not None and stock.on_shelf < line.quantity and stock.state != "preorder":
        return today + timedelta(days=stock.lead_days or 0)
    return stock.leaves_on(today)


def places_of(lines: Iterable[BasketLine]) -> frozenset[int] | None:
    """The locations that could hand all the goods over from their own shelves; None for goods that nobody counts."""
    places = [
        {place for place, units in line.availability.by_location.items() if units >= line.quantity}
        for line in lines
        if line.facts.is_physical and line.availability.free is not None
    ]
    return frozenset(set.intersection(*places)) if places else None


def _quote(method: Method, cost: Money, parcel: Parcel, now: datetime) -> DeliveryQuote:
    earliest, latest = dates(method, now=now, ready_on=_there_on(method, parcel, now))
    return DeliveryQuote(
        code=method.code,
        label=str(method.name),
        fee=cost,
        tax_class=method.tax_class.code,
        promised_from=earliest,
        promised_to=latest,
        note=_note(method, cost, parcel, now),
        is_pickup=method.is_pickup,
        location_id=method.location_id if method.is_pickup else None,
    )


def _there_on(method: Method, parcel: Parcel, now: datetime) -> date | None:
    """When the goods are at the place they start from: what a counter lacks is brought there first."""
    if not _is_brought(method, parcel):
        return parcel.ready_on
    leaves = parcel.ready_on or timezone.localdate(now, ZoneInfo(settings.TIME_ZONE))
    return promise.house_calendar().after(leaves, settings.PICKUP_TRANSFER_DAYS)


def _is_brought(method: Method, parcel: Parcel) -> bool:
    return method.is_pickup and parcel.at is not None and method.location_id not in parcel.at


def dates(method: Method, *, now: datetime, ready_on: date | None = None) -> tuple[date, date]:
    """From when until when an order confirmed at `now` arrives by this method, or may be collected."""
    calendar, zone = promise.house_calendar(), ZoneInfo(settings.TIME_ZONE)
    if method.is_pickup:
        day = promise.collect_on(
            now, ready_hours=method.ready_hours, cutoff=method.cutoff, calendar=calendar, zone=zone,
            ready_on=ready_on,
        )  # fmt: skip
        return day, day
    made = promise.promise(
        now, cutoff=method.cutoff, min_days=method.min_days, max_days=method.max_days, calendar=calendar,
        zone=zone, ready_on=ready_on,
    )  # fmt: skip
    return made.earliest, made.latest


def standing_promise(country: str, currency: str, *, now: datetime) -> DeliveryPromise | None:
    """What every page may say about goods in stock: by the first method that sends parcels to `country`."""
    method = next((method for method in methods_for(country, currency) if not method.is_pickup), None)
    if method is None:
        return None
    earliest, latest = dates(method, now=now)
    free_from = Money(method.free_from_minor, currency) if method.free_from_minor is not None else None
    return DeliveryPromise(earliest, latest, _changes_at(method, now), free_from)


def _changes_at(method: Method, now: datetime) -> datetime:
    """The next cut-off or midnight of the house."""
    zone = ZoneInfo(settings.TIME_ZONE)
    today = now.astimezone(zone).date()
    midnight = datetime.combine(today + timedelta(days=1), time.min, zone)
    cutoff = datetime.combine(today, method.cutoff, zone) if method.cutoff else midnight
    return cutoff if cutoff > now else midnight


def _note(method: Method, cost: Money, parcel: Parcel, now: datetime) -> str:
    if method.is_pickup:
        place = method.location
        parts = [str(place.address), str(place.pickup_hours)] if place else []
        if _is_brought(method, parcel):
            parts.append(_("Not all of it is there now: we bring it in for you"))
        return ". ".join(part for part in parts if part)
    if _leaves_today(method, parcel, now):
        return _("Order by %(time)s for dispatch today") % {"time": time_format(method.cutoff)}
    if cost and method.free_from_minor:
        return _("Free from %(amount)s") % {"amount": Money(method.free_from_minor, method.currency)}
    return ""


def _leaves_today(method: Method, parcel: Parcel, now: datetime) -> bool:
    zone = ZoneInfo(settings.TIME_ZONE)
    leaving = promise.leaves_on(
        now, cutoff=method.cutoff, calendar=promise.house_calendar(), zone=zone, ready_on=parcel.ready_on
    )
    return leaving == now.astimezone(zone).date()
