"""Check every chain of hashes from its start: the audit trail, and what apps keep in chains of their own."""

from __future__ import annotations

from typing import Any

from shop.integrity import CHAIN, checks
from shop.management.commands.verify_integrity import Command as VerifyIntegrity


class Command(VerifyIntegrity):
    help = (
        "Checks the chains of the audit trail and of the payment events. Exits 1 and names the first bad row."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.verify(checks(CHAIN), as_json=options["json"])
