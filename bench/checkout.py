"""A guest buys by card, from the product page to the page of the paid order: with the shop's scripts, as nearly
everybody does, and section by section, page by page, as a browser does that runs none.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import time
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from bench import pages, processes
from bench.client import Answer, Unexpected, Visitor, expect, form_token
from bench.measuring import cpu_per_request, percentiles, together
from bench.meter import COUNT, PROCESS_MS, QUERIES, TALLY, Tally
from bench.pages import ROWS
from catalog.models import Variant
from orders.models import Order

HTMX = {"HX-Request": "true"}
HIDDEN = re.compile(r'<input type="hidden" name="(version|shown_total)" value="(\d+)"')
ORDER = re.compile(r"/orders/([\w-]+)/")
FLOOR = next(floor for floor in pages.floors() if floor.name == ROWS)
SCRIPTED = "with scripts"
PLAIN = "without scripts"
ALONE = "24-row view, alone"
SETTLE_SECONDS = 2  # for the last webhooks to arrive and be worked on
SECTIONS = {
    "contact": {"email": "guest@example.com"},
    "delivery": {
        "full_name": "Ana Guest",
        "line1": "Rua das Flores 12",
        "line2": "",
        "city": "Porto",
        "region": "",
        "postal_code": "4050-262",
        "country": "PT",
        "phone": "+351 912 345 678",
        "shipping_method": "standard",
    },
    "payment": {"payment_method": "card"},
    "place": {"accept_terms": "on"},
}


@dataclass
class Step:
    """One of the requests, a mean over all orders; background work that fell between two is counted here too."""

    cpu_ms: float = 0
    queries: int = 0


@dataclass
class Checkout:
    """Figures of one order, all its requests together; the sandbox and the worker are counted apart."""

    name: str
    shoppers: int
    orders_per_second: float = 0
    cpu_ms: float = 0
    floor_ms: float = 0  # of a 24-row view in the same traffic
    database_ms: float = 0
    sandbox_ms: float = 0
    worker_ms: float = 0
    requests: int = 0
    queries: int = 0
    p50_ms: float = 0
    p95_ms: float = 0
    steps: dict[str, Step] = field(default_factory=dict)  # where the CPU went, of one shopper alone
    ratios: dict[str, float] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)


class Shopper:
    """One guest with one browser. Every request is a named step, so that none is forgotten.

    After each step the floor is looked at. A processor that rested, or is shared with others, takes twice and three
    times as long for the same: what is seen between the steps of a checkout meets the same processor as they do.
    """

    def __init__(self, way: str, url: str, sandbox_url: str, *, counting: bool = False) -> None:
        self.way = way
        self.shop = Visitor(url, headers={COUNT: "1"} if counting else {})
        self.stripe = Visitor(sandbox_url)
        self.steps: dict[str, Step] = {}
        self.spent_ms = process_ms(self.shop.get("/bench/empty/"))

    def buy(self, slug: str, sku: str) -> str:
        """The token of the order, whose page was seen last."""
        self.get("product page", f"/p/{slug}/?variant={sku}")
        token = self.with_scripts(sku) if self.way == SCRIPTED else self.without_scripts(sku)
        self.get("order page", f"/orders/{token}/")
        return token

    def with_scripts(self, sku: str) -> str:
        """Over the drawer to the checkout, where each section answers with the next; the card is chosen already."""
        added = {"sku": sku, "quantity": 1}
        self.post("add to cart", "/cart/add/", added, 200, **HTMX)
        page = self.get("checkout", "/checkout/")
        for section in ("contact", "delivery"):
            page = self.post(f"checkout: {section}", "/checkout/", self.fields(page, section), 200, **HTMX)
        fields = self.fields(page, "place")
        placed = self.post("checkout: place", "/checkout/", fields, 200, Accept="application/json")
        answer = json.loads(placed.body)
        token = ORDER.search(answer["order_url"])[1]  # type: ignore[index]
        self.confirm(answer["started"])
        return token

    def without_scripts(self, sku: str) -> str:
        """Each form is posted, and a page comes back. Only the card needs a script: it is entered on a page of its own."""
        self.post("add to cart", "/cart/add/", {"sku": sku, "quantity": 1}, 303)
        self.get("cart", "/cart/")
        page = self.get("checkout", "/checkout/")
        for section in ("contact", "delivery", "payment"):
            self.post(f"checkout: {section}", "/checkout/", self.fields(page, section), 303)
            page = self.get(f"checkout after {section}", "/checkout/")
        placed = self.post("checkout: place", "/checkout/", self.fields(page, "place"), 303)
        token = ORDER.search(placed.location)[1]  # type: ignore[index]
        page = self.get("pay page", f"/orders/{token}/pay/")
        proof = {"csrfmiddlewaretoken": form_token(page)}
        started = self.post("pay: start", f"/orders/{token}/pay/start/", proof, 200)
        self.confirm(json.loads(started.body))
        return token

    def fields(self, page: Answer, section: str) -> dict[str, object]:
        """What the section's form holds, filled in."""
        hidden = dict(HIDDEN.findall(page.text)) if section == "place" else {}
        return {"section": section, "csrfmiddlewaretoken": form_token(page)} | hidden | SECTIONS[section]

    def confirm(self, answer: dict[str, str]) -> None:
        """At the provider, as its script does. The order's page, which comes next, asks for the outcome."""
        intent = answer["client_secret"].partition("_secret_")[0]
        card = {
            "key": answer["publishable_key"],
            "client_secret": answer["client_secret"],
            "payment_method": "pm_card_visa",
            "return_url": answer["return_url"],
        }
        expect(self.stripe.post(f"/v1/payment_intents/{intent}/confirm", card), 200, "confirming the card")

    def get(self, step: str, path: str, status: int = 200) -> Answer:
        return self._taken(step, expect(self.shop.get(path), status, path))

    def post(self, step: str, path: str, fields: dict[str, object], status: int, **headers: str) -> Answer:
        return self._taken(step, expect(self.shop.post(path, fields, **headers), status, path))

    def _taken(self, step: str, answer: Answer) -> Answer:
        now = process_ms(answer)
        self.steps[step] = Step(now - self.spent_ms, int(answer.headers.get(QUERIES.lower(), 0)))
        self.spent_ms = now
        path = FLOOR.paths[len(self.steps)]
        self.spent_ms = process_ms(expect(self.shop.get(path), 200, path))
        return answer

    def close(self) -> None:
        self.shop.close()
        self.stripe.close()


