"""Confirming an intent: authenticate the buyer if the card asks for it, then ask the bank."""

from __future__ import annotations

from . import charges, disputes, payment_methods
from .accepted import CONFIRM, set_card_options
from .cards import NEEDS_AUTHENTICATION, Card, Decline
from .errors import BadParameter, CardError, UnexpectedState
from .events import record
from .params import read
from .store import new_id

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
AUTHENTICATION_FAILED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new "
    "PaymentMethod to attempt to fulfill this PaymentIntent again."
)


def confirm(sandbox, call) -> dict:
    """POST /v1/payment_intents/…/confirm, from the shop or, with the client secret, from the browser."""
    given = read(call.params, CONFIRM)
    intent = sandbox.find("payment_intent", call.ids[0], param="intent")
    return confirm_with(sandbox, intent, given, call)


def confirm_with(sandbox, intent: dict, given: dict, call) -> dict:
    """Try to pay `intent`. Raises UnexpectedState, or CardError once the refusal has been written down."""
    _check_state(intent)
    _check_return_url(intent, given, call)
    method = _method(sandbox, intent, given, call)
    for name in ("receipt_email", "shipping", "capture_method"):
        if name in given:
            intent[name] = given[name]
    set_card_options(intent, given)
    card = payment_methods.card_of(sandbox, method)
    sandbox.slow_down(card)
    asked = intent["payment_method_options"]["card"]["request_three_d_secure"] != "automatic"
    if not (card.three_d_secure or asked):
        return pay(sandbox, intent, method, card)
    if given.get("off_session") or given.get("error_on_requires_action"):
        raise _refused(sandbox, intent, method, NEEDS_AUTHENTICATION, charge=None)
    return _ask_for_authentication(sandbox, intent, method, given)


def pay(sandbox, intent: dict, method: dict, card: Card) -> dict:
    """Ask the bank and write down what it says. Raises CardError if it says no."""
    options = intent["payment_method_options"]["card"]
    hold = "manual" in (intent["capture_method"], options.get("capture_method"))
    multicapture = (
        hold and options.get("request_multicapture") == "if_available" and sandbox.has_multicapture()
    )
    charge = charges.attempt(sandbox, intent, method, card, hold=hold, multicapture=multicapture)
    intent["latest_charge"] = charge["id"]
    if card.decline:
        record(sandbox, "charge.failed", charge)
        raise _refused(sandbox, intent, method, card.decline, charge=charge["id"])
    intent.update(
        payment_method=method["id"],
        next_action=None,
        last_payment_error=None,
        status="requires_capture" if hold else "succeeded",
        amount_capturable=intent["amount"] if hold else 0,
        amount_received=0 if hold else intent["amount"],
    )
    sandbox.store.put(intent)
    record(sandbox, "charge.succeeded", charge)
    if not hold:
        disputes.open_if_bound(sandbox, charge)
    record(sandbox, f"payment_intent.{'amount_capturable_updated' if hold else 'succeeded'}", intent)
    return intent


def authenticated(sandbox, intent_id: str, accepted: bool) -> dict:
    """The buyer finished the bank's challenge. Returns the intent as it is then, declined or not."""
    intent = sandbox.find("payment_intent", intent_id, param="intent")
    if intent["status"] != "requires_action":
        return intent  # answered twice, or canceled meanwhile
    method = sandbox.store.get(intent["payment_method"])
    if not accepted:
        error = {
            "code": "payment_intent_authentication_failure",
            "doc_url": "https://stripe.com/docs/error-codes/payment-intent-authentication-failure",
            "message": AUTHENTICATION_FAILED,
            "payment_method": method,
            "type": "invalid_request_error",
        }
        _set_back(sandbox, intent, error)
        return intent
    try:
        return pay(sandbox, intent, method, payment_methods.card_of(sandbox, method))
    except CardError:
        return sandbox.store.get(intent_id)


def _check_state(intent: dict) -> None:
    status = intent["status"]
    if status == "succeeded":
        raise UnexpectedState(
            "You cannot confirm this PaymentIntent because it has already succeeded after being previously "
            "confirmed.",
            intent,
        )
    if status not in OPEN:
        raise UnexpectedState(
            f"You cannot confirm this PaymentIntent because it has a status of {status}. Only a "
            f"PaymentIntent with one of the following statuses may be confirmed: {', '.join(OPEN)}.",
            intent,
        )


def _check_return_url(intent: dict, given: dict, call) -> None:
    automatic = intent["automatic_payment_methods"]
    if call.is_browser or not automatic or automatic["allow_redirects"] == "never" or "return_url" in given:
        return
    raise BadParameter(
        "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because "
        "some of these payment methods might redirect your customer off of your page, you must provide a "
        "`return_url`. If you don't want to accept redirect-based payment methods, set "
        "`automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` "
        "to `never` when creating Setup Intents and Payment Intents.",
        param="return_url",
    )


def _method(sandbox, intent: dict, given: dict, call) -> dict:
    if data := given.get("payment_method_data"):
        return payment_methods.from_data(sandbox, data, call.is_browser)
    if id := given.get("payment_method") or intent["payment_method"]:
        return payment_methods.from_id(sandbox, id)
    raise UnexpectedState(
        "You cannot confirm this PaymentIntent because it's missing a payment method. You can either "
        "update the PaymentIntent with a payment method and then confirm it again, or confirm it again "
        "directly with a payment method or ConfirmationToken.",
        intent,
    )


def _ask_for_authentication(sandbox, intent: dict, method: dict, given: dict) -> dict:
    url = f"{sandbox.url}/_sandbox/3ds/{intent['id']}"
    return_url = given.get("return_url")
    if return_url and not given.get("use_stripe_sdk"):
        action = {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}
    else:
        sdk = {"type": "three_d_secure_redirect", "stripe_js": url, "source": new_id("src")}
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": sdk}
    intent.update(status="requires_action", payment_method=method["id"], next_action=action)
    sandbox.store.put(intent, return_url=return_url)
    record(sandbox, "payment_intent.requires_action", intent)
    return intent


def _refused(sandbox, intent: dict, method: dict, decline: Decline, charge: str | None) -> CardError:
    error = {
        "advice_code": decline.advice,
        "charge": charge,
        "code": decline.code,
        "decline_code": decline.decline_code,
        "doc_url": f"https://stripe.com/docs/error-codes/{decline.code.replace('_', '-')}",
        "message": decline.message,
        "payment_method": method,
        "payment_method_type": "card",
        "type": "card_error",
    }
    error = {name: value for name, value in error.items() if value is not None}
    _set_back(sandbox, intent, error)
    told = {
        name: error[name]
        for name in ("advice_code", "charge", "decline_code", "payment_method")
        if name in error
    }
    return CardError(decline.message, code=decline.code, **told, payment_intent=intent)


def _set_back(sandbox, intent: dict, error: dict) -> None:
    """The attempt failed: the intent asks for another payment method."""
    intent.update(
        status="requires_payment_method", payment_method=None, next_action=None, last_payment_error=error
    )
    sandbox.store.put(intent)
    record(sandbox, "payment_intent.payment_failed", intent)
