"""Imports that staff begin in the admin: tried first, then done, by the outbox worker, never by the request."""

from __future__ import annotations

import logging
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from catalog.exchange import defaults
from catalog.exchange.importing import Outcome, Wishes, import_products
from catalog.models import ImportRun
from shop import outbox
from shop.errors import Refused

logger = logging.getLogger(__name__)
State = ImportRun.State
TOPIC = "catalog.import"
MOST_SHOWN = 500  # products and notes that are kept to be read
KEPT = timedelta(days=2)  # a file that nobody went on with
STUCK_AFTER = timedelta(minutes=15)


@transaction.atomic
def begin(name: str, content: bytes, wishes: dict[str, Any], *, is_strict: bool, user: Any) -> ImportRun:
    """Keep the file, and have it tried."""
    ImportRun.objects.filter(created_at__lt=timezone.now() - KEPT).exclude(content=b"").update(content=b"")
    run = ImportRun.objects.create(
        name=name[:200], content=content, wishes=wishes, is_strict=is_strict, user=user
    )
    _ask_for(run)
    return run


@transaction.atomic
def go_on(run: ImportRun) -> None:
    """Import what was tried, or what stopped halfway. Raises Refused when there is nothing to go on with."""
    waiting = ImportRun.objects.filter(pk=run.pk).exclude(content=b"")
    if not is_stuck(run):
        waiting = waiting.filter(state__in=[State.DONE, State.FAILED])
    if not waiting.update(state=State.WAITING, is_dry_run=False):
        raise Refused(_("This file is at work or was imported already: upload it again."))
    _ask_for(run)


def is_stuck(run: ImportRun) -> bool:
    """A worker that was killed leaves it so; what it wrote stays, and going on completes it."""
    return (
        run.state == State.RUNNING
        and run.started_at is not None
        and run.started_at < timezone.now() - STUCK_AFTER
    )


def _ask_for(run: ImportRun) -> None:
    outbox.publish(
        TOPIC, {"run": run.pk, "language": translation.get_language()}, dedupe=f"import:{uuid4().hex}"
    )


@outbox.handles(TOPIC)
def carry_out(run: int, language: str) -> None:
    """Once, however often the message comes: whoever moves the state does the work."""
    now = timezone.now()
    if not ImportRun.objects.filter(pk=run, state=State.WAITING).update(state=State.RUNNING, started_at=now):
        return
    row = ImportRun.objects.get(pk=run)
    with translation.override(language):
        try:
            result = _imported(row)
        except Exception as error:  # told to whoever waits for it; another try is theirs to ask for
            logger.exception("import failed", extra={"run": run})
            ImportRun.objects.filter(pk=run).update(state=State.FAILED, result={"failure": str(error)[:500]})
            return
    is_over = not row.is_dry_run and not result["errors"]
    ImportRun.objects.filter(pk=run).update(
        state=State.DONE, result=result, **({"content": b""} if is_over else {})
    )


def _imported(run: ImportRun) -> dict[str, Any]:
    shown: list[dict[str, Any]] = []

    def tell(outcome: Outcome) -> None:
        if outcome.word != "unchanged" and len(shown) < MOST_SHOWN:
            details = ", ".join(outcome.details)[:300]
            shown.append(
                {"line": outcome.line, "word": outcome.word, "name": outcome.name, "details": details}
            )

    wishes = Wishes(
        defaults.asked(**run.wishes, is_dry_run=run.is_dry_run),
        is_dry_run=run.is_dry_run,
        is_strict=run.is_strict,
    )
    with tempfile.NamedTemporaryFile(prefix="lotok-import-") as file:
        file.write(run.content)
        file.flush()
        result = import_products(Path(file.name), wishes, tell).as_dict()
    counts = {f"{name}_count": len(result[name]) for name in ("errors", "warnings")}
    notes = {name: result[name][:MOST_SHOWN] for name in ("errors", "warnings")}
    return result | counts | notes | {"shown": shown}
