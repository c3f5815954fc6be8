"""Paying an order: the page with the provider's form, the way back from the bank, and the provider's calls."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import stripe
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders.finding import order_by_token
from orders.models import Order
from payments import actions, options
from payments.declines import last_decline
from payments.errors import GatewayDown
from payments.looking import look
from payments.starting import start_payment
from shop.errors import Refused

logger = logging.getLogger(__name__)
TOLERANCE_SECONDS = 300
EVENT_ID = re.compile(r"[!-~]{1,100}")
LAST_SECOND = 2**33  # a time that a database holds


@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Pay an order that waits for its money, from the checkout or from a mail; POST chooses another way."""
    order = order_by_token(token)
    if not order.is_payable:
        return redirect(order)
    if request.method == "POST":
        return _choose(request, order)
    if order.pays_online and not look(order).is_payable:
        return redirect(order)
    return _page(request, order)


def _choose(request: HttpRequest, order: Order) -> HttpResponse:
    wanted = request.POST.get("method") or request.POST.get("payment_method", "")
    usable = {option.code: option for option in options.options_for_order(order) if not option.refusal}
    if wanted not in usable:
        return _page(
            request,
            order,
            error=_("This way to pay is not available for this order. Choose another one."),
            status=422,
        )
    try:
        changed = actions.change_method(order, usable[wanted])
    except Refused as refusal:
        order.refresh_from_db()
        return _page(request, order, error=str(refusal), status=409)
    response = redirect("payments:pay" if changed.pays_online else "orders:order", order.token)
    response.status_code = 303
    return response


@require_POST
def start(request: HttpRequest, token: str) -> JsonResponse:
    """For the script on the page: the secret that lets this browser confirm the payment."""
    order = order_by_token(token)
    try:
        return JsonResponse(start_payment(request, order))
    except Refused as refusal:
        status = 503 if isinstance(refusal, GatewayDown) else 409
        return JsonResponse({"error": str(refusal), "order_url": order.get_absolute_url()}, status=status)


@require_GET
def returned(request: HttpRequest, token: str) -> HttpResponse:
    """Back from the bank, in whatever browser. What the address says is not believed: the provider is asked."""
    order = look(order_by_token(token))
    target = "payments:pay" if order.is_payable and last_decline(order) else "orders:order"
    return redirect(target, order.token)


def _page(request: HttpRequest, order: Order, *, error: str = "", status: int = 200) -> HttpResponse:
    context = {
        "order": order,
        "options": options.options_for_order(order),
        "decline": last_decline(order),
        "bank": options.bank_details(order) if order.payment_method == "bank_transfer" else None,
        "payment": payment_form(order.total.minor, order.currency) if order.pays_online else None,
        "error": error,
    }
    response = render(request, "payments/pay.html", context, status=status)
    response._csp_update = settings.PAYMENT_CSP
    return response


def payment_form(amount_minor: int, currency: str) -> dict[str, Any]:
    """What the provider's script needs to draw its form before there is a payment (a deferred intent)."""
    return {
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "js_url": settings.STRIPE_JS_URL,
        "amount": amount_minor,
        "currency": currency.lower(),
        "locale": get_language() or "en",
    }


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponseBase:
    """Verify the raw body, store the event, answer. What is done about it comes after the answer."""
    secrets = [secret for secret in settings.STRIPE_WEBHOOK_SECRETS if secret]
    if not secrets:
        logger.error("webhook refused: no secret is configured")
        return HttpResponse(status=503)
    payload = _verified(request.body, request.headers.get("Stripe-Signature", ""), secrets)
    if payload is None:
        logger.warning("webhook refused: bad signature")
        return HttpResponse(status=400)
    if bool(payload.get("livemode")) != settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_")):
        logger.warning("webhook of the other mode", extra={"event": payload.get("id")})
        return HttpResponse(status=200)
    actions.receive_event(payload)
    return HttpResponse(status=200)


def _verified(body: bytes, signature: str, secrets: list[str]) -> dict[str, Any] | None:
    """The event, if one of our secrets signed these very bytes within the last five minutes."""
    if not signature.isascii():
        return None
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(body.decode(), signature, secret, TOLERANCE_SECONDS)
            payload = json.loads(body)
        except (stripe.SignatureVerificationError, ValueError):
            continue
        return payload if _is_event(payload) else None
    return None


def _is_event(payload: Any) -> bool:
    """What the provider signs always is one; another who holds the secret is told so before anything is stored."""
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("id"), str)
        and bool(EVENT_ID.fullmatch(payload["id"]))
        and isinstance(payload.get("type"), str)
        and isinstance(payload.get("created"), int)
        and 0 < payload["created"] < LAST_SECOND
        and isinstance(payload.get("data"), dict)
        and isinstance(payload["data"].get("object"), dict)
    )
