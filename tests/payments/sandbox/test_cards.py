"""Every test card does what it is for, by number in a browser and by ready-made name from a server."""

from __future__ import annotations

import time

import pytest
import requests
import stripe

from payments.sandbox.cards import CARDS
from tests.payments.sandbox.driving import Intents, client_of

PAID = {"4242424242424242", "5555555555554444", "378282246310005", "4000000000000101"}
DECLINED = {
    "4000000000000002": ("card_declined", "generic_decline"),
    "4000000000009995": ("card_declined", "insufficient_funds"),
    "4000000000009987": ("card_declined", "lost_card"),
    "4000000000009979": ("card_declined", "stolen_card"),
    "4000000000006975": ("card_declined", "card_velocity_exceeded"),
    "4000000000000069": ("expired_card", None),
    "4000000000000127": ("incorrect_cvc", None),
    "4000000000000119": ("processing_error", None),
    "4000000000000341": ("card_declined", "generic_decline"),
    "4111111111111111": ("card_declined", "test_mode_live_card"),
    "4242424242424241": ("incorrect_number", None),
}
CHALLENGED = {
    "4000002500003155": "requires_capture",
    "4000002760003184": "requires_capture",
    "4000000000003220": "requires_capture",
    "4000008400001629": "requires_payment_method",
    "4000008260003178": "requires_payment_method",
}


def type_card(sandbox, intent, number, **more):
    """Confirm as the card fields in the browser do."""
    data = {
        "key": "pk_test_shop",
        "client_secret": intent.client_secret,
        "use_stripe_sdk": "true",
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": number,
        "payment_method_data[card][exp_month]": "12",
        "payment_method_data[card][exp_year]": "2040",
        "payment_method_data[card][cvc]": "123",
        **more,
    }
    return requests.post(f"{sandbox.url}/v1/payment_intents/{intent.id}/confirm", data=data, timeout=10)


@pytest.mark.parametrize("number", sorted(PAID))
def test_cards_that_pay(sandbox, intents, number):
    answer = type_card(sandbox, intents.create(capture_method="manual"), number)
    assert (answer.status_code, answer.json()["status"]) == (200, "requires_capture")


@pytest.mark.parametrize("number", sorted(DECLINED))
def test_cards_that_are_declined(sandbox, client, intents, types_of, number):
    intent = intents.create(capture_method="manual")
    answer = type_card(sandbox, intent, number)
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (402, "card_error")
    assert (error["code"], error.get("decline_code")) == DECLINED[number]
    assert error["payment_intent"]["status"] == "requires_payment_method"
    after = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (after.payment_method, after.last_payment_error.code) == (None, error["code"])
    assert (after.latest_charge.status, after.latest_charge.failure_code) == ("failed", error["code"])
    assert types_of()[-2:] == ["charge.failed", "payment_intent.payment_failed"]


def test_of_a_card_only_brand_and_last_digits_are_kept(sandbox, client, intents):
    for number in ("4242424242424242", "4111111111111111", "4242424242424241"):
        type_card(sandbox, intents.create(), number)
    everything = " ".join(
        str(tuple(row))
        for table in ("objects", "keys")
        for row in sandbox.store.rows(f"SELECT * FROM {table}")
    )
    assert "4111111111111111" not in everything
    assert "4242424242424241" not in everything
    assert client.v1.charges.list().data[0].payment_method_details.card.last4 == "4241"


def test_the_security_code_that_does_not_match_shows_in_the_checks(intents):
    intent = intents.paid("pm_card_cvcCheckFail")
    assert intents.charge(intent).payment_method_details.card.checks.cvc_check == "fail"


@pytest.mark.parametrize("number", sorted(CHALLENGED))
def test_three_d_secure_then_the_bank(sandbox, client, intents, number):
    intent = intents.create(capture_method="manual")
    asked = type_card(sandbox, intent, number).json()
    assert (asked["status"], asked["next_action"]["type"]) == ("requires_action", "use_stripe_sdk")
    assert client.v1.charges.list({"payment_intent": intent.id}).data == []
    url = asked["next_action"]["use_stripe_sdk"]["stripe_js"]
    assert "Complete" in requests.get(url, timeout=10).text
    requests.post(url, data={"outcome": "complete"}, timeout=10)
    assert client.v1.payment_intents.retrieve(intent.id).status == CHALLENGED[number]


