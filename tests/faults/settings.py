"""The shop as it is, with a way to die at a chosen step (`dying.py`). Its files need no `collectstatic`."""

from shop.settings import *  # noqa: F403
from shop.settings import INSTALLED_APPS, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.dying.DyingConfig"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
