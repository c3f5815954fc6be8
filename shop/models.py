"""The kernel's own tables: the outbox, sent mail, the audit trail and version counters."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """One thing that must happen after commit, written in the transaction that wants it (the outbox)."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        DEAD = "dead", _("Given up")

    topic = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)  # ids, never objects or personal data
    aggregate = models.CharField(max_length=80, blank=True)  # messages of one aggregate go out in order
    dedupe = models.CharField(max_length=160, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    available_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("outbox message")
        verbose_name_plural = _("outbox messages")
        indexes = [
            models.Index(
                fields=["available_at", "id"], name="message_waiting", condition=models.Q(state="waiting")
            ),
            models.Index(
                fields=["aggregate", "id"], name="message_line", condition=models.Q(state="waiting")
            ),
            models.Index(fields=["id"], name="message_dead", condition=models.Q(state="dead")),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.dedupe}"


class Mail(models.Model):
    """A mail that was sent or is about to be: claimed, sent, done; readable by staff."""

    class State(models.TextChoices):
        CLAIMED = "claimed", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    dedupe = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=40)
    order_number = models.CharField(max_length=20, blank=True, db_index=True)
    language = models.CharField(max_length=10)
    recipient = models.EmailField()
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField()
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CLAIMED)
    is_ambiguous = models.BooleanField(default=False)  # a crash hid whether the server took it; sent again
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.dedupe}"


class AuditEntry(models.Model):
    """Who did what, when: append-only, gap-free, each entry sealing the one before it.

    `body` is canonical JSON (sorted keys, no spaces, UTF-8) without personal data;
    `hash` = sha256(prev + body), hex. The first entry's `prev` is 64 zeros.
    """

    seq = models.BigIntegerField(primary_key=True, verbose_name=_("number"))
    prev = models.CharField(max_length=64, verbose_name=_("fingerprint of the entry before"))
    body = models.TextField(verbose_name=_("content"))
    hash = models.CharField(max_length=64, unique=True, verbose_name=_("fingerprint"))
    action = models.CharField(max_length=60, verbose_name=_("what happened"))
    target = models.CharField(max_length=80, db_index=True, verbose_name=_("what it is about"))  # "order:12"
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        verbose_name=_("who did it"),
    )
    at = models.DateTimeField(verbose_name=_("time"))

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.target}"

    @staticmethod
    def seal(prev: str, body: str) -> str:
        return hashlib.sha256((prev + body).encode()).hexdigest()


def canonical(body: Any) -> str:
    """The one way a body is written down before it is hashed."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


class Counter(models.Model):
    """A named number that is only ever taken under its row's lock: audit sequence, page version."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.BigIntegerField(default=0)
    text = models.CharField(max_length=64, blank=True)  # the audit chain keeps its head's hash here

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")

    def __str__(self) -> str:
        return f"{self.name}={self.value}"

    @classmethod
    def bump(cls, name: str, *, by: int = 1) -> None:
        """Count up; the row is locked until the transaction ends."""
        if not cls.objects.filter(name=name).update(value=F("value") + by):
            cls.objects.bulk_create([cls(name=name)], ignore_conflicts=True)
            cls.objects.filter(name=name).update(value=F("value") + by)
