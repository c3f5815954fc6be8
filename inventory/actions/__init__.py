"""What happens to stock. Every change of a counter goes through here and leaves a movement."""

from inventory.actions.allocations import allocate, release_allocations, ship_allocations
from inventory.actions.counts import receive, restock, set_all_on_hand, set_backorder_limit, set_on_hand
from inventory.actions.holds import expire_holds, extend_holds, hold, release_holds
from inventory.availability import Availability, State, availability, availability_of
from inventory.errors import NotOnTheShelf, OutOfStock
from inventory.models import stock_query, stock_rows

__all__ = [
    "Availability",
    "NotOnTheShelf",
    "OutOfStock",
    "State",
    "allocate",
    "availability",
    "availability_of",
    "expire_holds",
    "extend_holds",
    "hold",
    "receive",
    "release_allocations",
    "release_holds",
    "restock",
    "set_all_on_hand",
    "set_backorder_limit",
    "set_on_hand",
    "ship_allocations",
    "stock_query",
    "stock_rows",
]
