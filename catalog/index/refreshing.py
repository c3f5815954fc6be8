"""Making the rows anew: for a product that changed, for stock that came or went, for a new release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from catalog import search
from catalog.index import cards, copies, facets, listings, offers, pages
from catalog.index.build import build
from catalog.index.shelves import Shelves
from catalog.models import Card, Page, Price, Product
from shop import outbox, versions

VERSION = "catalog"  # the counter that cached pages and the shell are kept under
BATCH = 100
FEW = 20
_gathered: ContextVar[set[int] | None] = ContextVar("gathered", default=None)


def bump() -> None:
    """All public pages are new from here on: call it in the transaction that changed what they show."""
    versions.renew(VERSION)


@transaction.atomic
def refresh(product_ids: Iterable[int]) -> None:
    """Make all rows of these products anew, in the caller's transaction."""
    wanted = set(product_ids)
    gathered = _gathered.get()
    if gathered is not None:
        gathered |= wanted
        return
    for batch in _batches(sorted(wanted)):
        _write(_locked(batch))
    bump()


def refresh_soon(product_ids: Iterable[int]) -> None:
    """The same for a change that many products share: a few at once, more than that by the outbox."""
    wanted = sorted(set(product_ids))
    bump()
    if len(wanted) <= FEW or is_gathering():
        refresh(wanted)
        return
    for batch in _batches(wanted):
        outbox.publish("catalog.refresh", {"products": batch}, dedupe=f"catalog.refresh:{uuid4().hex}")


@contextmanager
def in_one_go() -> Iterator[None]:
    """Inside, `refresh` only notes its products; they are all made anew, once each, at the end."""
    token = _gathered.set(set())
    try:
        yield
        gathered = _gathered.get()
    finally:
        _gathered.reset(token)
    if gathered:
        refresh(gathered)


@transaction.atomic
def refresh_cards(product_ids: Iterable[int]) -> None:
    """The stock came or went: cards, order of lists and search follow, and cached pages are made anew."""
    for batch in _batches(sorted(set(product_ids))):
        products = _locked(batch)
        offered = _offered(products)
        cards.write(products)
        _write_shelves(offered, Shelves(products))
        search.follow_the_stock(_in_main_currency(offered))
    bump()


def is_gathering() -> bool:
    """Whether an `in_one_go` around us will make everything anew at its end."""
    return _gathered.get() is not None


def reindex(product_ids: Sequence[int] | None = None) -> int:
    """Make the rows of these products, or of all, anew in short transactions; how many products."""
    wanted = Product.objects.order_by("pk").values_list("pk", flat=True)
    ids = list(wanted if product_ids is None else wanted.filter(pk__in=product_ids))
    for batch in _batches(ids):
        with transaction.atomic():
            _write(_locked(batch))
    with transaction.atomic():
        listings.recount()
        facets.recount()
        search.recount()
        bump()
    return len(ids)


def stale_products() -> list[int]:
    """Products on sale whose card or page is missing or of another build. Without a price there is nothing to miss."""
    fresh = {"product": OuterRef("pk"), "build": build()}
    has_rows = Exists(Card.objects.filter(**fresh)) & Exists(Page.objects.filter(**fresh))
    prices = Price.objects.of_one_now(settings.CURRENCY)
    has_price = Exists(prices.filter(variant__product=OuterRef("pk"), variant__is_active=True))
    old = Q(cards__isnull=False) & ~Q(cards__build=build())
    stale = Product.objects.published().filter((~has_rows & has_price) | old)
    return list(stale.order_by("pk").values_list("pk", flat=True).distinct())


def _locked(batch: Sequence[int]) -> list[Product]:
    """One writer a product at a time, in pk order, who then reads: the last to write has seen the latest."""
    list(Product.objects.filter(pk__in=batch).order_by("pk").select_for_update(no_key=True).values("pk"))
    return offers.load(batch)


def _write(products: Sequence[Product]) -> None:
    shelves, offered = Shelves(products), _offered(products)
    copies.write(products)
    cards.write(products)
    pages.write(products, shelves)
    _write_shelves(offered, shelves)
    search.write(_in_main_currency(offered), shelves)
    _plan_renewal(products)


def _write_shelves(offered: Sequence[offers.Offered], shelves: Shelves) -> None:
    """What lists are read from: where products stand, and what they can be narrowed by."""
    with facets.counted([product.product.pk for product in offered]):
        listings.write(offered, shelves)
        facets.write(offered)


def _offered(products: Sequence[Product]) -> list[offers.Offered]:
    return [offers.offered(product, currency) for product in products for currency in offers.currencies()]


def _in_main_currency(offered: Sequence[offers.Offered]) -> list[offers.Offered]:
    return [product for product in offered if product.currency == offers.currencies()[0]]


def _plan_renewal(products: Sequence[Product]) -> None:
    """A sale that begins on Friday or a product that appears on Monday: the outbox renews it in time."""
    now = timezone.now()
    for product in products:
        for moment in pages.renewal_moments(product, now):
            outbox.publish(
                "catalog.refresh",
                {"products": [product.pk]},
                dedupe=f"catalog.refresh:{product.pk}:{moment.isoformat()}",
                available_at=moment,
            )


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
