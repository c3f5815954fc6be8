"""Someone who runs the demo store, and someone who buys there."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User

STAFF = "staff@forma.example"
CUSTOMER = "customer@forma.example"
PASSWORD = "forma-demo-2026"  # noqa: S105 - printed at every start of the demo, and good for nothing else


@transaction.atomic
def load(store: dict[str, Any]) -> None:
    if not User.objects.filter(email=STAFF).exists():
        User.objects.create_superuser(STAFF, PASSWORD, full_name="Inês Duarte")
    if not User.objects.filter(email=CUSTOMER).exists():
        User.objects.create_user(CUSTOMER, PASSWORD, full_name="Anna Novak").trust_address()
