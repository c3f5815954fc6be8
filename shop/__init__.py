"""The kernel of the shop. It imports no app."""

from shop.celery import app as celery_app

__all__ = ["celery_app"]
