"""The judge itself: it lets pass what Stripe takes, and finds what Stripe would not."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.payments import openapi
from tests.payments.openapi import OutOfSpec, validate_event, validate_request, validate_response

NEWER_THAN_THE_FIXTURES = {"source", "enhanced_evidence"}  # fields the samples have and the file has not


@pytest.fixture(autouse=True)
def spec():
    openapi.require_spec()


@pytest.fixture(scope="module")
def samples():
    openapi.require_spec()
    file = openapi.spec_file().parent / "fixtures3-2026-07-29.json.gz"
    with gzip.open(file, "rt", encoding="utf-8") as opened:
        return json.load(opened)["resources"]


def test_a_request_comes_back_typed():
    sent = (
        "amount=2000&currency=eur&automatic_payment_methods[enabled]=true&payment_method_types[0]=card"
        "&metadata[order]=17&metadata[0]=1&payment_method_options[card][request_multicapture]=if_available"
    )
    assert validate_request("POST", "/v1/payment_intents", sent) == {
        "amount": 2000,
        "currency": "eur",
        "automatic_payment_methods": {"enabled": True},
        "payment_method_types": ["card"],
        "metadata": {"order": "17", "0": "1"},
        "payment_method_options": {"card": {"request_multicapture": "if_available"}},
    }


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("POST", "/v1/payment_intents/pi_1/capture", "amount_to_capture=500&final_capture=false"),
        ("POST", "/v1/payment_intents/pi_1", "metadata=&description=x"),
        ("POST", "/v1/refunds", "payment_intent=pi_1&amount=5&reason=duplicate"),
        ("GET", "/v1/events", "types[0]=charge.captured&created[gte]=1700000000&limit=100"),
        ("GET", "/v1/payment_intents", "created=1700000000&expand[0]=data.latest_charge"),
        ("GET", "/v1/payment_intents/pi_1", ""),
    ],
)
def test_what_stripe_takes_passes(method, path, sent):
    validate_request(method, path, sent)


@pytest.mark.parametrize(
    ("method", "path", "sent", "found"),
    [
        ("POST", "/v1/payment_intents", "currency=eur", "amount"),
        ("POST", "/v1/payment_intents", "amount=10.50&currency=eur", "10.50"),
        ("POST", "/v1/payment_intents", "amount=1&currency=eur&colour=red", "colour"),
        ("POST", "/v1/payment_intents", "amount=1&currency=eur&capture_method=later", "later"),
        (
            "POST",
            "/v1/payment_intents",
            "amount=1&currency=eur&payment_method_options[card][networ]=visa",
            "networ",
        ),
        ("POST", "/v1/payment_intents", f"amount=1&currency=eur&statement_descriptor={'x' * 23}", "too long"),
        ("POST", "/v1/payment_intents/pi_1/capture", "amount=5", "amount"),
        ("POST", "/v1/payment_intents/pi_1/seize", "", "Stripe has no"),
        ("GET", "/v1/payment_intents", "status=succeeded", "status"),
        ("DELETE", "/v1/payment_intents", "", "Stripe has no"),
    ],
)
def test_what_stripe_would_not_take_is_found(method, path, sent, found):
    with pytest.raises(OutOfSpec, match=found):
        validate_request(method, path, sent)


@pytest.mark.parametrize(
    "kind", ["payment_intent", "charge", "refund", "payment_method", "balance_transaction"]
)
def test_stripes_own_samples_pass(samples, kind):
    sample = {name: value for name, value in samples[kind].items() if name not in NEWER_THAN_THE_FIXTURES}
    openapi._judge(sample, {"$ref": f"stripe:{kind}"}, kind)


def test_an_answer_with_a_wrong_or_a_made_up_field_is_found(samples):
    good = samples["refund"]
    validate_response("GET", "/v1/refunds/re_1", 200, good)
    for wrong in ({"amount": "100"}, {"colour": "red"}, {"charge": 17}):
        with pytest.raises(OutOfSpec):
            validate_response("GET", "/v1/refunds/re_1", 200, {**good, **wrong})
    with pytest.raises(OutOfSpec, match="currency"):
        validate_response(
            "GET", "/v1/refunds/re_1", 200, {name: good[name] for name in good if name != "currency"}
        )


def test_errors_have_their_shape():
    error = {"type": "card_error", "code": "card_declined", "decline_code": "lost_card", "message": "No."}
    validate_response("POST", "/v1/payment_intents", 402, {"error": error})
    with pytest.raises(OutOfSpec):
        validate_response("POST", "/v1/payment_intents", 402, {"error": {**error, "type": "refusal"}})


def test_events_are_judged_with_what_they_are_about(samples):
    event = {**samples["event"], "type": "refund.created", "data": {"object": samples["refund"]}}
    validate_event(event)
    with pytest.raises(OutOfSpec, match="object of event"):
        validate_event({**event, "data": {"object": {**samples["refund"], "amount": "much"}}})
