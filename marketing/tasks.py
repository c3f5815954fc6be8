"""What happens by the clock."""

from marketing import actions
from shop.periodic import every


@every(seconds=6 * 3600)
def check_feeds() -> None:
    actions.check_feeds()
