"""Sending a mail exactly once: a row is claimed, the mail is sent, the row is done.

What cannot be known is said: when a crash fell between the mail server's yes and our own record of it,
the mail is sent again with the same Message-ID and the row is marked ambiguous, so it can be counted.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from email.utils import parseaddr

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.utils import timezone

from shop.models import Mail

# A claim younger than this may still be with the mail server: EMAIL_TIMEOUT and some room.
CLAIM_SECONDS = settings.EMAIL_TIMEOUT * 3


class MailBeingSent(Exception):
    """Another worker is sending this mail right now; ask again later."""


def send_once(
    dedupe: str,
    *,
    kind: str,
    recipient: str,
    language: str,
    subject: str,
    text: str,
    html: str,
    order_number: str = "",
) -> Mail:
    """Send the mail named `dedupe`, unless it was sent. Raises MailBeingSent or what the mail server said."""
    draft = Mail(
        dedupe=dedupe,
        kind=kind,
        recipient=recipient,
        language=language,
        subject=" ".join(subject.split()),
        text=text,
        html=css_inline.inline(html),
        order_number=order_number,
        message_id=_message_id(dedupe),
    )
    mail = _claim(draft)
    if mail.state == Mail.State.SENT:
        return mail
    try:
        _send(mail)
    except Exception as error:
        Mail.objects.filter(pk=mail.pk).update(
            state=Mail.State.FAILED, error=f"{type(error).__name__}: {error}"[:500]
        )
        raise
    Mail.objects.filter(pk=mail.pk).update(state=Mail.State.SENT, sent_at=timezone.now(), error="")
    mail.refresh_from_db()
    return mail


def letterhead(language: str) -> dict[str, str]:
    """What `mail/base.html` takes, beside what the letter is about."""
    return {
        "language": language,
        "shop_name": settings.SHOP_NAME,
        "shop_email": settings.SHOP_EMAIL,
        "shop_phone": settings.SHOP_PHONE,
        "shop_url": settings.SITE_URL,
    }


def _claim(draft: Mail) -> Mail:
    """Our claim on the row, or the row as another left it."""
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
        return draft
    except IntegrityError:
        mail = Mail.objects.get(dedupe=draft.dedupe)
    if mail.state == Mail.State.SENT:
        return mail
    stale = timezone.now() - timedelta(seconds=CLAIM_SECONDS)
    free = Mail.objects.filter(pk=mail.pk, state=Mail.State.FAILED) | Mail.objects.filter(
        pk=mail.pk, state=Mail.State.CLAIMED, created_at__lt=stale
    )
    was_claimed = mail.state == Mail.State.CLAIMED
    if not free.update(
        state=Mail.State.CLAIMED, created_at=timezone.now(), is_ambiguous=mail.is_ambiguous or was_claimed
    ):
        raise MailBeingSent(draft.dedupe)
    mail.state = Mail.State.CLAIMED
    return mail


def _send(mail: Mail) -> None:
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        settings.DEFAULT_FROM_EMAIL,
        [mail.recipient],
        headers={
            "Message-ID": mail.message_id,
            "X-Mail-Type": mail.kind,
            "X-Order": mail.order_number or "-",
        },
    )
    message.attach_alternative(mail.html, "text/html")
    message.send()


def _message_id(dedupe: str) -> str:
    """Stable: the same mail has the same id however often it is sent."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    name = hashlib.sha256(f"{settings.SECRET_KEY}:{dedupe}".encode()).hexdigest()[:32]
    return f"<{name}@{domain}>"
