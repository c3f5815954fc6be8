"""Pictures by their addresses: public hosts alone, in time, of a size. The hosts here are threads of the test."""

import http.server
import socket
import threading
import time

import pytest

from catalog.exchange.fetching import Fetcher, is_public, resolve
from shop.errors import Refused


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x.jpg", "http://10.0.0.8/x.jpg", "http://169.254.169.254/latest/meta-data", "http://[::1]/x",
        "http://[::ffff:127.0.0.1]/x", "http://0x7f000001/x", "http://2130706433/x", "http://127.1/x", "http://0/x",
        "http://localhost/x", "http://192.168.0.1/x", "http://100.64.0.1/x", "http://[fd00::1]/x", "http://[fe80::1]/x",
        "http://[64:ff9b::7f00:1]/x", "http://[2002:7f00:1::]/x", "http://224.0.0.1/x", "http://255.255.255.255/x",
        "file:///etc/passwd", "gopher://127.0.0.1/x", "ftp://127.0.0.1/x", "//127.0.0.1/x", "http://", "http://[/x",
        "http://user:secret@127.0.0.1/x", "http://127.0.0.1:99999/x", "data:image/png;base64,AAAA",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused_at_once(url):  # reliability 53
    started = time.perf_counter()
    with pytest.raises(Refused):
        Fetcher().fetch(url)
    assert time.perf_counter() - started < 5


def test_public_addresses_are_public():
    assert all(
        map(is_public, ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
    )


def test_a_host_with_one_address_that_is_not_public_is_refused():
    fetcher = Fetcher(resolve=lambda host, port: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(Refused, match="not a public one"):
        fetcher.fetch("http://shop.example/x.jpg")


def test_a_name_is_resolved_once_and_the_address_pinned(host):  # reliability 53
    """The second answer of a name server that changes its mind is never asked for."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    asked = []

    def rebinding(name, port):
        asked.append(name)
        return next(answers)

    fetcher = Fetcher(resolve=rebinding, is_allowed=lambda address: address == "127.0.0.1")
    assert fetcher.fetch(f"http://shop.example:{host.port}/picture") == b"picture"
    assert asked == ["shop.example"]
    assert host.seen[0]["Host"] == f"shop.example:{host.port}"


# --- A host --------------------------------------------------------------------------------------
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append(self.headers)
        path = self.path.partition("?")[0]
        getattr(self, f"answer_{path.strip('/').split('/')[0]}")()

    def answer_picture(self):
        self._begin(200, [("Content-Length", "7")])
        self.wfile.write(b"picture")

    def answer_round(self):
        self._begin(302, [("Location", "/round"), ("Content-Length", "0")])

    def answer_to(self):
        target = self.path.partition("?")[2]
        self._begin(302, [("Location", target), ("Content-Length", "0")])

    def answer_gone(self):
        self._begin(404, [("Content-Length", "0")])

    def answer_huge(self):
        self._begin(200, [("Content-Length", str(10_000_000_000))])

    def answer_endless(self):
        self._begin(200, [("Connection", "close")])
        try:
            while True:
                self.wfile.write(b"x" * 65536)
        except OSError:
            self.close_connection = True

    def answer_slow(self):
        self._begin(200, [("Content-Length", "1000")])
        self._drip()

    def answer_half(self):
        self._begin(200, [("Content-Length", "1000")])
        self.wfile.write(b"half")
        self.close_connection = True

    def answer_slowheader(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        self._drip()

    def _drip(self):
        try:
            for _second in range(30):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            pass
        self.close_connection = True

    def _begin(self, status, headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def host():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.seen = []
    server.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def fetch(host):
    """Fetch a path of the host, which passes for a public one."""
    fetcher = Fetcher(is_allowed=lambda address: address == "127.0.0.1", max_bytes=1_000_000, max_seconds=1)
    return lambda path: fetcher.fetch(f"http://127.0.0.1:{host.port}/{path}")


def test_a_picture_is_fetched_also_by_a_redirect(host, fetch):
    assert fetch("picture?a=1 2") == b"picture"
    assert fetch("to?/picture") == b"picture"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("round", "more than 3 times"), ("gone", "answered 404"), ("huge", "larger than"), ("endless", "larger than"),
        ("slow", "longer than"), ("slowheader", "longer than"), ("half", "broke off"), ("to?http://10.0.0.1/", "public"),
        ("to?file:///etc/passwd", "not an address of the web"), ("to?http://[::1]:22/", "not a public one"),
    ],
)  # fmt: skip
def test_a_host_that_misbehaves_is_refused_in_time(fetch, path, why):  # reliability 53
    started = time.perf_counter()
    with pytest.raises(Refused, match=why):
        fetch(path)
    assert time.perf_counter() - started < 4


def test_a_host_that_does_not_answer_is_refused_in_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        fetcher = Fetcher(is_allowed=lambda address: True, max_seconds=0.5)
        started = time.perf_counter()
        with pytest.raises(Refused, match="longer than"):
            fetcher.fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/x")
        with pytest.raises(Refused, match="longer than"):  # nor greets on the secure line
            fetcher.fetch(f"https://127.0.0.1:{silent.getsockname()[1]}/x")
        assert time.perf_counter() - started < 4


def test_a_name_server_that_never_answers_is_refused_in_time():
    fetcher = Fetcher(resolve=lambda host, port: time.sleep(3) or [], max_seconds=0.3)
    with pytest.raises(Refused, match="not known"):
        fetcher.fetch("http://shop.example/x")


def test_numbers_are_resolved_as_the_system_does():
    assert resolve("2130706433", 80) == ["127.0.0.1"]
