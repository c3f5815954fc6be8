"""What payments refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shop.errors import Refused


class GatewayDown(Refused):
    """The provider cannot be reached or did not answer; nothing is known to have happened."""

    def __init__(self) -> None:
        super().__init__(
            _("The payment service does not answer right now. You have not been charged. Please try again.")
        )


class StoredFailure(GatewayDown):
    """The provider keeps answering a failure it stored under this key: another key is needed."""


class Declined(Refused):
    """The bank said no; the message says why in words."""


class HoldLapsed(Refused):
    """The bank's promise is gone, so nothing may be captured on it."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The hold on the customer's money has lapsed or was cancelled. Ask for a new payment before you ship."
            )
        )