def test_three_d_secure_refused(sandbox, client, intents, types_of):
    intent = intents.create()
    url = type_card(sandbox, intent, "4000002500003155").json()["next_action"]["use_stripe_sdk"]["stripe_js"]
    requests.post(url, data={"outcome": "fail"}, timeout=10)
    after = client.v1.payment_intents.retrieve(intent.id)
    assert after.status == "requires_payment_method"
    assert after.last_payment_error.code == "payment_intent_authentication_failure"
    assert types_of()[-2:] == ["payment_intent.requires_action", "payment_intent.payment_failed"]


def test_the_bank_is_not_answered_twice(sandbox, client, intents):
    intent = intents.create()
    url = type_card(sandbox, intent, "4000002500003155").json()["next_action"]["use_stripe_sdk"]["stripe_js"]
    for outcome in ("complete", "complete", "fail"):
        requests.post(url, data={"outcome": outcome}, timeout=10)
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"
    assert len(client.v1.charges.list({"payment_intent": intent.id}).data) == 1


@pytest.mark.parametrize(("outcome", "status"), [("complete", "succeeded"), ("fail", "failed")])
def test_three_d_secure_by_redirect_comes_back_to_the_shop(client, intents, outcome, status):
    intent = intents.create(
        confirm=True,
        payment_method="pm_card_authenticationRequired",
        return_url="http://shop.test/back?order=7",
    )
    action = intent.next_action
    assert (action.type, action.redirect_to_url.return_url) == (
        "redirect_to_url",
        "http://shop.test/back?order=7",
    )
    answer = requests.post(
        action.redirect_to_url.url, data={"outcome": outcome}, allow_redirects=False, timeout=10
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == (
        f"http://shop.test/back?order=7&payment_intent={intent.id}"
        f"&payment_intent_client_secret={intent.client_secret}&redirect_status={status}"
    )


def test_three_d_secure_with_nobody_there_is_a_decline(intents):
    with pytest.raises(stripe.CardError) as refusal:
        intents.paid("pm_card_authenticationRequired", off_session=True)
    assert refusal.value.code == "authentication_required"


def test_a_shop_may_ask_for_three_d_secure(intents):
    options = {"card": {"request_three_d_secure": "any"}}
    assert intents.paid(payment_method_options=options).status == "requires_action"


def test_ready_made_payment_methods(client):
    intents = Intents(client)
    for card in CARDS:
        if card.slow or card.answer_lost:
            continue
        name = f"pm_card_{card.token}"
        if card.decline and not card.three_d_secure:
            with pytest.raises(stripe.CardError):
                intents.paid(name)
        else:
            expected = "requires_action" if card.three_d_secure else "succeeded"
            assert intents.paid(name).status == expected, name
    with pytest.raises(stripe.InvalidRequestError, match="No such PaymentMethod"):
        intents.paid("pm_card_unheardOf")


def test_a_declined_card_and_then_another_on_the_same_intent(client, intents):
    intent = intents.create()
    with pytest.raises(stripe.CardError) as refusal:
        client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa_chargeDeclined"})
    assert refusal.value.user_message == "Your card was declined."
    paid = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)


def test_the_slow_card_answers_late(sandbox, client, intents):
    sandbox.slow_card_seconds = 0.4
    intent = intents.create()
    started = time.monotonic()
    assert type_card(sandbox, intent, "4000000000009235").json()["status"] == "succeeded"
    assert time.monotonic() - started >= 0.4


def test_the_card_whose_answer_is_lost_has_paid(sandbox, client, intents):
    intent = intents.create()
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        type_card(sandbox, intent, "4000000000009243")
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_server_must_not_send_card_numbers(sandbox):
    client = client_of(sandbox)
    with pytest.raises(stripe.CardError, match="generally unsafe"):
        client.v1.payment_methods.create(
            {"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040}}
        )


def test_payment_methods_made_in_a_browser(sandbox, client, intents):
    data = {
        "key": "pk_test_shop",
        "type": "card",
        "card[number]": "4242 4242 4242 4242",
        "card[exp_month]": "12",
        "card[exp_year]": "2040",
        "card[cvc]": "123",
        "billing_details[address][country]": "DE",
    }
    method = requests.post(f"{sandbox.url}/v1/payment_methods", data=data, timeout=10).json()
    assert client.v1.payment_methods.retrieve(method["id"]).billing_details.address.country == "DE"
    assert intents.paid(method["id"]).payment_method == method["id"]
