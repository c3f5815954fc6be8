"""What can wait: webhooks, refunds, money that came too late, reconciliation."""

from __future__ import annotations

from payments.actions.inbox import process_event
from payments.actions.moving import carry_out_refund, close_attempts, refund_all
from payments.actions.reconcile import reconcile_since_last
from payments.actions.sync import sync
from payments.gateways import gateway_of
from payments.models import Attempt, InboxEvent, Refund
from shop.outbox import handles
from shop.periodic import every

__all__ = ["give_back", "process_webhook", "reconcile_often", "send_refund"]


@handles("payments.inbox")
def process_webhook(event: str) -> None:
    process_event(InboxEvent.objects.get(event_id=event))


@handles("payments.refund")
def send_refund(refund: int) -> None:
    carry_out_refund(Refund.objects.select_related("attempt__order").get(pk=refund))


@handles("payments.give_back")
def give_back(attempt: int) -> None:
    """Money for an order that cannot be had any more: the hold is let go, what was taken goes back."""
    late = Attempt.objects.select_related("order").get(pk=attempt)
    gateway_of(late.gateway).cancel(late)
    sync(late)
    refund_all(late.order, reason="late")
    close_attempts(late.order)


@every(seconds=120)
def reconcile_often() -> None:
    """So that a buyer who closed the tab has a paid order within five minutes, webhook or not."""
    reconcile_since_last()
