"""Customers, and a browser of their own for each."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from shop.models import Mail

PASSWORD = "quiet-lamp-on-the-table"


@pytest.fixture
def anna(db: None) -> User:
    """A customer whose address is proven."""
    user = User.objects.create_user("anna@example.org", PASSWORD, full_name="Anna Weber")
    user.trust_address()
    return user


@pytest.fixture
def boris(db: None) -> User:
    user = User.objects.create_user("boris@example.org", PASSWORD)
    user.trust_address()
    return user


@pytest.fixture
def signed_in(anna: User) -> Client:
    client = Client()
    client.force_login(anna, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def newest_mail(**facts: Any) -> Mail:
    return Mail.objects.filter(**facts).order_by("-pk")[0]


def code_in(mail: Mail) -> str:
    found = re.search(r"^(\d{6})$", mail.text, re.MULTILINE)
    assert found, mail.text
    return found[1]


def link_in(mail: Mail) -> str:
    found = re.search(r"https?://\S+/password/reset/key/\S+", mail.text)
    assert found, mail.text
    return found[0]
