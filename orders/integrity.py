"""What must hold for orders: they add up, and what was promised with them is written down."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, Sum, Value
from django.db.models.functions import Cast, Coalesce, Concat

from orders.models import Order, OrderEvent, OrderLine
from shop.integrity import check
from shop.models import Mail, Message

MILLION = 1_000_000


@check("orders add up: lines, delivery and tax are the total", over=["orders.Order"])
def orders_add_up() -> Iterator[str]:
    lines = {f"line_{name}": Coalesce(Sum(f"lines__{name}_minor"), 0) for name in ("subtotal", "net", "tax")}
    orders = Order.objects.annotate(**lines)
    shown = F("subtotal_minor") + F("delivery_minor")
    adds_up = (
        Q(subtotal_minor=F("line_subtotal"))
        & Q(tax_minor=F("line_tax") + F("delivery_tax_minor"))
        & Q(total_minor=F("line_net") + F("line_tax") + F("delivery_net_minor") + F("delivery_tax_minor"))
        & (
            Q(tax_included=True, total_minor=shown)
            | Q(tax_included=False, total_minor=shown + F("tax_minor"))
        )
    )
    for order in (
        orders.exclude(adds_up).order_by("pk").values("pk", "number", "total_minor", *lines).iterator()
    ):
        charged = order["line_net"] + order["line_tax"]
        yield (
            f"order {order['number']} (id {order['pk']}): its total is {order['total_minor']}, its lines say "
            f"{order['line_subtotal']} before delivery, {charged} with tax, of which {order['line_tax']} is tax"
        )


@check("delivery fees add up", over=["orders.Order"])
def deliveries_add_up() -> Iterator[str]:
    with_tax = F("delivery_net_minor") + F("delivery_tax_minor")
    adds_up = Q(tax_included=True, delivery_minor=with_tax) | Q(
        tax_included=False, delivery_minor=F("delivery_net_minor")
    )
    for pk, number in Order.objects.exclude(adds_up).order_by("pk").values_list("pk", "number").iterator():
        yield f"order {number} (id {pk}): the delivery fee is not its net and tax"


@check("order lines add up: units, prices and their tax", over=["orders.OrderLine"])
def lines_add_up() -> Iterator[str]:
    """The tax once more, in whole numbers: half away from zero, as the calculator rounds."""
    rate = F("tax_millionths")
    base = F("subtotal_minor") * rate * 2
    within, added = MILLION + rate, Value(MILLION)
    adds_up = Q(order__tax_included=True, subtotal_minor=F("net_minor") + F("tax_minor")) & Q(
        tax_minor=(base + within) / (within * 2)
    )
    adds_up |= Q(order__tax_included=False, subtotal_minor=F("net_minor")) & Q(
        tax_minor=(base + added) / (added * 2)
    )
    adds_up &= Q(subtotal_minor=F("unit_minor") * F("quantity"), currency=F("order__currency"))
    wrong = OrderLine.objects.exclude(adds_up).order_by("pk")
    columns = (
        "pk",
        "order__number",
        "sku",
        "quantity",
        "unit_minor",
        "subtotal_minor",
        "net_minor",
        "tax_minor",
    )
    for line in wrong.values(*columns).iterator():
        yield (
            f"order line {line['pk']} ({line['sku']} of order {line['order__number']}): "
            f"{line['quantity']} × {line['unit_minor']} = {line['subtotal_minor']}, "
            f"net {line['net_minor']}, tax {line['tax_minor']}"
        )


@check("an order's taxes by rate are its tax", over=["orders.Order"])
def taxes_add_up() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(_TAXES[connection.vendor])
        for pk, number, tax, by_rate in cursor.fetchall():
            yield f"order {number} (id {pk}): its tax is {tax}, by rate it is {by_rate}"


_TAXES = {
    "postgresql": """
        SELECT o.id, o.number, o.tax_minor, by_rate.tax FROM orders_order o, LATERAL (
          SELECT COALESCE(SUM((part->>'tax_minor')::bigint), 0) AS tax FROM jsonb_array_elements(o.taxes) part
        ) by_rate WHERE by_rate.tax <> o.tax_minor ORDER BY o.id
    """,
    "sqlite": """
        SELECT id, number, tax_minor, by_rate FROM (
          SELECT o.id, o.number, o.tax_minor, (
            SELECT COALESCE(SUM(json_extract(part.value, '$.tax_minor')), 0) FROM json_each(o.taxes) part
          ) AS by_rate FROM orders_order o
        ) WHERE by_rate <> tax_minor ORDER BY id
    """,
}


@check("every order has lines and says when it was placed, cancelled and closed", over=["orders.Order"])
def orders_are_whole() -> Iterator[str]:
    life = Order.Lifecycle
    stamps = (
        Q(lifecycle=life.PLACED, cancelled_at__isnull=True)
        | Q(lifecycle=life.CANCELLED, cancelled_at__isnull=False)
        | Q(lifecycle=life.CLOSED, cancelled_at__isnull=True, closed_at__isnull=False)
    )
    has_lines = Exists(OrderLine.objects.filter(order=OuterRef("pk")))
    for pk, number, lifecycle in _named(Order.objects.exclude(stamps & has_lines), "lifecycle"):
        yield f"order {number} (id {pk}) is {lifecycle}, but its stamps or its lines do not say so"


@check("orders have the stock they were promised, and cancelled ones none", over=["inventory.Allocation"])
def orders_have_their_stock() -> Iterator[str]:
    promised = Sum(F("allocations__quantity") - F("allocations__released"))
    still_open = Sum(F("allocations__quantity") - F("allocations__shipped") - F("allocations__released"))
    lines = OrderLine.objects.filter(allocations__isnull=False).annotate(
        promised=promised, still_open=still_open
    )
    is_cancelled = Q(order__lifecycle=Order.Lifecycle.CANCELLED)
    wrong = lines.filter((is_cancelled & ~Q(still_open=0)) | (~is_cancelled & ~Q(promised=F("quantity"))))
    columns = ("pk", "sku", "order__number", "order__lifecycle", "quantity", "promised", "still_open")
    for line in wrong.order_by("pk").values(*columns).iterator():
        yield (
            f"order line {line['pk']} ({line['sku']} of order {line['order__number']}, {line['order__lifecycle']}): "
            f"{line['quantity']} ordered, {line['promised']} promised, {line['still_open']} still to leave"
        )


@check("every order has the mails that were promised with it, once", over=["shop.Message", "shop.Mail"])
def orders_have_their_mails() -> Iterator[str]:
    """Written down with the order; whether they went out is the outbox's business, and checked there."""
    placed = Exists(OrderEvent.objects.filter(order=OuterRef("pk"), kind="placed"))
    wanted = (
        ("order_received", Order.objects.filter(placed)),
        ("payment_confirmed", Order.objects.filter(placed, confirmed_at__isnull=False)),
    )
    for kind, orders in wanted:
        key = Concat(Value(f"mail:{kind}:"), Cast("pk", CharField()))
        written = Exists(Message.objects.filter(dedupe=OuterRef("key")))
        for pk, number in _named(orders.annotate(key=key).exclude(written)):
            yield f"order {number} (id {pk}): its mail “{kind}” was never written to the outbox"
    once = ("order_received", "payment_confirmed", "cancelled", "expired")
    twice = (
        Mail.objects.filter(kind__in=once).exclude(order_number="").order_by().values("order_number", "kind")
    )
    for row in twice.annotate(times=Count("pk")).filter(times__gt=1).iterator():
        yield f"order {row['order_number']}: its mail “{row['kind']}” exists {row['times']} times"


@check("mails that the outbox says are done were sent", over=["shop.Message", "shop.Mail"])
def mails_were_sent() -> Iterator[str]:
    """Only of orders that still are as the mail says: one that was overtaken by events is left out."""
    sent = Exists(Mail.objects.filter(dedupe=OuterRef("key"), state=Mail.State.SENT))
    done = Exists(Message.objects.filter(dedupe=OuterRef("message"), state=Message.State.DONE))
    orders = Order.objects.exclude(lifecycle=Order.Lifecycle.CANCELLED)
    for kind in ("order_received", "payment_confirmed"):
        pk = Cast("pk", CharField())
        keys = {"key": Concat(Value(f"{kind}:"), pk), "message": Concat(Value(f"mail:{kind}:"), pk)}
        for pk_, number in _named(orders.annotate(**keys).filter(done).exclude(sent)):
            yield f"order {number} (id {pk_}): its mail “{kind}” counts as done and was not sent"


def _named(orders, *columns: str) -> Iterator[tuple]:
    return orders.order_by("pk").values_list("pk", "number", *columns).iterator()
