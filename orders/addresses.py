"""Moved to accounts.addresses."""

from accounts.addresses import country_name

__all__ = ["country_name"]
