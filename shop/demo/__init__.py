"""The demo store on one machine: its data in var/demo/, its card sandbox, its worker. No services needed."""

from shop.demo.serving import run
from shop.demo.store import load

__all__ = ["load", "run"]
