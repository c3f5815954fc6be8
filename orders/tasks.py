"""What can wait: mails about orders, expiry."""

from __future__ import annotations

from typing import Any

from orders import mails
from orders.actions.life import expire_orders
from orders.models import Order
from shop.mail import send_once
from shop.outbox import handles
from shop.periodic import every

__all__ = ["expire_unpaid_orders", "send_order_mail"]


@handles("orders.mail")
def send_order_mail(order: int, kind: str, name: str = "", **extra: Any) -> None:
    """Render the mail as things stand now and send it, once."""
    placed = Order.objects.prefetch_related("lines").get(pk=order)
    if not mails.is_still_true(placed, kind):
        return
    mail = mails.render_mail(kind, placed, **extra)
    send_once(
        f"{kind}:{order}" + (f":{name}" if name else ""),
        kind=kind,
        recipient=placed.email,
        language=placed.language,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        order_number=placed.number,
    )


@every(seconds=60)
def expire_unpaid_orders() -> None:
    expire_orders()
