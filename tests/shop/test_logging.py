"""The log: one JSON line an event, tied to its request and order, with nothing in it to steal."""

import io
import json
import logging
import logging.config

import pytest
import structlog
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path
from structlog.contextvars import clear_contextvars

from shop.logs import bind_order, logging_config
from shop.middleware.request_id import RequestIdMiddleware

log = structlog.get_logger("shop.test")


def page(request, token=""):
    bind_order("12345678")
    log.info("inside", email="anna.petrova@mail.example")
    return HttpResponse("ok")


def broken(request, token):
    raise RuntimeError("nobody@mail.example could not be reached with sk_live_abc123")


def away(request):
    return HttpResponse(status=503)


urlpatterns = [
    path("readyz", away),
    path("page/", page),
    path("orders/<str:token>/", page),
    path("broken/<str:token>/", broken),
]


@pytest.fixture
def lines():
    """Everything logged since the last look, as it stands in the log of a shop that runs for real."""
    logging.config.dictConfig(logging_config(json=True))
    clear_contextvars()
    written = io.StringIO()
    logging.getLogger().handlers[0].setStream(written)

    def look():
        seen = [json.loads(line) for line in written.getvalue().splitlines()]
        written.seek(0)
        written.truncate()
        return seen

    yield look
    clear_contextvars()
    logging.config.dictConfig(settings.LOGGING)


@pytest.fixture
def shop_of_this_file(settings, client):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["shop.middleware.request_id.RequestIdMiddleware"]
    client.raise_request_exception = False
    return client


def test_each_request_leaves_one_line_with_what_it_was_and_how_it_went(shop_of_this_file, lines):
    shop_of_this_file.get("/page/?q=anything")

    request = lines()[-1]

    assert request["event"] == "request"
    assert (request["method"], request["path"], request["status"]) == ("GET", "/page/", 200)
    assert request["ms"] >= 0
    assert "timestamp" in request
    assert request["level"] == "info"


def test_every_line_of_a_request_carries_its_id_and_order(shop_of_this_file, lines):
    answer = shop_of_this_file.get("/page/", headers={"X-Request-ID": "from-the-proxy-1"})

    inside, request = lines()

    assert answer.headers["X-Request-ID"] == "from-the-proxy-1"
    assert inside["request_id"] == request["request_id"] == "from-the-proxy-1"
    assert inside["order"] == request["order"] == "12345678"


def test_a_request_does_not_inherit_the_order_of_the_one_before(shop_of_this_file, lines):
    shop_of_this_file.get("/page/")
    shop_of_this_file.get("/readyz")

    request = [line for line in lines() if line["event"] == "request"][-1]
    assert request["path"] == "/readyz"
    assert "order" not in request


@pytest.mark.parametrize("given", ["", "short", "x" * 65, 'a"b{c}d-1234', "line\nbreak-1234"])
def test_a_malformed_request_id_is_replaced(given):
    answer = RequestIdMiddleware(page)(RequestFactory().get("/page/", HTTP_X_REQUEST_ID=given))

    assert answer.headers["X-Request-ID"] != given
    assert len(answer.headers["X-Request-ID"]) == 32


def test_the_token_that_opens_an_order_is_not_in_the_log(shop_of_this_file, lines):
    token = "Zk3vPq8sTn1xYw5rBm7cLd9f"
    shop_of_this_file.get(f"/orders/{token}/")
    shop_of_this_file.get(f"/broken/{token}/")

    written = lines()

    assert token not in json.dumps(written)
    assert written[1]["path"] == "/orders/[hidden]/"


def test_an_error_is_told_with_its_traceback_and_without_secrets(shop_of_this_file, lines):
    answer = shop_of_this_file.get("/broken/Zk3vPq8sTn1xYw5rBm7cLd9f/")

    error, request = lines()

    assert answer.status_code == request["status"] == 500
    assert request["level"] == "error"
    assert "RuntimeError" in error["exception"]
    assert "n***@mail.example" in error["exception"]
    assert "sk_live_abc123" not in error["exception"]


def test_secrets_are_hidden_by_the_name_they_stand_under(lines):
    log.info(
        "a form",
        password="correct horse",
        fields={"card_number": "4242424242424242", "csrfmiddlewaretoken": "abc", "city": "Porto"},
        headers=[{"Authorization": "Basic eHg="}],
    )

    written = lines()[0]

    assert written["password"] == "[hidden]"
    assert written["fields"] == {
        "card_number": "[hidden]",
        "csrfmiddlewaretoken": "[hidden]",
        "city": "Porto",
    }
    assert written["headers"] == [{"Authorization": "[hidden]"}]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("to anna.petrova+shop@mail.example", "to a***@mail.example"),
        ("key sk_test_51HxAbc", "key [hidden]"),
        ("signed with whsec_aBc/1+d==", "signed with [hidden]"),
        ("pi_3Mtw_secret_YrKJUKribcBjcG8HVhfZluoGH", "[hidden]"),
        ("GET /orders/Zk3vPq8sTn1xYw5rBm7cLd9f/ failed", "GET /orders/[hidden]/ failed"),
        ("/accounts/password/reset/key/1-c8f2kd-0123456789abcdef/", "/accounts/password/reset/key/[hidden]/"),
        ("order 12345678 of pi_3Mtw paid", "order 12345678 of pi_3Mtw paid"),
    ],
)
def test_secrets_are_hidden_by_their_shape(lines, text, written):
    log.info(text)
    logging.getLogger("some.library").warning("said %s", text)

    ours, theirs = lines()

    assert ours["event"] == written
    assert theirs["event"] == f"said {written}"


def test_what_a_library_adds_to_its_record_is_told_and_cleaned(lines):
    logging.getLogger("shop.outbox").warning(
        "failed", extra={"topic": "orders.send_mail", "email": "a@b.example"}
    )

    written = lines()[0]

    assert written["topic"] == "orders.send_mail"
    assert written["email"] == "a***@b.example"


def test_a_health_check_that_fails_leaves_a_line(shop_of_this_file, lines):
    shop_of_this_file.get("/readyz")

    assert [line["status"] for line in lines() if line["event"] == "request"] == [503]


@pytest.mark.django_db(transaction=True)
def test_a_good_health_check_leaves_no_line(client, lines):
    client.get("/readyz")

    assert lines() == []
