"""Balance transactions, to read."""

from __future__ import annotations

from .listing import page
from .params import Text, read


def retrieve(sandbox, call) -> dict:
    """GET /v1/balance_transactions/…"""
    read(call.params, {})
    return sandbox.find("balance_transaction", call.ids[0])


def list_all(sandbox, call) -> dict:
    """GET /v1/balance_transactions"""
    return page(sandbox, call, "balance_transaction", {"source": Text()})
