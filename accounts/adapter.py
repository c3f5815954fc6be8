"""What allauth asks this shop: where its links lead, who sends its mail, where it may redirect to."""

from __future__ import annotations

import logging
from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from anymail.exceptions import AnymailError
from django.conf import settings
from django.contrib import messages
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shop.mail import letterhead, send_once
from shop.models import Mail

logger = logging.getLogger(__name__)

# These carry a code or a link that lets its reader in: outside of a demo their text is not kept.
SECRET = ("login_code", "email_confirmation", "email_confirmation_signup", "password_reset_key")


class AccountAdapter(DefaultAccountAdapter):
    """Signing in and up, in this shop's words."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": gettext_lazy("This account is closed. Please write to us."),
        "email_password_mismatch": gettext_lazy(
            "The e-mail and the password do not match. Try again, or sign in with a code by e-mail."
        ),
        "incorrect_code": gettext_lazy("This code is not right. Check the newest mail from us."),
        "incorrect_password": gettext_lazy("This password is not right."),
        "too_many_login_attempts": gettext_lazy(
            "That was wrong too many times. Wait five minutes, or sign in with a code by e-mail."
        ),
        "rate_limited": gettext_lazy("That was a lot of requests. Please wait a minute and try again."),
        "enter_current_password": gettext_lazy("This is not your present password."),
        "same_as_current": gettext_lazy("You use this address already."),
        "email_taken": gettext_lazy("Please use another address."),
    }

    def is_safe_url(self, url: str) -> bool:
        """Only pages of this host: after signing in nobody is sent anywhere else."""
        request = allauth_context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def get_reset_password_from_key_url(self, key: str) -> str:
        """On the shop's own address, whatever the request claimed its host to be."""
        uid, _dash, key = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key})
        return f"{settings.SITE_URL}{path}"

    def get_password_change_redirect_url(self, request: Any) -> str:
        return reverse("accounts:profile")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send through the shop's mailer. A mail server that is down is told to the person, never a 500."""
        kind = template_prefix.rpartition("/")[2]
        context = {**_common(), **context, "email": email}
        context["headline"] = subject = render_to_string(f"account/email/{kind}_subject.txt", context).strip()
        name = f"account:{kind}:{uuid4()}"
        try:
            send_once(
                name,
                kind=f"account.{kind}",
                recipient=email,
                language=context["language"],
                subject=subject,
                text=render_to_string(f"account/email/{kind}_message.txt", context).strip() + "\n",
                html=render_to_string(f"account/email/{kind}_message.html", context),
            )
        except (OSError, AnymailError):
            logger.exception("account mail could not be sent", extra={"mail_kind": kind})
            messages.error(
                self.request, _("We could not send the mail just now. Please try again in a few minutes.")
            )
        finally:
            if kind in SECRET and not settings.LOCAL:
                Mail.objects.filter(dedupe=name).update(text="", html="")


def _common() -> dict[str, Any]:
    """What every letter may say. The link in a password letter, with its key, comes from allauth."""
    return {
        **letterhead(get_language() or settings.LANGUAGE_CODE),
        "login_url": _absolute("account_login"),
        "signup_url": _absolute("account_signup"),
        "password_reset_url": _absolute("account_reset_password"),
    }


def _absolute(name: str) -> str:
    return f"{settings.SITE_URL}{reverse(name)}"
