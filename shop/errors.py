"""Refusals: what the shop says when it cannot do what was asked."""


class Refused(Exception):
    """The shop cannot do this. The message is fit to show to whoever asked."""


class IllegalTransition(Refused):
    """The thing is no longer in a state from which this can be done."""


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum: a bug, never something a shopper did."""
