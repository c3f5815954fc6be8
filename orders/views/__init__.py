"""What shoppers see of carts and orders."""

from orders.views.cart import cart, cart_add, cart_line, cart_undo
from orders.views.checkout import checkout
from orders.views.order import order, order_cancel, track

__all__ = ["cart", "cart_add", "cart_line", "cart_undo", "checkout", "order", "order_cancel", "track"]
