"""Which cart a request is about. A guest's cart is named by a signed cookie, a customer's by who they are."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from orders.actions.life import take_back
from orders.models import Cart, Order
from shop import sql

COOKIE = "cart"
COUNT_COOKIE = "cart_count"  # read by a script to show the number on cached pages; says nothing else
COOKIE_DAYS = 90
_OF_GUEST = sql.Select(Cart, "WHERE token = %s AND user_id IS NULL")
_OF_CART = sql.Select(Order, "WHERE cart_id = %s")


def current_cart(request: HttpRequest, known: Order | None = None) -> Cart | None:
    """The cart to show: an open one, or one whose order still waits for its online payment.

    `known` is an order that was read already: it need not be read again if it is the cart's.
    """
    cart = _of_user(request) or _of_cookie(request)
    if cart is None or cart.is_open:
        return _in_language_of(request, cart)
    is_its_own = known is not None and known.cart_id == cart.pk
    return cart if (is_waiting(known) if is_its_own else waiting_order(cart)) else None


def _in_language_of(request: HttpRequest, cart: Cart | None) -> Cart | None:
    """A cart speaks the language of the page that it is on. What is posted from there keeps it: so will the order."""
    language = get_language() or settings.LANGUAGE_CODE
    if cart is not None and cart.language != language:
        cart.language = language
        if request.method == "POST":
            Cart.objects.filter(pk=cart.pk).update(language=language)
    return cart


def cart_to_change(request: HttpRequest) -> Cart:
    """The cart to put things into: the current one, taken back from an unpaid order, or a new one.

    A guest's new one is not stored yet. Raises Refused when an order's payment cannot be stopped just now.
    """
    cart = current_cart(request)
    if cart is not None and not cart.is_open:
        cart = take_back(cart)
    return _new_cart(request.user) if cart is None else cart


def _new_cart(user: Any) -> Cart:
    common = {
        "currency": settings.CURRENCY,
        "language": get_language() or settings.LANGUAGE_CODE,
        "country": settings.COUNTRY,
    }
    if not user.is_authenticated:
        return Cart(**common)
    # Stored at once: a customer has one, whatever their other tabs do.
    return Cart.objects.get_or_create(user=user, is_open=True, defaults={**common, "email": user.email})[0]


def waiting_order(cart: Cart) -> Order | None:
    """The order that this cart became, while its online payment is still to come."""
    order = _OF_CART.first(cart.pk)
    return order if is_waiting(order) else None


def is_waiting(order: Order | None) -> bool:
    return order is not None and order.is_payable and order.pays_online


def ordered(request: HttpRequest) -> Order | None:
    """The order that the shopper's last cart became, however it is paid: where a form sent twice leads."""
    cart = _of_user(request) or _of_cookie(request)
    return Order.objects.filter(cart=cart).first() if cart and not cart.is_open else None


def remember(response: HttpResponse, cart: Cart | None, count: int) -> HttpResponse:
    """Set the cookies that bring the shopper back to this cart."""
    age = COOKIE_DAYS * 86_400
    if cart is not None and cart.user_id is None:
        response.set_signed_cookie(
            COOKIE, cart.token, max_age=age, httponly=True, samesite="Lax", secure=settings.HTTPS
        )
    if count:
        response.set_cookie(COUNT_COOKIE, str(count), max_age=age, samesite="Lax", secure=settings.HTTPS)
    else:
        response.delete_cookie(COUNT_COOKIE)
    return response


def forget(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(COOKIE)
    response.delete_cookie(COUNT_COOKIE)
    return response


def guest_cart(request: HttpRequest) -> Cart | None:
    """The cart in the cookie, whoever is signed in: for merging at sign-in."""
    cart = _of_cookie(request)
    return cart if cart and cart.is_open else None


def _of_user(request: HttpRequest) -> Cart | None:
    if not request.user.is_authenticated:
        return None
    carts = Cart.objects.filter(user=request.user)
    return carts.filter(is_open=True).first() or carts.order_by("-updated_at").first()


def _of_cookie(request: HttpRequest) -> Cart | None:
    token = request.get_signed_cookie(COOKIE, default=None)
    return _OF_GUEST.first(token) if token else None
