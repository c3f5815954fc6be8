"""Carts and orders are different tables: a cart is disposable, an order is a numbered snapshot."""

from orders.models.cart import Cart, CartLine
from orders.models.order import Order, OrderEvent, OrderLine, OrderNote

__all__ = ["Cart", "CartLine", "Order", "OrderEvent", "OrderLine", "OrderNote"]
