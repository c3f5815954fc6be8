"""What happens by the clock."""

from inventory import actions
from shop.periodic import every


@every(seconds=60)
def expire_holds() -> None:
    actions.expire_holds()
