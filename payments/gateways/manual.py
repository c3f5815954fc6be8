"""Money that moves outside the shop's sight: bank transfer, cash on delivery, at pick-up. Staff say when it came."""

from __future__ import annotations

from payments.gateways.base import Started, Truth
from payments.models import Attempt, Capture, Refund


class ManualGateway:
    """There is nobody to ask: what was recorded is the truth."""

    def start(self, attempt: Attempt) -> Started:
        suffix = f"-{attempt.number}" if attempt.number > 1 else ""
        return Started(reference=f"{attempt.order.number}{suffix}")

    def fetch(self, attempt: Attempt) -> Truth:
        return Truth(
            amount_minor=attempt.amount_minor,
            currency=attempt.currency,
            order_token=attempt.order.token,
            state="manual",
            is_open=attempt.is_open,
        )

    def capture(self, capture: Capture, *, is_final: bool) -> None:
        """Nothing is held, so nothing is taken."""

    def cancel(self, attempt: Attempt) -> None:
        """Nothing is held; a transfer that comes all the same is given back by staff."""

    def refund(self, refund: Refund) -> str:
        """Staff pay it back by hand; the record says that they owe it."""
        return f"manual-{refund.uuid}"
