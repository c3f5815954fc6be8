"""What is done about money. `sync` is the only code that writes down what a provider says."""

from payments.actions.attempts import change_method, open_attempt, start_attempt
from payments.actions.inbox import process_event, receive_event
from payments.actions.moving import (
    capture_for,
    carry_out_refund,
    let_go,
    record_manual_payment,
    request_refund,
)
from payments.actions.reconcile import Report, reconcile
from payments.actions.sync import sync
from payments.sums import sums

__all__ = [
    "Report",
    "capture_for",
    "carry_out_refund",
    "change_method",
    "let_go",
    "open_attempt",
    "process_event",
    "receive_event",
    "reconcile",
    "record_manual_payment",
    "request_refund",
    "start_attempt",
    "sums",
    "sync",
]
