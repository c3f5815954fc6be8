"""What a request says of itself: anybody may write anything there."""

from urllib.parse import SplitResult, urlsplit


def storable(text: str) -> str:
    """Text to look for: PostgreSQL refuses a NUL, and nothing that is stored holds one."""
    return text.replace("\x00", "")


def parts_of(address: str) -> SplitResult:
    """The parts of an address that was sent to us; empty ones for what is no address, as `http://[`."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")
