"""The test cards: Stripe's own numbers, and two of the sandbox's."""

from __future__ import annotations

from dataclasses import dataclass

TRY_ANOTHER = "Your card was declined."


@dataclass(frozen=True)
class Decline:
    code: str
    decline_code: str | None
    message: str
    advice: str = "try_again_later"


GENERIC = Decline("card_declined", "generic_decline", TRY_ANOTHER)
NO_FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
LOST = Decline("card_declined", "lost_card", TRY_ANOTHER, "do_not_try_again")
STOLEN = Decline("card_declined", "stolen_card", TRY_ANOTHER, "do_not_try_again")
TOO_OFTEN = Decline("card_declined", "card_velocity_exceeded", TRY_ANOTHER)
EXPIRED = Decline("expired_card", None, "Your card has expired.", "confirm_card_data")
WRONG_CVC = Decline("incorrect_cvc", None, "Your card's security code is incorrect.", "confirm_card_data")
WRONG_NUMBER = Decline("incorrect_number", None, "Your card number is incorrect.", "confirm_card_data")
NOT_PROCESSED = Decline(
    "processing_error", None, "An error occurred while processing your card. Try again in a little bit."
)
LIVE_CARD = Decline(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test (live) card. For a list "
    "of valid test cards, visit: https://stripe.com/docs/testing.",
)
NEEDS_AUTHENTICATION = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
    "confirm_card_data",
)


@dataclass(frozen=True)
class Card:
    """What a test number does. `token` follows `pm_card_` in the ready-made payment methods."""

    number: str
    meaning: str
    token: str
    brand: str = "visa"
    decline: Decline | None = None
    three_d_secure: bool = False
    cvc_check: str = "pass"
    refunds: str = "succeeded"  # or "pending" first, or "failed" in the end
    disputed: bool = False
    slow: bool = False
    answer_lost: bool = False

    @property
    def last4(self) -> str:
        return self.number[-4:]


CARDS = (
    Card("4242424242424242", "Paid", "visa"),
    Card("5555555555554444", "Paid, Mastercard", "mastercard", "mastercard"),
    Card("378282246310005", "Paid, American Express", "amex", "amex"),
    Card("4000000000000002", "Declined", "visa_chargeDeclined", decline=GENERIC),
    Card(
        "4000000000009995",
        "Declined: not enough money",
        "visa_chargeDeclinedInsufficientFunds",
        decline=NO_FUNDS,
    ),
    Card("4000000000009987", "Declined: lost card", "visa_chargeDeclinedLostCard", decline=LOST),
    Card("4000000000009979", "Declined: stolen card", "visa_chargeDeclinedStolenCard", decline=STOLEN),
    Card(
        "4000000000006975",
        "Declined: too many attempts",
        "visa_chargeDeclinedVelocityLimitExceeded",
        decline=TOO_OFTEN,
    ),
    Card("4000000000000069", "Declined: expired card", "chargeDeclinedExpiredCard", decline=EXPIRED),
    Card(
        "4000000000000127",
        "Declined: wrong security code",
        "chargeDeclinedIncorrectCvc",
        decline=WRONG_CVC,
        cvc_check="fail",
    ),
    Card(
        "4000000000000119",
        "Declined: processing error",
        "chargeDeclinedProcessingError",
        decline=NOT_PROCESSED,
    ),
    Card("4000000000000101", "Paid, but the security code does not match", "cvcCheckFail", cvc_check="fail"),
    Card("4000000000000341", "Can be saved, declined when charged", "chargeCustomerFail", decline=GENERIC),
    Card("4000002500003155", "Asks for 3-D Secure", "authenticationRequiredOnSetup", three_d_secure=True),
    Card("4000002760003184", "Asks for 3-D Secure always", "authenticationRequired", three_d_secure=True),
    Card("4000000000003220", "Asks for 3-D Secure 2", "threeDSecure2Required", three_d_secure=True),
    Card(
        "4000008400001629",
        "Asks for 3-D Secure, then declined",
        "threeDSecureRequiredChargeDeclined",
        decline=GENERIC,
        three_d_secure=True,
    ),
    Card(
        "4000008260003178",
        "Asks for 3-D Secure, then not enough money",
        "authenticationRequiredChargeDeclinedInsufficientFunds",
        decline=NO_FUNDS,
        three_d_secure=True,
    ),
    Card("4000000000007726", "Paid; its refunds are pending first", "pendingRefund", refunds="pending"),
    Card("4000000000005126", "Paid; its refunds fail in the end", "refundFail", refunds="failed"),
    Card("4000000000000259", "Paid, then disputed", "createDispute", disputed=True),
    Card("4000000000009235", "Paid, answers after 8 seconds (sandbox only)", "sandboxSlow", slow=True),
    Card("4000000000009243", "Paid, but the answer is lost (sandbox only)", "sandboxLost", answer_lost=True),
)
BY_NUMBER = {card.number: card for card in CARDS}
BY_TOKEN = {f"pm_card_{card.token}".replace("_visa_", "_"): card for card in CARDS}


def with_token(id: str) -> Card | None:
    """The card behind `pm_card_…`; `pm_card_visa_` and `pm_card_` mean the same before a decline."""
    return BY_TOKEN.get(id.replace("pm_card_visa_", "pm_card_"))


def with_number(number: str) -> Card:
    """The card of this number. An unknown number is declined, as a real card is in test mode."""
    digits = "".join(number.split()).replace("-", "")
    if card := BY_NUMBER.get(digits):
        return card
    decline = LIVE_CARD if is_luhn_valid(digits) else WRONG_NUMBER
    return Card(digits, "Not a test card", "", brand_of(digits), decline=decline)


def is_luhn_valid(digits: str) -> bool:
    if not (digits.isascii() and digits.isdigit() and 12 <= len(digits) <= 19):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def brand_of(digits: str) -> str:
    if digits.startswith("4"):
        return "visa"
    if digits[:2] in ("34", "37"):
        return "amex"
    return "mastercard" if digits[:1] in ("5", "2") else "unknown"
