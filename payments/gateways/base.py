"""What the shop asks of a gateway, and the plain values it answers with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from payments.models import Attempt, Capture, Refund


@dataclass(frozen=True)
class Started:
    """An attempt as the provider knows it. `client_secret` goes to the shopper's browser, nowhere else."""

    reference: str
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Fact:
    """Something the provider says happened. (kind, provider_object) makes it the same fact twice."""

    kind: str
    amount_minor: int
    provider_object: str
    occurred_at: datetime
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Truth:
    """An attempt as the provider has it now. Amounts are cumulative, so a stale one adds nothing."""

    amount_minor: int
    currency: str
    order_token: str  # from the metadata we gave
    state: str
    is_open: bool  # money may still come of it
    authorized: Fact | None = None
    captured: Fact | None = None  # its amount is the sum captured so far
    voided: Fact | None = None  # its amount is ignored: all that was held and not captured is let go
    others: Sequence[Fact] = ()  # failures and refunds, each with its own amount
    card: dict[str, str] = field(default_factory=dict)
    capture_before: datetime | None = None
    is_multicapture: bool = False


class Gateway(Protocol):
    """Called with no transaction open. Raises GatewayDown when nothing is known to have happened."""

    def start(self, attempt: Attempt) -> Started:
        """Make the payment known to the provider, or find it again: the same attempt twice is one payment."""

    def fetch(self, attempt: Attempt) -> Truth:
        """What the provider says now."""

    def capture(self, capture: Capture, *, is_final: bool) -> None:
        """Take held money. Raises HoldLapsed when there is none any more."""

    def cancel(self, attempt: Attempt) -> None:
        """Let go of what is held and make sure nothing more can come. Refused while it is being paid."""

    def refund(self, refund: Refund) -> str:
        """Send money back; the provider's reference. Raises Declined with the reason when it will not."""
