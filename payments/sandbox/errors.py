"""Refusals in Stripe's own shape."""

from __future__ import annotations


class StripeError(Exception):
    """An answer other than 200. `extra` goes into the error object beside the usual fields."""

    status = 400
    type = "invalid_request_error"
    executed = True  # whether the endpoint had begun to work, so that an idempotency key keeps this answer

    def __init__(self, message: str, *, code: str | None = None, param: str | None = None, **extra):
        super().__init__(message)
        self.message, self.code, self.param, self.extra = message, code, param, extra

    def body(self, request_id: str) -> dict:
        error = {
            "code": self.code,
            "doc_url": f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
            if self.code
            else None,
            "message": self.message,
            "param": self.param,
            "request_log_url": f"https://dashboard.stripe.com/test/logs/{request_id}",
            "type": self.type,
            **self.extra,
        }
        return {"error": {name: value for name, value in error.items() if value is not None}}


class BadParameter(StripeError):
    """The parameters do not read: nothing began, and the same key may be used again."""

    executed = False


class UnexpectedState(StripeError):
    """The intent is in no state for this."""

    def __init__(self, message: str, intent: dict):
        super().__init__(message, code="payment_intent_unexpected_state", payment_intent=intent)


class NoSuchThing(StripeError):
    status = 404

    def __init__(self, kind: str, id: str, param: str = "id"):
        super().__init__(f"No such {kind}: '{id}'", code="resource_missing", param=param)


class NoSuchUrl(StripeError):
    status = 404
    executed = False

    def __init__(self, method: str, path: str):
        super().__init__(
            f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help "
            "at https://support.stripe.com/."
        )


class NotAuthenticated(StripeError):
    status = 401
    executed = False


class CardError(StripeError):
    """The bank said no. What was written down on the way stays written."""

    status = 402
    type = "card_error"


class RawCard(StripeError):
    """A server sent a card number, which none should ever see."""

    status = 402


class IdempotencyError(StripeError):
    type = "idempotency_error"
    executed = False


class KeyInUse(StripeError):
    status = 409
    executed = False

    def __init__(self, key: str):
        super().__init__(
            "There is currently another in-progress request using this Idempotent Key (that probably "
            f"means you submitted twice, and the other request is still going through): {key}. Please try "
            "again later.",
            code="idempotency_key_in_use",
        )


class ServerError(StripeError):
    status = 500
    type = "api_error"

    def __init__(self):
        super().__init__("An unknown error occurred")