def process_ms(answer: Answer) -> float:
    """CPU of the web process up to this answer."""
    return float(answer.headers[PROCESS_MS.lower()])


def measure(options: argparse.Namespace) -> list[Checkout]:
    """Each number of shoppers in turn, on one server, with the floor measured there too."""
    web, bank = options.port, options.port + 1
    with (
        processes.sandbox(bank, f"http://127.0.0.1:{web}/webhooks/stripe/") as (sandbox_url, sandbox_pid),
        processes.worker() as worker_pid,
        processes.shop(web, page_cache=True, sandbox_url=sandbox_url) as url,
    ):
        goods = chosen_goods(options.orders)
        counted = {way: one_counted(way, url, sandbox_url, goods) for way in (SCRIPTED, PLAIN)}
        visit(url, goods)
        alone_ms = floor_of(url, options)
        found = []
        for way, shoppers in product(counted, map(int, options.shoppers.split(","))):
            checkout = Checkout(way, shoppers, limits={ROWS: 20} if way == SCRIPTED else {})
            steps = counted[way]
            checkout.requests, checkout.queries = len(steps), sum(step.queries for step in steps.values())
            _measure(checkout, url, sandbox_url, goods, options.orders, (sandbox_pid, worker_pid))
            checkout.ratios = {
                ROWS: checkout.cpu_ms / checkout.floor_ms,
                ALONE: checkout.cpu_ms / alone_ms,
            }
            for name, step in checkout.steps.items():
                step.queries = steps[name].queries
            found.append(checkout)
    return found


def chosen_goods(orders: int) -> list[tuple[str, str]]:
    """(slug, sku) of products from all over the catalogue, the same ones each time."""
    variants = Variant.objects.filter(position=0, levels__location__code="main").order_by("id")
    rows = list(variants.values_list("product__slug", "sku"))
    return random.Random(2).sample(rows, min(orders, len(rows)))


