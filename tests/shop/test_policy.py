"""What the browser is told it may load."""

from __future__ import annotations

import pytest
from csp.constants import NONCE
from csp.middleware import CSPMiddleware
from django.http import HttpResponse
from django.test import RequestFactory

from shop.middleware.policy import KeptPolicyMiddleware

HEADER = "Content-Security-Policy"
PAY = {"script-src": ["'self'", "https://js.example"]}


def policy(middleware, **said):
    """The directives that the answer of a view carries, which said this."""
    request, response = RequestFactory().get("/"), HttpResponse("ok")
    vars(response).update(said)
    middleware.process_request(request)
    answer = middleware.process_response(request, response)
    return sorted(answer.headers.get(HEADER, "").split("; "))


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"_csp_update": PAY},
        {"_csp_replace": {"img-src": ["data:"]}},
        {"_csp_config": {"default-src": ["'none'"]}},
        {"_csp_exempt": True},
    ],
)
def test_a_policy_that_was_kept_says_what_django_csp_says(said):
    kept = KeptPolicyMiddleware(lambda request: None)
    first, again = policy(kept, **said), policy(kept, **said)
    assert first == again == policy(CSPMiddleware(lambda request: None), **said)


def test_what_one_page_may_load_is_not_allowed_to_the_next():
    kept = KeptPolicyMiddleware(lambda request: None)
    assert any("https://js.example" in part for part in policy(kept, _csp_update=PAY))
    assert not any("https://js.example" in part for part in policy(kept))


def test_a_nonce_is_for_one_answer():
    kept = KeptPolicyMiddleware(lambda request: None)
    seen = set()
    for _ in range(2):
        request, response = RequestFactory().get("/"), HttpResponse("ok")
        kept.process_request(request)
        nonce = str(request.csp_nonce)
        response._csp_update = {"script-src": [NONCE]}
        assert f"'nonce-{nonce}'" in kept.process_response(request, response).headers[HEADER]
        seen.add(nonce)
    assert len(seen) == 2
