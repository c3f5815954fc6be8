"""The cache while Redis is away."""

import time

import pytest
from django.core.cache import cache
from django.urls import reverse

from shop import cache as caches

pytestmark = pytest.mark.django_db


@pytest.fixture
def redis_is_away(settings, monkeypatch):
    settings.CACHES = {
        "default": {
            "BACKEND": "shop.cache.RedisOrMemoryCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.5, "SOCKET_TIMEOUT": 0.5},
        }
    }
    monkeypatch.setattr(caches, "_away_until", 0.0)
    yield
    cache.memory.clear()


@pytest.mark.usefixtures("redis_is_away")
def test_what_is_kept_is_kept_here():
    assert cache.add("a", 1)
    assert not cache.add("a", 2)
    cache.set("b", 7)
    assert (cache.get("a"), cache.get("b"), cache.get("c", "none")) == (1, 7, "none")
    assert cache.incr("b") == 8
    assert cache.get_or_set("d", lambda: 4) == 4
    assert cache.get_many(["a", "d"]) == {"a": 1, "d": 4}
    assert cache.delete("a")
    assert cache.get("a") is None


@pytest.mark.usefixtures("redis_is_away")
def test_it_is_not_asked_again_and_again(monkeypatch):
    asked = []
    monkeypatch.setattr(caches.RedisCache, "get", lambda self, key: asked.append(key) or 1 / 0)
    cache.set("a", 1)  # which found it away
    cache.get("a")
    assert asked == []
    monkeypatch.setattr(caches, "_away_until", time.monotonic() - 1)
    with pytest.raises(ZeroDivisionError):  # no trouble of the network: not passed over
        cache.get("a")


@pytest.mark.usefixtures("redis_is_away")
def test_people_sign_in_and_are_still_counted(client, django_user_model):
    user = django_user_model.objects.create_user("ana@example.com", "correct horse battery")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    form = {"login": user.email, "password": "correct horse battery"}
    assert client.post(reverse("account_login"), form).status_code == 302
    client.logout()
    wrong = [
        client.post(reverse("account_login"), form | {"password": "no"}).status_code for _try in range(40)
    ]
    assert 429 in wrong or b"Too many" in client.post(reverse("account_login"), form).content
