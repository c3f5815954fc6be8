"""What people do with carts and orders."""

from orders.actions.carts import (
    add_line,
    choose_delivery,
    hold_goods,
    merge_carts,
    restore_line,
    save_answers,
    see_prices,
    set_quantity,
)
from orders.actions.life import (
    cancel_order,
    confirm_order,
    expire_orders,
    refresh_states,
    reinstate_order,
    take_back,
)
from orders.actions.placement import place_order, publish_mail

__all__ = [
    "add_line",
    "cancel_order",
    "choose_delivery",
    "confirm_order",
    "expire_orders",
    "hold_goods",
    "merge_carts",
    "place_order",
    "publish_mail",
    "refresh_states",
    "reinstate_order",
    "restore_line",
    "save_answers",
    "see_prices",
    "set_quantity",
    "take_back",
]
