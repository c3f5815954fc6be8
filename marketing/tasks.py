"""What happens by the clock."""

from marketing import actions
from shop.periodic import every


@every(seconds=6 * 3600)
def check_feeds() -> None:
    actions.check_feeds()


@every(seconds=3600)
def tell_of_stock() -> None:
    """Those whom the stock did not reach when it came, if some of it is left."""
    actions.tell_of_stock()
