"""From cart to order: once, whole, at the price that was shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalog.lines import LineFacts
from inventory import actions as inventory
from orders.basket import Basket, BasketLine
from orders.errors import CartChanged, EmptyCart, NotForSale
from orders.models import Cart, Order, OrderEvent, OrderLine
from orders.signals import DeliveryQuote, PaymentOption, order_placed
from pricing.calculator import Quote, QuoteLine
from shop import outbox, sql, writes
from shop.money import Money

_LOCKED = sql.Select(Cart, "WHERE id = %s", lock=True)


def place_order(
    basket: Basket, *, shown_total: Money, version: int, delivery: DeliveryQuote, payment: PaymentOption
) -> Order:
    """Turn a cart into an order and allocate its stock: all of it, or nothing.

    `basket` was read for this request; `version` and `shown_total` are what the shopper's page was drawn with.
    Twice gives the first order back. Raises EmptyCart, CartChanged, NotForSale, or OutOfStock (with the
    variant and what is free).
    """
    with transaction.atomic(), writes.gathered():
        return _place(basket, shown_total, version, delivery, payment)


def _place(
    basket: Basket, shown_total: Money, version: int, delivery: DeliveryQuote, payment: PaymentOption
) -> Order:
    cart = basket.cart
    locked = _LOCKED.first(cart.pk)
    if locked is None:  # merged into another
        raise CartChanged()
    if not locked.is_open and (placed := Order.objects.filter(cart=cart).first()):
        return placed
    if not locked.is_open or not locked.version == version == cart.version:
        raise CartChanged()
    _agree(basket, shown_total)
    cart.user_id = locked.user_id  # who may have signed in since
    order = _create(basket, delivery, payment)
    lines = _create_lines(order, basket)
    inventory.allocate(
        [(line.pk, line.variant_id, line.quantity) for line in lines],
        owner=cart.token,
        cause=f"order:{order.pk}",
        location_id=delivery.location_id,
    )
    writes.assign(locked, {"is_open": False, "held_until": None})
    writes.append(OrderEvent(order=order, kind="placed", data={"total": order.total_minor}))
    publish_mail(order, "order_received")
    order_placed.send(sender=None, order=order, payment=payment)
    return order


def publish_mail(order: Order, kind: str, *, name: str = "", **extra: Any) -> None:
    """Have a mail about the order sent after commit, once for its kind (and `name`, where a kind recurs)."""
    outbox.publish(
        "orders.mail",
        {"order": order.pk, "kind": kind, "name": name, **extra},
        dedupe=f"mail:{kind}:{order.pk}" + (f":{name}" if name else ""),
        aggregate=f"order-mail:{order.pk}",
    )


def _agree(basket: Basket, shown_total: Money) -> None:
    if basket.is_empty:
        raise EmptyCart()
    for line in basket.lines:
        if not line.is_for_sale:
            raise NotForSale(line.name)
    if basket.quote.total != shown_total:
        raise CartChanged(shown_total, basket.quote.total)


def _create(basket: Basket, delivery: DeliveryQuote, payment: PaymentOption) -> Order:
    cart, quote, now = basket.cart, basket.quote, timezone.now()
    due = timedelta(minutes=payment.due_minutes) if payment.due_minutes else None
    return writes.insert(
        Order(
            cart=cart,
            user_id=cart.user_id,
            email=cart.email,
            language=cart.language,
            **cart.address,
            **_amounts(quote),
            delivery_code=delivery.code,
            delivery_label=delivery.label,
            promised_from=delivery.promised_from,
            promised_to=delivery.promised_to,
            payment_method=payment.code,
            pays_online=payment.is_online,
            payment_due_at=now + due if due else None,
            terms_accepted_at=now,
            placed_at=now,
        )
    )


def _amounts(quote: Quote) -> dict[str, Any]:
    """The quote's answer, as the order keeps it."""
    delivery = quote.delivery_tax
    return {
        "currency": quote.currency,
        "tax_included": quote.tax_included,
        "subtotal_minor": quote.subtotal.minor,
        "delivery_minor": quote.delivery.fee_minor if quote.delivery else 0,
        "delivery_net_minor": delivery.net_minor if delivery else 0,
        "delivery_tax_minor": delivery.tax_minor if delivery else 0,
        "tax_minor": quote.tax.minor,
        "total_minor": quote.total.minor,
        "taxes": [
            {
                "name": tax.name,
                "millionths": tax.millionths,
                "net_minor": tax.net_minor,
                "tax_minor": tax.tax_minor,
            }
            for tax in quote.taxes
        ],
        "trace": list(quote.trace),
    }


def _create_lines(order: Order, basket: Basket) -> Sequence[OrderLine]:
    quoted = {line.key: line for line in basket.quote.lines}
    return writes.insert_all(
        [
            _line_of(order, position, line, line.facts, quoted[str(line.id)])
            for position, line in enumerate(basket.lines)
        ]
    )


def _line_of(order: Order, position: int, line: BasketLine, facts: LineFacts, quoted: QuoteLine) -> OrderLine:
    return OrderLine(
        order=order,
        variant_id=line.variant_id,
        position=position,
        sku=facts.sku,
        name=facts.name[:250],
        options_text=facts.options_text[:250],
        kind=facts.kind,
        tax_class=facts.tax_class,
        weight_g=facts.weight_g,
        picture=facts.thumb,
        product_url=facts.url[:250],
        currency=order.currency,
        unit_minor=quoted.unit_minor,
        quantity=quoted.quantity,
        subtotal_minor=quoted.subtotal_minor,
        net_minor=quoted.tax.net_minor,
        tax_minor=quoted.tax.tax_minor,
        tax_name=quoted.tax.name,
        tax_millionths=quoted.tax.millionths,
    )
