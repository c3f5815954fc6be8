"""Staff pages of the kernel: sent mails, the outbox, and the way to everything that is set in the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from csp.decorators import csp_replace
from django.conf import settings as conf
from django.contrib import admin, messages
from django.contrib.admin.views.decorators import staff_member_required
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from shop import audit, outbox
from shop.claims import storable
from shop.models import Mail, Message
from shop.staff import Todo, badge, count_up_to, staff_page, todo, up_to

PAGE_SIZE = 50
STUCK_SHOWN = 10
STUCK_AFTER = timedelta(minutes=10)
# A mail brings its own styles and pictures, and may do nothing else.
_site = urlsplit(conf.SITE_URL)
MAIL_CSP = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:", "'self'", f"{_site.scheme}://{_site.netloc}"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-popups"],
}


# --- Mails ---------------------------------------------------------------------------------------
@staff_page("shop.view_mail")
@require_GET
def mails(request: HttpRequest) -> HttpResponse:
    """Sent mails, the newest first. Older pages begin below the last number of this one."""
    query = storable(request.GET.get("q", "")).strip()[:100]
    rows = _found(query)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    shown = list(rows.defer("html", "text")[: PAGE_SIZE + 1])
    has_older = len(shown) > PAGE_SIZE
    shown = shown[:PAGE_SIZE]
    older = {"before": shown[-1].pk, "q": query} if has_older else {}
    context = {
        "mails": shown,
        "query": query,
        "older_url": f"{reverse('shop:mails')}?{urlencode(older)}" if has_older else "",
        "is_first": not before,
    }
    return render(request, "staff/mails.html", context)


def _found(query: str) -> QuerySet[Mail]:
    """By the order's number or the whole address."""
    rows = Mail.objects.order_by("-pk")
    return rows.filter(Q(order_number=query) | Q(recipient__iexact=query)) if query else rows


@staff_page("shop.view_mail")
@require_GET
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "staff/mail.html", {"mail": get_object_or_404(Mail, pk=pk)})


@staff_page("shop.view_mail")
@require_GET
@xframe_options_sameorigin
@csp_replace(MAIL_CSP)
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail as the customer's program shows it, in a frame that can do nothing."""
    return HttpResponse(get_object_or_404(Mail, pk=pk).html)


# --- The outbox ----------------------------------------------------------------------------------
def dead() -> QuerySet[Message]:
    return Message.objects.filter(state=Message.State.DEAD)


def failing() -> QuerySet[Message]:
    """Tried in vain, and to be tried again by itself."""
    return Message.objects.filter(state=Message.State.WAITING).exclude(error="")


def stuck(now: Any) -> QuerySet[Message]:
    """Due for a while, and nobody came: the worker is down."""
    late = Message.objects.filter(state=Message.State.WAITING, available_at__lt=now - STUCK_AFTER)
    return late.filter(error="")


@staff_page("shop.view_message")
@require_GET
def outbox_page(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "dead": dead().order_by("-pk")[:PAGE_SIZE],
        "failing": failing().order_by("available_at")[:PAGE_SIZE],
        "stuck": stuck(now).order_by("available_at")[:STUCK_SHOWN],
        "stuck_count": up_to(count_up_to(stuck(now))),
        "dead_count": count_up_to(dead()),
        "now": now,
    }
    return render(request, "staff/outbox.html", context)


@staff_page("shop.change_message")
@require_POST
def outbox_replay(request: HttpRequest) -> HttpResponse:
    """Try one message again, or all that were given up."""
    rows = Message.objects.exclude(state=Message.State.DONE)
    chosen = request.POST.get("message", "")
    rows = (
        rows.filter(pk=int(chosen))
        if chosen.isdecimal() and len(chosen) < 19
        else dead().order_by("pk")[:500]
    )
    count = replay(list(rows), actor=request.user)
    text = ngettext("%(count)s message is tried again.", "%(count)s messages are tried again.", count)
    messages.success(request, text % {"count": count})
    response = redirect("shop:outbox")
    response.status_code = 303
    return response


@transaction.atomic
def replay(rows: list[Message], *, actor: Any) -> int:
    """Give these messages another twenty tries, beginning now. How many there were; done ones are left alone."""
    again = {
        "state": Message.State.WAITING, "attempts": 0, "available_at": timezone.now(), "claimed_until": None,
    }  # fmt: skip
    replayed = [
        message
        for message in rows
        if Message.objects.filter(pk=message.pk).exclude(state=Message.State.DONE).update(**again)
    ]
    for message in replayed:
        audit.record("outbox.replay", f"message:{message.pk}", actor=actor, topic=message.topic)
        transaction.on_commit(outbox.Nudge([message.dedupe]).give)
    return len(replayed)


@badge("outbox")
def failed_messages(request: HttpRequest) -> int:
    return count_up_to(dead())


@todo
def failed(request: HttpRequest) -> Todo:
    count = count_up_to(dead()) + count_up_to(failing())
    return Todo(
        count,
        _("Failed messages"),
        reverse("shop:outbox"),
        why=_("mails and calls that did not get through") if count else "",
        tone="danger" if count else "",
        permission="shop.view_message",
    )


# --- Settings ------------------------------------------------------------------------------------
@staff_member_required
@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    """All that is set in the admin's own lists and forms."""
    return render(request, "staff/settings.html", {"apps": admin.site.get_app_list(request)})
