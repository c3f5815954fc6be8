"""Stripe: a PaymentIntent for each attempt, authorized in the browser, captured when goods leave."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

import requests
import stripe
from django.conf import settings
from django.utils.translation import gettext as _

from payments.errors import Declined, GatewayDown, HoldLapsed, StoredFailure
from payments.gateways.base import Fact, Started, Truth
from payments.models import Attempt, Capture, Event, Refund
from shop.errors import Refused

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")
Values = dict[str, Any]  # an object of Stripe's
QUICK_SECONDS = 1
CANCELLABLE = {"requires_payment_method", "requires_confirmation", "requires_action", "requires_capture"}


stripe.enable_telemetry = False  # nobody is told how long our requests take, or where we run


def http_client(base: str) -> stripe.HTTPClient:
    """The proxies that the environment names hold for the life of the process; nothing else there is looked at."""
    session = requests.Session()
    session.trust_env = False
    proxies: Any = requests.utils.get_environ_proxies(base)
    return stripe.RequestsClient(timeout=settings.STRIPE_TIMEOUT_SECONDS, session=session, proxy=proxies)


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> stripe.StripeClient:
    # `ask` asks again itself: the library would wait out the timeout twice while a shopper waits.
    return stripe.StripeClient(
        key, base_addresses={"api": base}, http_client=http_client(base), max_network_retries=0
    )


def client() -> stripe.StripeClient:
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


def request(method: str, path: str, **params: Any) -> Values:
    """The answer as plain values: the library's objects take longer to make than the request."""
    return client().raw_request(method, f"/v1/{path}", **params).data


class StripeGateway:
    def start(self, attempt: Attempt) -> Started:
        if reference := attempt.reference:
            intent = ask(lambda: request("get", f"payment_intents/{reference}"))
        else:
            intent = self._find(attempt) or self._create(attempt)
        return Started(intent["id"], intent.get("client_secret") or "")

    def _create(self, attempt: Attempt) -> Values:
        order = attempt.order
        params: Any = {
            "amount": attempt.amount_minor,
            "currency": attempt.currency.lower(),
            "payment_method_types": ["card"],
            "capture_method": "manual",
            "payment_method_options": {"card": {"request_multicapture": "if_available"}},
            "description": f"Order {order.number}",
            "metadata": {"order": order.token, "order_number": order.number, "attempt": str(attempt.number)},
        }
        key = attempt.idempotency_key
        return ask(lambda: request("post", "payment_intents", idempotency_key=key, **params))

    def _find(self, attempt: Attempt) -> Values | None:
        """The intent of an earlier try whose answer was lost. Only a try that failed before looks for it."""
        return ask(lambda: self._look_for(attempt)) if attempt.provider_state == "lost" else None

    def _look_for(self, attempt: Attempt) -> Values | None:
        since = int(attempt.created_at.timestamp()) - 60
        ours = {"order": attempt.order.token, "attempt": str(attempt.number)}
        intents = client().v1.payment_intents.list({"created": {"gte": since}, "limit": 100})
        for intent in intents.auto_paging_iter():
            metadata = intent.metadata.to_dict() if intent.metadata else {}
            if ours.items() <= metadata.items():
                return intent.to_dict()
        return None

    def fetch(self, attempt: Attempt) -> Truth:
        reference = attempt.reference or ""
        intent = ask(lambda: request("get", f"payment_intents/{reference}", expand=["latest_charge"]))
        refunds: list[Any] = []
        if intent["amount_received"]:
            params: Any = {"payment_intent": intent["id"], "limit": 100}
            refunds = ask(lambda: list(client().v1.refunds.list(params).auto_paging_iter()))
        return truth_of(intent, [refund.to_dict() for refund in refunds])

    def capture(self, capture: Capture, *, is_final: bool) -> None:
        params: Any = {"amount_to_capture": capture.amount_minor}
        if capture.attempt.is_multicapture:
            params["final_capture"] = is_final
        reference = capture.attempt.reference or ""
        try:
            ask(
                lambda: client().v1.payment_intents.capture(
                    reference, params, {"idempotency_key": f"capture:{capture.key}"}
                )
            )
        except stripe.InvalidRequestError as error:
            logger.warning("capture refused", extra={"intent": reference, "code": error.code})
            raise HoldLapsed() from error
        except stripe.CardError as error:
            raise HoldLapsed() from error

    def cancel(self, attempt: Attempt) -> None:
        if not attempt.reference:
            return
        reference = attempt.reference
        try:
            ask(lambda: client().v1.payment_intents.cancel(reference))
        except stripe.InvalidRequestError as error:
            intent = ask(lambda: client().v1.payment_intents.retrieve(reference))
            if intent.status == "processing":
                raise Refused(_("This order is being paid right now.")) from error
            # "canceled" is what we want; "succeeded" is for the caller, who looks at the truth next.

    def refund(self, refund: Refund) -> str:
        params: Any = {
            "payment_intent": refund.attempt.reference,
            "amount": refund.amount_minor,
            "metadata": {"refund": str(refund.uuid), "order": refund.attempt.order.token},
        }
        try:
            answer = ask(
                lambda: client().v1.refunds.create(params, {"idempotency_key": f"refund:{refund.uuid}"})
            )
        except stripe.InvalidRequestError as error:
            raise Declined(error.user_message or str(error)) from error
        return answer.id


