"""The API: who may ask, which function answers, and the rules every call shares."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from . import (
    balance,
    capturing,
    charges,
    confirming,
    disputes,
    events,
    faults,
    intents,
    keys,
    payment_methods,
    refunds,
)
from .errors import (
    BadParameter,
    CardError,
    NoSuchThing,
    NoSuchUrl,
    NotAuthenticated,
    ServerError,
    StripeError,
)
from .events import API_VERSION
from .expanding import expand
from .params import Listed, Text
from .store import new_id
from .wire import Answer, Request, json_answer

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type, idempotency-key, stripe-version",
    "Access-Control-Max-Age": "300",
}
SHOWN_TO_BROWSERS = (
    "id object amount automatic_payment_methods canceled_at cancellation_reason capture_method client_secret "
    "confirmation_method created currency description last_payment_error livemode next_action payment_method "
    "payment_method_types processing receipt_email setup_future_usage shipping status"
)


@dataclass
class Call:
    """One call as the endpoints see it."""

    path: str
    ids: list[str]
    params: dict
    is_browser: bool = False
    request_id: str = ""
    key: str | None = None
    delay_seconds: float = 0  # how late the answer goes out
    answer_lost: bool = False


@dataclass(frozen=True)
class Route:
    endpoint: Callable
    for_browsers: bool = False


ROUTES = {
    ("POST", "/v1/payment_intents"): Route(intents.create),
    ("GET", "/v1/payment_intents"): Route(intents.list_all),
    ("GET", "/v1/payment_intents/*"): Route(intents.retrieve, for_browsers=True),
    ("POST", "/v1/payment_intents/*"): Route(intents.update),
    ("POST", "/v1/payment_intents/*/confirm"): Route(confirming.confirm, for_browsers=True),
    ("POST", "/v1/payment_intents/*/capture"): Route(capturing.capture),
    ("POST", "/v1/payment_intents/*/cancel"): Route(intents.cancel),
    ("GET", "/v1/charges"): Route(charges.list_all),
    ("GET", "/v1/charges/*"): Route(charges.retrieve),
    ("POST", "/v1/refunds"): Route(refunds.create),
    ("GET", "/v1/refunds"): Route(refunds.list_all),
    ("GET", "/v1/refunds/*"): Route(refunds.retrieve),
    ("POST", "/v1/refunds/*"): Route(refunds.update),
    ("GET", "/v1/disputes"): Route(disputes.list_all),
    ("GET", "/v1/disputes/*"): Route(disputes.retrieve),
    ("POST", "/v1/disputes/*"): Route(disputes.update),
    ("POST", "/v1/disputes/*/close"): Route(disputes.close),
    ("GET", "/v1/events"): Route(events.list_all),
    ("GET", "/v1/events/*"): Route(events.retrieve),
    ("POST", "/v1/payment_methods"): Route(payment_methods.create, for_browsers=True),
    ("GET", "/v1/payment_methods/*"): Route(payment_methods.retrieve),
    ("GET", "/v1/balance_transactions"): Route(balance.list_all),
    ("GET", "/v1/balance_transactions/*"): Route(balance.retrieve),
}


def handle(sandbox, request: Request) -> Answer:
    """Answer a request under /v1/."""
    if request.method == "OPTIONS":
        return Answer(status=204, headers=CORS)
    request_id = new_id("req", 14)
    try:
        answer = _answer(sandbox, request, request_id)
    except StripeError as error:
        answer = json_answer(error.body(request_id), error.status)
    answer.headers = {**CORS, "Request-Id": request_id, "Stripe-Version": API_VERSION, **answer.headers}
    return answer


def _answer(sandbox, request: Request, request_id: str) -> Answer:
    parts = request.path.split("/")  # "", "v1", the collection, an id, a verb
    route = ROUTES.get((request.method, "/".join([*parts[:3], *("*" for _ in parts[3:4]), *parts[4:]])))
    params = {name: value for name, value in request.params.items() if name not in ("key", "_stripe_version")}
    is_browser = _authenticate(request, route)
    if route is None:
        raise NoSuchUrl(request.method, request.path)
    fault = faults.take(sandbox, request.method, request.path)
    if fault.kind == "refuse":
        return Answer(lost=True, cut=is_browser)
    call = Call(request.path, parts[3:4], params, is_browser, request_id)
    if request.method == "POST":
        call.key = request.headers.get("idempotency-key") or None
    if call.key and (replay := keys.begin(sandbox, call.key, request.path, params, request_id)):
        return replay
    answer = _work(sandbox, route, call, fault)
    if call.delay_seconds:
        time.sleep(call.delay_seconds)
        if call.key:
            keys.finish(sandbox, call.key)
    answer.lost, answer.cut = call.answer_lost or fault.kind == "lost", is_browser
    if call.key:
        answer.headers["Idempotency-Key"] = call.key
    return answer


def _work(sandbox, route: Route, call: Call, fault: faults.Fault) -> Answer:
    """Run the endpoint, its effects, its events and the stored answer in one transaction."""
    if fault.kind == "slow" and fault.before:
        time.sleep(fault.seconds)
    elif fault.kind == "slow":
        call.delay_seconds = fault.seconds
    try:
        if fault.kind == "500" and not fault.executes:
            raise ServerError
        with sandbox.calling(call), sandbox.store.transaction():
            status, payload = _execute(sandbox, route, call)
            if fault.kind == "500":
                error = ServerError()
                status, payload = error.status, error.body(call.request_id)
            body = json.dumps(payload, ensure_ascii=False).encode()
            if call.key:
                keys.keep(sandbox, call.key, status, body, running=call.delay_seconds > 0)
    except StripeError as error:
        status, body = error.status, json.dumps(error.body(call.request_id), ensure_ascii=False).encode()
        if call.key and error.executed:
            keys.keep(sandbox, call.key, status, body)
        elif call.key:
            keys.forget(sandbox, call.key)
    except BaseException:
        if call.key:
            keys.forget(sandbox, call.key)
        raise
    headers = {"Stripe-Should-Retry": "false"} if status == 500 and call.key else {}
    return Answer(body, status, headers=headers)


def _execute(sandbox, route: Route, call: Call) -> tuple[int, dict]:
    wanted = Listed(Text()).read(call.params.pop("expand", {}), "expand")
    if call.is_browser and call.ids:
        _check_secret(sandbox, call)
    try:
        thing = route.endpoint(sandbox, call)
    except CardError as refused:  # what led to it stays written down
        if call.is_browser and "payment_intent" in refused.extra:
            refused.extra["payment_intent"] = shown_to_browsers(refused.extra["payment_intent"])
        return refused.status, refused.body(call.request_id)
    if call.is_browser and thing["object"] == "payment_intent":
        thing = shown_to_browsers(thing)
    return 200, expand(sandbox, thing, wanted)


def shown_to_browsers(intent: dict) -> dict:
    """What an intent shows to whoever holds its client secret and a publishable key."""
    return {name: intent[name] for name in SHOWN_TO_BROWSERS.split()}


def _check_secret(sandbox, call: Call) -> None:
    intent = sandbox.find("payment_intent", call.ids[0], param="intent")
    secret = call.params.get("client_secret")
    if not isinstance(secret, str) or not hmac.compare_digest(
        secret.encode(), intent["client_secret"].encode()
    ):
        raise NoSuchThing("payment_intent", call.ids[0], param="intent")


def _authenticate(request: Request, route: Route | None) -> bool:
    """Whether a browser asks (publishable key). Raises NotAuthenticated unless it is a test key."""
    key = _key(request)
    if not key:
        raise NotAuthenticated(
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
    if key.startswith("pk_test_") and route and route.for_browsers:
        return True
    if key.startswith("pk_test_"):
        raise NotAuthenticated(
            "This API call cannot be made with a publishable API key. Please use a secret API key. You "
            "can find a list of your API keys at https://dashboard.stripe.com/account/apikeys."
        )
    if not key.startswith(("sk_test_", "rk_test_")):
        raise NotAuthenticated(f"Invalid API Key provided: {key[:8]}{'*' * 8}")
    version = request.headers.get("stripe-version", API_VERSION)
    if version != API_VERSION:
        raise BadParameter(f"Invalid Stripe API version: {version}. The sandbox speaks {API_VERSION} only.")
    return False


def _key(request: Request) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value).decode().partition(":")[0]
        except ValueError:
            return ""
    key = request.params.get("key", "")
    return key if isinstance(key, str) else ""
