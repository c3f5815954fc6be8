"""What a request says of itself: anybody may write anything there."""

from urllib.parse import SplitResult, urlsplit


def parts_of(address: str) -> SplitResult:
    """The parts of an address that was sent to us; empty ones for what is no address, as `http://[`."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")