def one_counted(way: str, url: str, sandbox_url: str, goods: list[tuple[str, str]]) -> dict[str, Step]:
    """Buy a few times to warm up; the steps of the last time, with their queries counted."""
    for counting in (False, False, True):
        shopper = Shopper(way, url, sandbox_url, counting=counting)
        insist_on_paid([shopper.buy(*goods[0])])
        shopper.close()
    return shopper.steps


def visit(url: str, goods: list[tuple[str, str]]) -> None:
    """Each product's page was seen before, by whoever came first: else the first way to buy paid for the second."""
    visitor = Visitor(url)
    for slug, sku in goods:
        expect(visitor.get(f"/p/{slug}/?variant={sku}"), 200, slug)
    visitor.close()


def floor_of(url: str, options: argparse.Namespace) -> float:
    """Of one visitor who asks for nothing else."""
    samples = [cpu_per_request(url, FLOOR, options.requests)[0] for _ in range(options.rounds)]
    return statistics.median(samples)


def _measure(
    checkout: Checkout,
    url: str,
    sandbox_url: str,
    goods: list[tuple[str, str]],
    orders: int,
    pids: tuple[int, int | None],
) -> None:
    before, tally, began = spent(url, pids), tally_of(url), time.perf_counter()
    bought = buy_at_once(checkout, url, sandbox_url, [goods[number % len(goods)] for number in range(orders)])
    checkout.orders_per_second = orders / (time.perf_counter() - began)
    time.sleep(SETTLE_SECONDS)
    tally = tally_of(url) - tally
    web_ms, *others = [after - earlier for after, earlier in zip(spent(url, pids), before, strict=True)]
    insist_on_paid([one.token for one in bought])
    # What the server does around each request, and its own thread, is the same for all of them.
    around_ms = (web_ms - tally.requests_ms) / tally.requests
    checkout.floor_ms = tally.floors_ms / tally.floors + around_ms
    checkout.cpu_ms = (web_ms - tally.floors * checkout.floor_ms) / orders
    checkout.database_ms, checkout.sandbox_ms, checkout.worker_ms = (spent / orders for spent in others)
    checkout.p50_ms, checkout.p95_ms = percentiles([one.seconds for one in bought], 50, 95)
    if checkout.shoppers == 1:
        checkout.steps = {
            name: Step(statistics.mean(one.shopper.steps[name].cpu_ms for one in bought))
            for name in bought[0].shopper.steps
        }


class Bought(NamedTuple):
    shopper: Shopper
    token: str
    seconds: float


def buy_at_once(checkout: Checkout, url: str, sandbox_url: str, goods: list[tuple[str, str]]) -> list[Bought]:
    """One order for each of `goods`, by as many shoppers at once as the checkout is measured with."""
    bought: list[Bought] = []
    waiting = iter(goods)  # next() on it is atomic

    def shop(_number: int) -> None:
        for slug, sku in waiting:
            shopper = Shopper(checkout.name, url, sandbox_url)
            began = time.perf_counter()
            token = shopper.buy(slug, sku)
            bought.append(Bought(shopper, token, time.perf_counter() - began))
            shopper.close()

    together(shop, checkout.shoppers)
    return bought


def insist_on_paid(tokens: list[str]) -> None:
    """A checkout counts only if the order is there and its money is safe."""
    paid = Order.objects.filter(token__in=tokens, confirmed_at__isnull=False).count()
    if paid != len(tokens):
        raise Unexpected(f"{len(tokens)} guests bought, and {paid} orders are paid")


def tally_of(url: str) -> Tally:
    return Tally.read(asked(url).headers[TALLY.lower()])


def asked(url: str) -> Answer:
    visitor = Visitor(url)
    answer = visitor.get("/bench/empty/")
    visitor.close()
    return answer


def spent(url: str, pids: tuple[int, int | None]) -> tuple[float, ...]:
    """CPU so far, in milliseconds: the web process, the database, the sandbox, the worker."""
    return (
        process_ms(asked(url)),
        processes.database_cpu_ms(),
        *(processes.tree_cpu_ms(pid) for pid in pids),
    )
