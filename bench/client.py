"""A small HTTP client: one connection kept alive, cookies, forms. It stands for one visitor."""

from __future__ import annotations

import http.client
import re
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Unexpected(Exception):
    """The shop answered something that the bench did not count on."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


class Visitor:
    """`get` and `post` to one host. Redirects are answers; whoever asks decides to follow them."""

    def __init__(self, url: str, headers: dict[str, str] | None = None) -> None:
        parts = urlsplit(url)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self.headers = headers or {}
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, fields: dict[str, object], **headers: str) -> Answer:
        """Send a form, as a browser does from a page of the same origin."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin} | headers
        return self._ask("POST", path, urlencode(fields).encode(), headers)

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        headers = {"Accept-Encoding": "identity", **self.headers, **headers}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        started = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - started
        self._keep_cookies(response.headers.get_all("Set-Cookie") or [])
        found = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, found, content, seconds)

    def _keep_cookies(self, lines: list[str]) -> None:
        for line in lines:
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]

    def close(self) -> None:
        self.connection.close()


def expect(answer: Answer, status: int, what: str) -> Answer:
    if answer.status != status:
        raise Unexpected(f"{what}: {answer.status} instead of {status}\n{answer.text}")
    return answer


def form_token(answer: Answer) -> str:
    """The CSRF token in a page's first form."""
    found = TOKEN.search(answer.text)
    if not found:
        raise Unexpected("no form with a token in the page")
    return found[1]
