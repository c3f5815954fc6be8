"""Why a card was refused, in words."""

from django.utils.translation import gettext as _

from orders.models import Order
from payments.models import Event


def last_decline(order: Order) -> str:
    """Why the newest try came to nothing; "" when it did not, or when the order is not waiting any more."""
    last = Event.objects.filter(attempt__order=order).order_by("-id").first() if order.is_payable else None
    return decline_words(last) if last and last.kind == Event.Kind.FAILED else ""


def decline_words(event: Event) -> str:
    """Why a card was refused, for the shopper: what happened and what to do next."""
    words = {
        "insufficient_funds": _("There is not enough money on this card. Try another card."),
        "lost_card": _("The bank refused this card. Try another card."),
        "stolen_card": _("The bank refused this card. Try another card."),
        "expired_card": _("This card has expired. Try another card."),
        "incorrect_cvc": _("The security code is wrong. Check the three digits and try again."),
        "processing_error": _("The bank could not process the payment. Try again in a minute."),
        "authentication_required": _(
            "Your bank wants you to confirm this payment. Try again and confirm it."
        ),
        "payment_intent_authentication_failure": _(
            "The payment was not confirmed with your bank. Try again."
        ),
    }
    for key in (event.data.get("decline_code"), event.data.get("code")):
        if key in words:
            return words[key]
    return _("The bank refused the payment without giving a reason. Try another card or another way to pay.")