def ask(call: Callable[[], Answer]) -> Answer:
    """Ask Stripe, and once more if it failed at once: a connection that was closed while nobody used it, a hiccup.

    Whatever leaves the outcome unknown is GatewayDown; a clear no stays Stripe's own error.
    """
    began = time.monotonic()
    try:
        return _ask_once(call)
    except StoredFailure:
        raise
    except GatewayDown as away:
        if time.monotonic() - began > QUICK_SECONDS or not _is_worth_another_try(away.__cause__):
            raise
    return _ask_once(call)


def _ask_once(call: Callable[[], Answer]) -> Answer:
    try:
        return call()
    except stripe.APIError as error:
        if (error.headers or {}).get("Idempotent-Replayed") == "true":
            raise StoredFailure() from error
        raise _away(error) from error
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.IdempotencyError) as error:
        raise _away(error) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        logger.error("stripe refuses our key", extra={"request": error.request_id})
        raise GatewayDown() from error


def _is_worth_another_try(error: BaseException | None) -> bool:
    """Stripe itself says when the same question would get the same answer."""
    if not isinstance(error, stripe.APIError | stripe.APIConnectionError):
        return False
    return (error.headers or {}).get("Stripe-Should-Retry") != "false"


def _away(error: stripe.StripeError) -> GatewayDown:
    logger.warning("stripe away", extra={"error": type(error).__name__, "request": error.request_id})
    return GatewayDown()


def truth_of(intent: Values, refunds: list[Values]) -> Truth:
    """A PaymentIntent, with its latest charge expanded, in the shop's terms."""
    charge = intent.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    at = _time(charge.get("created") or intent["created"])
    is_held = charge.get("status") == "succeeded"
    amount, captured, state = intent["amount"], intent.get("amount_received") or 0, intent["status"]
    is_released = state == "canceled" or (state == "succeeded" and captured < amount)
    return Truth(
        amount_minor=amount,
        currency=intent["currency"].upper(),
        order_token=(intent.get("metadata") or {}).get("order", ""),
        state=state,
        is_open=state not in {"canceled", "succeeded"},
        authorized=Fact(Event.Kind.AUTHORIZED, amount, charge["id"], at) if is_held else None,
        captured=Fact(Event.Kind.CAPTURED, captured, charge["id"], at) if is_held and captured else None,
        voided=Fact(Event.Kind.VOIDED, 0, intent["id"], _time(intent.get("canceled_at")) or at, _why(intent))
        if is_released
        else None,
        others=[*_failures(intent, at), *(fact for refund in refunds for fact in _refund_facts(refund))],
        card={"brand": card.get("brand") or "", "last4": card.get("last4") or ""} if card else {},
        capture_before=_time(card.get("capture_before")),
        is_multicapture=(card.get("multicapture") or {}).get("status") == "available",
    )


def _why(intent: Values) -> dict[str, str]:
    reason = intent.get("cancellation_reason")
    return {"reason": reason} if reason else {}


def _failures(intent: Values, at: datetime) -> list[Fact]:
    error = intent.get("last_payment_error")
    if not error:
        return []
    code, decline = error.get("code") or "", error.get("decline_code") or ""
    method = (error.get("payment_method") or {}).get("id", "")
    name = error.get("charge") or f"{intent['id']}:{code}:{method}"
    return [Fact(Event.Kind.FAILED, intent["amount"], name, at, {"code": code, "decline_code": decline})]


def _refund_facts(refund: Values) -> list[Fact]:
    at, amount, name = _time(refund["created"]), refund["amount"], refund["id"]
    data = {"refund": (refund.get("metadata") or {}).get("refund", "")}
    facts = [Fact(Event.Kind.REFUND_REQUESTED, amount, name, at, data)]
    if refund["status"] == "succeeded":
        facts.append(Fact(Event.Kind.REFUNDED, amount, name, at, data))
    elif refund["status"] in {"failed", "canceled"}:
        data = {**data, "reason": refund.get("failure_reason") or refund["status"]}
        facts.append(Fact(Event.Kind.REFUND_FAILED, amount, name, at, data))
    return facts


def _time(seconds: int | None) -> Any:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
