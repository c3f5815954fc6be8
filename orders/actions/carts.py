"""What a shopper does with a cart. Every change counts up `cart.version`, which old pages are checked against."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.lines import LineFacts, line_facts, line_facts_of, line_queries
from catalog.models import Variant
from inventory import actions as inventory
from inventory.actions import Availability
from orders.errors import NotForSale
from orders.models import Cart, CartLine
from orders.signals import DeliveryQuote
from shop import sql, versions, writes
from shop.errors import Refused
from shop.sql import Query

_LINES = sql.Select(CartLine, "WHERE cart_id = %s")
_LOCKED = sql.Select(Cart, "WHERE id = %s", lock=True)
_HELD = "UPDATE orders_cart SET held_until = %s WHERE id = %s AND version = %s AND is_open"


@transaction.atomic
def add_line(cart: Cart, sku: str, quantity: int) -> CartLine:
    """Put `quantity` more of a variant into the cart; what is there already counts too.

    Raises NotForSale for what is unknown, archived or has no price here, Refused for too many.
    """
    by_sku = Query("SELECT id FROM catalog_variant WHERE sku = %s", [sku])
    asked = [
        *line_queries(by_sku, cart.currency, timezone.now()),
        inventory.stock_query(by_sku, cart.token),
        _LINES.query(cart.pk),
    ]
    is_new = cart.pk is None
    variants, prices, levels, in_cart = _lock(cart, *asked)
    found = line_facts_of(variants, prices, language=cart.language)
    if not found:
        raise NotForSale(sku[:64])
    [(variant_id, facts)] = found.items()
    stock = inventory.availability_of(inventory.stock_rows(levels))[variant_id]
    lines = _LINES.made(in_cart)
    line = next((line for line in lines if line.variant_id == variant_id), None)
    total = quantity + (line.quantity if line else 0)
    unit_minor = facts.unit_minor(total)
    if unit_minor is None or not facts.is_sellable:
        raise NotForSale(facts.name)
    _check_quantity(stock, total, facts.name)
    if line is None:
        if len(lines) >= settings.CART_MAX_LINES:
            raise Refused(
                _("A cart holds up to %(lines)s different things.") % {"lines": settings.CART_MAX_LINES}
            )
        line = CartLine(cart=cart, variant_id=variant_id)
    _write(line, total, unit_minor)
    if not is_new:
        _lines_changed(cart)
    return line


@transaction.atomic
def set_quantity(cart: Cart, line_id: int, quantity: int) -> CartLine | None:
    """Change a line of this cart; 0 removes it. None when the cart has no such line; Refused for too many."""
    _lock(cart)
    line = cart.lines.filter(pk=line_id).first()
    if line is None:
        return None
    if quantity == 0:
        CartLine.objects.filter(pk=line.pk).delete()
        inventory.release_holds(cart.token, cause="removed")
    else:
        facts = _facts(cart, line.variant_id)
        stock = inventory.availability([line.variant_id], owner=cart.token)[line.variant_id]
        _check_quantity(stock, quantity, facts.name)
        _write(line, quantity, facts.unit_minor(quantity) or line.seen_unit_minor)
    _lines_changed(cart)
    return line


@transaction.atomic
def restore_line(cart: Cart, variant_id: int, quantity: int) -> None:
    """Undo a removal. Raises what `add_line` raises."""
    sku = Variant.objects.filter(pk=variant_id).values_list("sku", flat=True).first() or ""
    add_line(cart, sku, quantity)


def choose_delivery(cart: Cart, quote: DeliveryQuote) -> None:
    """Remember how the order shall travel, at the price that was shown."""
    save_answers(cart, {}, quote)


def save_answers(cart: Cart, answers: dict[str, Any], quote: DeliveryQuote | None = None) -> None:
    """Keep what the shopper wrote at the checkout; another country lets go of the delivery chosen for the old one."""
    answers = dict(answers)
    if quote:
        answers |= _delivery(quote.code, quote.label, quote.fee.minor, quote.tax_class)
    elif any(name in answers and getattr(cart, name) != answers[name] for name in ("country", "region")):
        answers |= _delivery("", "", None, "")
    changed = {name: value for name, value in answers.items() if getattr(cart, name) != value}
    if changed:
        # What the delivery is called says nothing about the total: who only changed the language goes on.
        step = int(list(changed) != ["delivery_label"])
        changed["updated_at"] = timezone.now()
        # Counted by the database: a change that came between counts too, and a page drawn from `cart` is old.
        writes.assign(cart, changed, count_up="version" if step else "")
        cart.version += step


def _delivery(code: str, label: str, fee_minor: int | None, tax_class: str) -> dict[str, Any]:
    return {
        "delivery_code": code,
        "delivery_label": label,
        "delivery_fee_minor": fee_minor,
        "delivery_tax_class": tax_class,
    }


def hold_goods(cart: Cart, wanted: dict[int, int]) -> bool:
    """Keep the goods of `cart` at the checkout, {variant id: units}; each further answer extends it.

    False, and nothing is held, when the cart is not any more what `wanted` was read from. Raises OutOfStock.
    An extension by less than a minute is not worth a write.
    """
    until = timezone.now() + timedelta(minutes=settings.HOLD_MINUTES)
    if not wanted or (cart.held_until and cart.held_until > until - timedelta(minutes=1)):
        return True
    try:
        with transaction.atomic(), writes.gathered():
            writes.update(_HELD, [sql.moment(until), cart.pk, cart.version], rows=1)  # locks the cart first
            inventory.hold(cart.token, wanted)
    except writes.Missed:
        return False
    cart.held_until = until
    return True


@transaction.atomic
def merge_carts(guest: Cart, user: Any) -> Cart | None:
    """Bring a guest's cart into the customer's at sign-in: quantities are added up, within what is free.

    The guest's cart is gone afterwards, so nobody else on this browser can find it. What another tab ordered or
    merged meanwhile stays as it is; None when the customer has no cart then.
    """
    either = Cart.objects.filter(Q(pk=guest.pk, user=None) | Q(user=user), is_open=True)
    found = {cart.user_id: cart for cart in either.order_by("pk").select_for_update()}
    cart = found.get(user.pk)
    if None not in found:
        return cart
    if cart is None:
        return _give(guest, user)
    for variant_id, quantity in guest.lines.values_list("variant_id", "quantity"):
        _merge_line(cart, variant_id, quantity)
    inventory.release_holds(guest.token, cause="merged")
    guest.delete()
    _lines_changed(cart)
    return cart


def _give(guest: Cart, user: Any) -> Cart | None:
    """Make a guest's cart the customer's, who had none; another sign-in may be first."""
    try:
        with transaction.atomic():
            Cart.objects.filter(pk=guest.pk).update(user=user)
    except IntegrityError:
        return merge_carts(guest, user)
    guest.refresh_from_db()
    return guest


def _merge_line(cart: Cart, variant_id: int, quantity: int) -> None:
    line = cart.lines.filter(variant_id=variant_id).first() or CartLine(
        cart=cart, variant_id=variant_id, quantity=0
    )
    free = inventory.availability([variant_id], owner=cart.token)[variant_id].free
    total = min(quantity + line.quantity, settings.CART_MAX_QUANTITY)
    # Never fewer than either cart had: what is short is said on the line, not taken away in silence.
    kept = total if free is None else min(total, max(free, quantity, line.quantity))
    unit_minor = _facts(cart, variant_id).unit_minor(kept)
    if unit_minor is not None:
        _write(line, kept, unit_minor)


def see_prices(cart: Cart, seen: dict[int, int]) -> None:
    """The shopper was shown these unit prices (by line id): the notice about a change has done its work."""
    for line_id, unit_minor in seen.items():
        CartLine.objects.filter(pk=line_id, cart=cart).exclude(seen_unit_minor=unit_minor).update(
            seen_unit_minor=unit_minor
        )


def _check_quantity(stock: Availability, quantity: int, name: str) -> None:
    if quantity > settings.CART_MAX_QUANTITY:
        raise Refused(_("Up to %(most)s of one thing, please.") % {"most": settings.CART_MAX_QUANTITY})
    free = stock.free
    if free is not None and quantity > free:
        if free <= 0:
            raise Refused(_("“%(name)s” is sold out.") % {"name": name})
        raise Refused(_("Only %(free)s of “%(name)s” left.") % {"free": free, "name": name})


def _facts(cart: Cart, variant_id: int) -> LineFacts:
    facts = line_facts([variant_id], currency=cart.currency, language=cart.language, now=timezone.now())
    return facts[variant_id]


def _write(line: CartLine, quantity: int, unit_minor: int) -> None:
    line.quantity, line.seen_unit_minor = quantity, unit_minor
    if line.pk is None:
        writes.insert(line)
    else:
        line.save(force_update=True)


def _lock(cart: Cart, *then: Query) -> list[list[tuple[Any, ...]]]:
    """One change of a cart at a time; the answers to `then`, asked under the lock.

    A new cart is stored now, with the first thing put into it. One that became an order is not changed any more.
    """
    if cart.pk is None:
        answers = versions.together(*then)
        writes.insert(cart)
        return answers
    found, *answers = versions.together(_LOCKED.query(cart.pk), *then)
    locked = next(iter(_LOCKED.made(found)), None)
    if locked is None or not locked.is_open:
        raise Refused(_("This cart was ordered already."))
    cart.version = locked.version
    return answers


def _lines_changed(cart: Cart) -> None:
    """Pages drawn before know that they are old, and what is held no longer fits. Under the cart's lock."""
    cart.version, cart.updated_at, cart.held_until = cart.version + 1, timezone.now(), None
    writes.update(
        "UPDATE orders_cart SET version = %s, updated_at = %s, held_until = NULL WHERE id = %s",
        [cart.version, sql.moment(cart.updated_at), cart.pk],
    )
