"""Dying at a chosen step, as by kill -9: master, workers and all, before another line of the shop runs.

A process of role "web" dies when it comes past a step for which there is a file `web:<step>` in DIE_IN; the
file is gone then, so it happens once. The test writes it: `house.die_at("web", "order-written")`.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

from django.apps import AppConfig

# What a killed worker was at is free again after this. A fifth of the real times, in the same proportion.
MESSAGE_CLAIM_SECONDS, MAIL_CLAIM_SECONDS = 12, 6

# What a purchase comes past between "Pay" and "confirmed": {step: (where, what, before or after it)}.
STEPS = {
    "order-written": ("orders.actions.placement", "publish_mail", "after"),  # and not committed
    "order-placed": ("orders.views.checkout", "_go_on", "before"),  # and not answered
    "intent-made": ("payments.actions.attempts", "_remember", "before"),  # its name is not noted
    "intent-noted": ("payments.actions.attempts", "_remember", "after"),  # its secret is not told
    "webhook-stored": ("payments.actions", "receive_event", "after"),  # and not answered
    "message-claimed": ("shop.outbox", "_carry_out", "before"),
    "truth-fetched": ("payments.actions.sync", "_append_what_is_new", "before"),
    "truth-written": ("payments.actions.sync", "_settle", "after"),  # and not committed
    "truth-known": ("payments.actions.sync", "_append_what_is_new", "after"),  # committed, nothing else
    "mail-claimed": ("shop.mail", "_send", "before"),
    "mail-sent": ("shop.mail", "_send", "after"),  # and not noted
    "mail-noted": ("orders.tasks", "send_once", "after"),  # its message is not
}


class DyingConfig(AppConfig):
    name = "tests.faults.dying"
    label = "dying"

    def ready(self) -> None:
        for step, (module, name, when) in STEPS.items():
            place = import_module(module)
            setattr(place, name, _deadly(step, getattr(place, name), when))
        shorten_claims()


def shorten_claims(put: Callable[[Any, str, Any], None] = setattr) -> None:
    put(import_module("shop.outbox"), "CLAIM_SECONDS", MESSAGE_CLAIM_SECONDS)
    put(import_module("shop.mail"), "CLAIM_SECONDS", MAIL_CLAIM_SECONDS)


def _deadly(step: str, act: Callable[..., Any], when: str) -> Callable[..., Any]:
    @wraps(act)
    def acting(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            _die_if_told(step)
        result = act(*args, **kwargs)
        if when == "after":
            _die_if_told(step)
        return result

    return acting


def _die_if_told(step: str) -> None:
    try:
        os.unlink(f"{os.environ['DIE_IN']}/{os.environ['ROLE']}:{step}")
    except FileNotFoundError:
        return
    os.killpg(os.getpgrp(), signal.SIGKILL)
