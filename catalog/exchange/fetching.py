"""A file by its address on the internet, from public hosts alone.

Whoever writes the address must not reach what only this machine can: each name is resolved once, every address that
it has must be public, and the connection goes to the one that was checked. A redirect is a new address.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urljoin, urlsplit

from django.utils.translation import gettext as _

from shop.errors import Refused

MAX_BYTES = 20_000_000
MAX_SECONDS = 10
MAX_REDIRECTS = 3
BLOCK = 1 << 16
_HIDING_V4 = [
    ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
]
Resolve = Callable[[str, int], list[str]]


def is_public(address: str) -> bool:
    """Whether the address is one of the open internet. An IPv4 address inside an IPv6 one counts as itself."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            found = found.ipv4_mapped
        elif any(found in net for net in _HIDING_V4):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def resolve(host: str, port: int) -> list[str]:
    """As the system does, "0x7f000001" and "2130706433" included, so that what is checked is what is meant."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class Fetcher:
    resolve: Resolve = resolve
    is_allowed: Callable[[str], bool] = is_public
    max_bytes: int = MAX_BYTES
    max_seconds: float = MAX_SECONDS

    def fetch(self, url: str) -> bytes:
        """The content. Raises Refused, at the latest when the time is up."""
        ends_at = monotonic() + self.max_seconds
        for _step in range(MAX_REDIRECTS + 1):
            content, location = self._visit(url, ends_at)
            if location is None:
                return content
            url = urljoin(url, location)
        raise Refused(_("The address leads on more than %(limit)s times.") % {"limit": MAX_REDIRECTS})

    def _visit(self, url: str, ends_at: float) -> tuple[bytes, str | None]:
        """The content, or where to look instead."""
        scheme, host, port, path = _parts(url)
        address = self._address(host, port, ends_at)
        connection = _Pinned(scheme, host, port, address, ends_at)
        try:
            return self._ask(connection, path, ends_at)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if monotonic() >= ends_at:
                raise _too_slow() from error
            raise Refused(_("The picture could not be fetched: %(why)s.") % {"why": error}) from error
        finally:
            connection.close()

    def _address(self, host: str, port: int, ends_at: float) -> str:
        """One address of the host; none, when any of them is not public."""
        found: list[str] = []
        # A name server may never answer, and the system's question has no time limit of its own.
        asking = threading.Thread(target=lambda: found.extend(self._asked(host, port)), daemon=True)
        asking.start()
        asking.join(max(0.0, ends_at - monotonic()))
        if not found:
            raise Refused(_("The host %(host)s is not known.") % {"host": host})
        if not all(map(self.is_allowed, found)):
            raise Refused(_("The host %(host)s is not a public one.") % {"host": host})
        return found[0]

    def _asked(self, host: str, port: int) -> list[str]:
        try:
            return self.resolve(host, port)
        except (OSError, UnicodeError):
            return []

    def _ask(self, connection: _Pinned, path: str, ends_at: float) -> tuple[bytes, str | None]:
        connection.request("GET", path, headers={"Accept": "image/*", "Accept-Encoding": "identity"})
        response = connection.getresponse()
        if response.status in (301, 302, 303, 307, 308):
            return b"", response.headers.get("Location", "")
        if response.status != 200:
            raise Refused(_("The host answered %(status)s.") % {"status": response.status})
        content = self._content(response, ends_at)
        if monotonic() >= ends_at:  # it was cut, perhaps in its headers, and only looks whole
            raise _too_slow()
        return content, None

    def _content(self, response: http.client.HTTPResponse, ends_at: float) -> bytes:
        blocks: list[bytes] = []
        left = self.max_bytes
        if (response.length or 0) > left:
            raise _too_large()
        while block := response.read1(BLOCK):
            left -= len(block)
            if left < 0:
                raise _too_large()
            blocks.append(block)
        if response.length and monotonic() < ends_at:
            raise Refused(_("The host broke off before the picture was whole."))
        return b"".join(blocks)


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, whatever its name resolves to by now.

    It is cut when the time is up: a host that sends a byte now and then never times out by itself.
    """

    def __init__(self, scheme: str, host: str, port: int, address: str, ends_at: float) -> None:
        left = max(0.1, ends_at - monotonic())
        super().__init__(host, port, timeout=left)
        self._is_secure, self._address = scheme == "https", address
        self._timer = threading.Timer(left, self._cut)
        self._timer.daemon = True

    def connect(self) -> None:
        self._timer.start()
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._is_secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def close(self) -> None:
        self._timer.cancel()
        super().close()

    def _cut(self) -> None:
        with suppress(OSError, AttributeError):  # it is closed already, or was never open
            self.sock.shutdown(socket.SHUT_RDWR)


def _parts(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path; nothing but http and https, and no password in it."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = parts.hostname or ""
        host = host if host.isascii() else host.encode("idna").decode()
    except (ValueError, UnicodeError) as error:
        raise Refused(_("“%(url)s” is not an address.") % {"url": url[:200]}) from error
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise Refused(_("“%(url)s” is not an address of the web.") % {"url": url[:200]})
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return parts.scheme, host, port, _quoted(path)


def _quoted(path: str) -> str:
    """Shops write spaces and letters of any script into addresses; a request has ASCII alone."""
    safe = (
        set(map(ord, "!#$%&'()*+,/:;=?@[]-._~"))
        | set(range(48, 58))
        | set(range(65, 91))
        | set(range(97, 123))
    )
    return "".join(chr(byte) if byte in safe else f"%{byte:02X}" for byte in path.encode())


def _too_large() -> Refused:
    return Refused(_("The picture is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1_000_000})


def _too_slow() -> Refused:
    return Refused(_("The host took longer than %(limit)s seconds.") % {"limit": MAX_SECONDS})
