"""The forms of signing in and up: allauth's, with this shop's labels, hints and autocomplete.

A new password is asked for once: it can be shown, and a mistyped one is replaced by mail.
"""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

EMAIL = _("E-mail")
PASSWORD = _("Password")
LONGEST_EMAIL = 254  # as users and mails hold it; no mail server takes a longer one
NEW_PASSWORD_HINT = _("At least 10 characters. A few words in a row make a good one.")
CODE_HINT = _("The six digits from our mail")
BAD_EMAIL = _("This does not look like an e-mail. An example: anna@example.org.")
MISSING = {
    "email": _("Write your e-mail."),
    "login": _("Write your e-mail."),
    "password": _("Write your password."),
    "password1": _("Choose a password."),
    "oldpassword": _("Write your present password."),
    "code": _("Write the code from the mail."),
}


class Plain:
    """No placeholders, no lists of rules in a hint; labels without a colon."""

    labels: dict[str, Any] = {}
    hints: dict[str, Any] = {}
    tokens: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            attrs = field.widget.attrs
            attrs.pop("placeholder", None)
            attrs.pop("style", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            if token := self.tokens.get(name):
                attrs["autocomplete"] = token
            if missing := MISSING.get(name):
                field.error_messages["required"] = missing
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = BAD_EMAIL
                field.validators.append(MaxLengthValidator(LONGEST_EMAIL, BAD_EMAIL))


class LoginForm(Plain, allauth.LoginForm):
    labels = {"login": EMAIL, "password": PASSWORD}
    tokens = {"login": "username"}


class SignupForm(Plain, allauth.SignupForm):
    labels = {"email": EMAIL, "password1": PASSWORD, "company": _("Leave this empty")}
    hints = {"password1": NEW_PASSWORD_HINT}
    tokens = {"email": "email", "company": "off"}


class AddEmailForm(Plain, allauth.AddEmailForm):
    labels = {"email": _("New e-mail")}
    tokens = {"email": "email"}


class RequestLoginCodeForm(Plain, allauth.RequestLoginCodeForm):
    labels = {"email": EMAIL}
    tokens = {"email": "username"}


class ResetPasswordForm(Plain, allauth.ResetPasswordForm):
    labels = {"email": EMAIL}
    tokens = {"email": "username"}


class ResetPasswordKeyForm(Plain, allauth.ResetPasswordKeyForm):
    labels = {"password1": _("New password")}
    hints = {"password1": NEW_PASSWORD_HINT}


class ChangePasswordForm(Plain, allauth.ChangePasswordForm):
    labels = {"oldpassword": _("Present password"), "password1": _("New password")}
    hints = {"password1": NEW_PASSWORD_HINT}


class SetPasswordForm(Plain, allauth.SetPasswordForm):
    labels = {"password1": _("New password")}
    hints = {"password1": NEW_PASSWORD_HINT}


class ReauthenticateForm(Plain, allauth.ReauthenticateForm):
    labels = {"password": PASSWORD}


class Code(Plain):
    labels = {"code": _("Code")}
    hints = {"code": CODE_HINT}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Mail programmes copy spaces along; the length is generous, the field is text, so nothing is cut off.
        self.fields["code"].widget.attrs |= {
            "inputmode": "numeric",
            "maxlength": "20",
            "enterkeyhint": "done",
        }


class ConfirmLoginCodeForm(Code, allauth.ConfirmLoginCodeForm):
    pass


class ConfirmEmailVerificationCodeForm(Code, allauth.ConfirmEmailVerificationCodeForm):
    pass
