"""The cart: look, add, change, remove, undo."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orders import actions
from orders.basket import Basket
from orders.carts import cart_to_change, current_cart, remember, waiting_order
from orders.estimate import estimate
from orders.forms import AddForm, QuantityForm
from orders.models import Cart, CartLine
from shop.errors import Refused
from shop.middleware.same_origin import same_origin_post

UNDO_SALT = "cart-undo"
UNDO_SECONDS = 3600


@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    return _page(request, current_cart(request))


@same_origin_post
@require_POST
def cart_add(request: HttpRequest) -> HttpResponse:
    """Put a thing into the cart. From a cached page, so a same-origin proof may stand for the token."""
    form = AddForm(request.POST)
    if not form.is_valid():
        return _refuse_to_add(
            request, " ".join(form.errors.get("quantity", [_("No such article. Please choose it again.")]))
        )
    try:
        shopper_cart = cart_to_change(request)
        line = actions.add_line(shopper_cart, form.cleaned_data["sku"], form.cleaned_data["quantity"])
    except Refused as refusal:
        return _refuse_to_add(request, str(refusal))
    if request.htmx:
        basket = Basket.of(shopper_cart)
        added = next((found for found in basket.lines if found.id == line.pk), None)  # else removed by a tab
        response = render(request, "orders/_cart_drawer.html", {"cart": basket, "added": added})
        return remember(response, shopper_cart, basket.count)
    messages.success(request, _("Added to your cart."))
    return _back_to_the_cart(shopper_cart)


@require_POST
def cart_line(request: HttpRequest, line_id: int) -> HttpResponse:
    """Change how many, or remove with 0."""
    form = QuantityForm(request.POST)
    shopper_cart = current_cart(request)
    if shopper_cart is None or not shopper_cart.lines.filter(pk=line_id).exists():
        raise Http404
    if not form.is_valid():
        return _refuse(request, shopper_cart, " ".join(form.errors["quantity"]))
    try:
        shopper_cart = cart_to_change(request)
        changed = actions.set_quantity(shopper_cart, line_id, form.cleaned_data["quantity"])
    except Refused as refusal:
        return _refuse(request, current_cart(request), str(refusal))
    removed = changed if form.cleaned_data["quantity"] == 0 else None
    if request.htmx:
        return _page(request, shopper_cart, undo=_undo_token(removed) if removed else "")
    response = _back_to_the_cart(shopper_cart)
    if removed:
        response.set_cookie(
            "undo",
            _undo_token(removed),
            max_age=60,
            httponly=True,
            samesite="Lax",
            secure=settings.HTTPS,
        )
    return response


@require_POST
def cart_undo(request: HttpRequest) -> HttpResponse:
    """Bring back what was removed."""
    try:
        variant_id, quantity, _name = signing.loads(
            request.POST.get("undo", ""), salt=UNDO_SALT, max_age=UNDO_SECONDS
        )
        shopper_cart = cart_to_change(request)
        actions.restore_line(shopper_cart, variant_id, quantity)
    except (signing.BadSignature, ValueError, TypeError):
        return _refuse(request, current_cart(request), _("This can no longer be undone."))
    except Refused as refusal:
        return _refuse(request, current_cart(request), str(refusal))
    if request.htmx:
        return _page(request, shopper_cart)
    return _back_to_the_cart(shopper_cart)


def _back_to_the_cart(shopper_cart: Cart) -> HttpResponse:
    response = redirect("orders:cart")
    response.status_code = 303
    return remember(response, shopper_cart, shopper_cart.count())


def _page(
    request: HttpRequest,
    shopper_cart: Cart | None,
    *,
    undo: str | None = None,
    status: int = 200,
    error: str = "",
) -> HttpResponse:
    basket = Basket.of(shopper_cart) if shopper_cart else None
    context: dict[str, Any] = {
        "cart": basket,
        "estimate": estimate(basket) if basket and not basket.is_empty else None,
        "unpaid_order": waiting_order(shopper_cart) if shopper_cart and not shopper_cart.is_open else None,
        "undo": _undo(request.COOKIES.get("undo", "") if undo is None else undo),
        "error": error,
    }
    template = "orders/_cart.html" if request.htmx and not request.htmx.boosted else "orders/cart.html"
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    response.delete_cookie("undo")
    return remember(response, shopper_cart, basket.count if basket else 0)


def _refuse(request: HttpRequest, shopper_cart: Cart | None, message: str) -> HttpResponse:
    """The cart as it is, and why it was not changed."""
    return _page(request, shopper_cart, status=422, error=message)


def _refuse_to_add(request: HttpRequest, message: str) -> HttpResponse:
    """Where the drawer would have opened, it opens with the reason; else the cart says it."""
    shopper_cart = current_cart(request)
    if not request.htmx:
        return _refuse(request, shopper_cart, message)
    basket = Basket.of(shopper_cart) if shopper_cart else None
    return render(request, "orders/_cart_drawer.html", {"cart": basket, "error": message}, status=422)


def _undo_token(line: CartLine) -> str:
    return signing.dumps([line.variant_id, line.quantity, str(line.variant.product.name)], salt=UNDO_SALT)


def _undo(token: str) -> dict[str, str] | None:
    """What the notice «removed, undo» says and posts; None for a token that is not ours or too old."""
    try:
        _variant_id, _quantity, name = signing.loads(token, salt=UNDO_SALT, max_age=UNDO_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return {"name": name, "token": token}
