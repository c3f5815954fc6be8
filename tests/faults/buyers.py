"""Buyers over HTTP, as browsers send it. One whose request is lost waits a moment and sends the same form again."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.shopper import ADDRESS

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
HIDDEN = re.compile(r'name="(version|shown_total)"[^>]*value="(\d+)"')
ORDER = re.compile(r"/orders/([\w-]+)/")
PATIENCE_SECONDS = 120
AGAIN_AFTER_SECONDS = 0.2
LOST = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError, requests.Timeout)


@dataclass
class Buyer:
    """`with_script` buys as `pay.js` does, else as the forms alone do. What was promised to them is kept."""

    url: str
    bank_url: str
    number: int
    with_script: bool = True
    tokens: set[str] = field(default_factory=set)  # of the orders they were told of
    started: dict[str, str] | None = None  # what placing the order told the script about its payment
    is_paid: bool = False  # the bank said yes
    sent_again: int = 0
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.browser = requests.Session()
        self.browser.headers.update({"Origin": self.url, "Sec-Fetch-Site": "same-origin"})

    @property
    def email(self) -> str:
        return f"buyer{self.number}@example.com"

    # --- The way through the shop ----------------------------------------------------------------
    def fill(self, sku: str, method: str = "card") -> None:
        """Everything up to the last button."""
        self.post("/cart/add/", {"sku": sku, "quantity": 1})
        page = self.get("/checkout/")
        for section, answers in (
            ("contact", {"email": self.email}),
            ("delivery", {**ADDRESS, "shipping_method": "standard"}),
            ("payment", {"payment_method": method}),
        ):
            self.post(
                "/checkout/", {"section": section, "csrfmiddlewaretoken": _token(page), **answers}, expect=303
            )
            page = self.get("/checkout/")
        self.last_form = {
            "section": "place",
            "accept_terms": "on",
            "csrfmiddlewaretoken": _token(page),
            **dict(HIDDEN.findall(page.text)),
        }

    def place(self) -> str:
        """Press the last button; the order's token. Sent again it leads to the same order."""
        if self.with_script:
            answer = self.post("/checkout/", self.last_form, expect=200, Accept="application/json")
            leads_to, self.started = answer.json()["order_url"], answer.json()["started"]
        else:
            leads_to = self.post("/checkout/", self.last_form, expect=303).headers["Location"]
        found = ORDER.search(leads_to)
        assert found, f"placing led to {leads_to}"
        self.tokens.add(found[1])
        return found[1]

    def pay(self, token: str) -> dict[str, str]:
        """Ask for the payment and have the bank confirm it. The shop is told nothing."""
        started = self.started or self.start(token)
        intent = started["client_secret"].partition("_secret_")[0]
        card = {
            "key": started["publishable_key"],
            "client_secret": started["client_secret"],
            "payment_method": "pm_card_visa",
            "return_url": started["return_url"],
        }
        answer = requests.post(f"{self.bank_url}/v1/payment_intents/{intent}/confirm", data=card, timeout=60)
        assert answer.ok, answer.text
        self.is_paid = True
        return started

    def start(self, token: str) -> dict[str, str]:
        if self.with_script:
            proof = self.last_form["csrfmiddlewaretoken"]
        else:
            proof = _token(self.get(f"/orders/{token}/pay/"))
        fields = {"csrfmiddlewaretoken": proof}
        return self.post(f"/orders/{token}/pay/start/", fields, expect=200).json()

    def come_back(self, token: str) -> None:
        self.get(f"/orders/{token}/pay/return/", expect=302)
        self.get(f"/orders/{token}/")

    def buy(self) -> None:
        """From the last button to the order's page."""
        token = self.place()
        self.pay(token)
        self.come_back(token)

    # --- HTTP ------------------------------------------------------------------------------------
    def get(self, path: str, expect: int = 200, **headers: str) -> requests.Response:
        return self._insist("GET", path, None, expect, headers)

    def post(self, path: str, fields: dict[str, Any], expect: int = 303, **headers: str) -> requests.Response:
        return self._insist("POST", path, fields, expect, headers)

    def ask(self, method: str, path: str, fields: Any = None, **headers: str) -> requests.Response:
        """Once. Raises one of LOST when no answer comes."""
        return self.browser.request(
            method, f"{self.url}{path}", data=fields, headers=headers, allow_redirects=False, timeout=30
        )

    def _insist(
        self, method: str, path: str, fields: Any, expect: int, headers: dict[str, str]
    ) -> requests.Response:
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while (answer := self._answer(method, path, fields, headers)) is None:
            assert time.monotonic() < ends_at, f"{method} {path} was sent in vain for {PATIENCE_SECONDS} s"
            self.sent_again += 1
            time.sleep(AGAIN_AFTER_SECONDS)
        assert answer.status_code == expect, _told(method, path, answer)
        return answer

    def _answer(
        self, method: str, path: str, fields: Any, headers: dict[str, str]
    ) -> requests.Response | None:
        """None when it was lost, or the shop says that it is away for a moment."""
        try:
            answer = self.ask(method, path, fields, **headers)
        except LOST:
            return None
        return None if answer.status_code == 503 else answer


class Crowd:
    """Buyers at once, each in a thread. `wait` raises what went wrong for any of them."""

    def __init__(self, acts: list[Any]) -> None:
        self._problems: list[BaseException] = []
        self._threads = [threading.Thread(target=self._run, args=(act,), daemon=True) for act in acts]
        for thread in self._threads:
            thread.start()

    def _run(self, act: Any) -> None:
        try:
            act()
        except BaseException as problem:
            self._problems.append(problem)

    def wait(self, seconds: float = PATIENCE_SECONDS * 2) -> None:
        ends_at = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0, ends_at - time.monotonic()))
        assert not any(thread.is_alive() for thread in self._threads), "somebody is still buying"
        for problem in self._problems:
            raise problem


def _token(page: requests.Response) -> str:
    found = TOKEN.search(page.text)
    assert found, f"{page.url} has no form:\n{page.text[:2000]}"
    return found[1]


def _told(method: str, path: str, answer: requests.Response) -> str:
    return f"{method} {path}: {answer.status_code} {answer.headers.get('Location', '')}\n{answer.text[:3000]}"
