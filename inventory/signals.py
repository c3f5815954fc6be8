"""What higher apps may hear of the stock."""

from django.dispatch import Signal

# variant_ids (set of int). Sent inside the transaction that made it true, when what a shopper reads changed
# its kind: in stock, low, only on order, sold out. Not for every unit sold.
availability_changed = Signal()
