"""The demo store on one machine: its data in var/demo/, its card sandbox, its worker. No services needed."""

from shop.demo.preparing import would_do
from shop.demo.serving import run
from shop.demo.store import contents, load

__all__ = ["contents", "load", "run", "would_do"]
