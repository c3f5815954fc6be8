"""Payment intents through Stripe's own library."""

from __future__ import annotations

import pytest
import requests
import stripe

from tests.payments.sandbox.driving import client_of


def test_a_new_intent_waits_for_a_payment_method(client, types_of):
    intent = client.v1.payment_intents.create(
        {"amount": 2000, "currency": "EUR", "metadata": {"order": "17"}}
    )
    assert (intent.status, intent.amount, intent.currency) == ("requires_payment_method", 2000, "eur")
    assert intent.capture_method == "automatic_async"
    assert intent.automatic_payment_methods.enabled
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    assert client.v1.payment_intents.retrieve(intent.id).metadata.order == "17"
    assert types_of() == ["payment_intent.created"]


def test_paying_at_once_leaves_charge_and_balance(client, intents, types_of):
    intent = intents.paid()
    assert (intent.status, intent.amount_received, intent.amount_capturable) == ("succeeded", 2000, 0)
    full = client.v1.payment_intents.retrieve(
        intent.id, {"expand": ["latest_charge.balance_transaction", "payment_method"]}
    )
    assert full.latest_charge.captured
    assert full.latest_charge.balance_transaction.net == 2000 - 55
    assert full.payment_method.card.last4 == "4242"
    assert types_of() == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def test_a_hold_is_not_yet_money(intents, types_of):
    intent = intents.held()
    assert (intent.status, intent.amount_received, intent.amount_capturable) == ("requires_capture", 0, 2000)
    charge = intents.charge(intent)
    assert (charge.paid, charge.captured, charge.amount_captured) == (True, False, 0)
    assert charge.payment_method_details.card.capture_before == charge.created + 7 * 24 * 3600
    assert types_of()[-2:] == ["charge.succeeded", "payment_intent.amount_capturable_updated"]


def test_cards_alone_can_be_held_on_an_automatic_intent(intents):
    held = intents.paid(payment_method_options={"card": {"capture_method": "manual"}})
    assert held.status == "requires_capture"


def test_changing_an_intent(client, intents):
    intent = intents.create(metadata={"order": "17", "cart": "3"}, description="A mug")
    changed = client.v1.payment_intents.update(
        intent.id, {"amount": 4000, "metadata": {"order": "18", "cart": ""}, "description": ""}
    )
    assert (changed.amount, changed.metadata.to_dict(), changed.description) == (4000, {"order": "18"}, None)


def test_the_amount_of_a_paid_intent_stays(client, intents):
    intent = intents.paid()
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.update(intent.id, {"amount": 1})
    assert refusal.value.code in ("amount_too_small", "payment_intent_unexpected_state")
    assert client.v1.payment_intents.update(intent.id, {"metadata": {"order": "1"}}).metadata.order == "1"


def test_confirming_in_a_second_step(client, intents):
    intent = intents.create(payment_method="pm_card_visa")
    assert intent.status == "requires_confirmation"
    assert client.v1.payment_intents.confirm(intent.id).status == "succeeded"


def test_nothing_is_confirmed_twice(client, intents):
    intent = intents.paid()
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert refusal.value.code == "payment_intent_unexpected_state"
    assert refusal.value.error.payment_intent.status == "succeeded"
    assert "already succeeded" in str(refusal.value)


def test_methods_that_may_redirect_want_a_return_url(client):
    intent = client.v1.payment_intents.create({"amount": 2000, "currency": "eur"})
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    paid = client.v1.payment_intents.confirm(
        intent.id, {"payment_method": "pm_card_visa", "return_url": "http://shop.test/"}
    )
    assert paid.status == "succeeded"


def test_cancelling_a_hold_releases_it_without_a_refund(client, intents, types_of):
    intent = intents.held()
    canceled = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    assert (canceled.amount_capturable, canceled.amount_received) == (0, 0)
    charge = intents.charge(intent)
    assert (charge.captured, charge.refunded, charge.amount_refunded) == (False, False, 0)
    assert client.v1.refunds.list({"payment_intent": intent.id}).data == []
    assert types_of()[-1] == "payment_intent.canceled"


@pytest.mark.parametrize("end", ["paid", "canceled"])
def test_what_is_over_cannot_be_cancelled(client, intents, end):
    intent = intents.paid() if end == "paid" else client.v1.payment_intents.cancel(intents.create().id)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.cancel(intent.id)
    assert refusal.value.code == "payment_intent_unexpected_state"


def test_a_cancelled_intent_cannot_be_paid(client, intents):
    intent = client.v1.payment_intents.cancel(intents.create().id)
    with pytest.raises(stripe.InvalidRequestError, match="status of canceled"):
        client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})


def test_lists_come_newest_first_in_pages(client, intents):
    ids = [intents.create().id for _ in range(5)][::-1]
    first = client.v1.payment_intents.list({"limit": 2})
    assert ([one.id for one in first.data], first.has_more) == (ids[:2], True)
    second = client.v1.payment_intents.list({"limit": 3, "starting_after": ids[1]})
    assert ([one.id for one in second.data], second.has_more) == (ids[2:], False)
    back = client.v1.payment_intents.list({"limit": 2, "ending_before": ids[3]})
    assert ([one.id for one in back.data], back.has_more) == (ids[1:3], True)
    assert [one.id for one in client.v1.payment_intents.list({"limit": 2}).auto_paging_iter()] == ids


def test_lists_by_time(client, intents, control):
    old = intents.create()
    control("clock", offset=3600)
    new = intents.create()
    later = client.v1.payment_intents.list({"created": {"gt": old.created}})
    earlier = client.v1.payment_intents.list({"created": {"gte": old.created, "lt": new.created}})
    assert [one.id for one in later.data] == [new.id]
    assert [one.id for one in earlier.data] == [old.id]


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"currency": "eur"}, "parameter_missing", "amount"),
        ({"amount": "10.5", "currency": "eur"}, "parameter_invalid_integer", "amount"),
        ({"amount": 1, "currency": "eur"}, "amount_too_small", "amount"),
        ({"amount": 100_000_000, "currency": "eur"}, "amount_too_large", "amount"),
        ({"amount": 2000, "currency": "xxx"}, None, "currency"),
        ({"amount": 2000, "currency": "eur", "colour": "red"}, "parameter_unknown", "colour"),
        (
            {"amount": 2000, "currency": "eur", "payment_method_options[card][request_multicaptur]": "never"},
            "parameter_unknown",
            "payment_method_options[card][request_multicaptur]",
        ),
        ({"amount": 2000, "currency": "eur", "capture_method": "later"}, None, "capture_method"),
        ({"amount": 2000, "currency": "eur", "metadata[order]": "x" * 501}, None, "metadata[order]"),
        ({"amount": 2000, "currency": "eur", "payment_method_types[]": "sepa"}, None, "payment_method_types"),
        ({"amount": 2000, "currency": "eur", "description": ""}, "fine", None),
        ({"amount": "", "currency": "eur"}, "parameter_invalid_empty", "amount"),
    ],
)
def test_wrong_parameters_are_named(sandbox, params, code, param):
    answer = requests.post(
        f"{sandbox.url}/v1/payment_intents", data=params, auth=("sk_test_shop", ""), timeout=10
    )
    if code == "fine":
        assert answer.status_code == 200
        return
    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error.get("code"), error["param"]) == (
        400,
        "invalid_request_error",
        code,
        param,
    )


def test_what_is_not_there(client):
    for look in (client.v1.payment_intents.retrieve, client.v1.payment_intents.cancel):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            look("pi_unknown")
        with pytest.raises(stripe.InvalidRequestError, match="No such payment_intent: 'order-7'"):
            look("order-7")
        assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


def test_an_unknown_address(sandbox):
    answer = requests.get(f"{sandbox.url}/v1/customers", auth=("sk_test_shop", ""), timeout=10)
    assert answer.status_code == 404
    assert "Unrecognized request URL (GET: /v1/customers)" in answer.json()["error"]["message"]


@pytest.mark.parametrize("key", ["sk_live_shop", "pk_test_shop", "nonsense"])
def test_only_secret_test_keys_open_the_api(sandbox, key):
    with pytest.raises(stripe.AuthenticationError):
        client_of(sandbox, key).v1.payment_intents.create({"amount": 2000, "currency": "eur"})


def test_no_key_at_all(sandbox):
    assert requests.get(f"{sandbox.url}/v1/payment_intents", timeout=10).status_code == 401


def test_another_version_of_the_api_is_refused(sandbox):
    answer = requests.get(
        f"{sandbox.url}/v1/payment_intents",
        headers={"Authorization": "Bearer sk_test_x", "Stripe-Version": "2024-06-20"},
        timeout=10,
    )
    assert answer.status_code == 400
    assert answer.headers["Request-Id"].startswith("req_")


def test_what_cannot_be_expanded(client, intents):
    with pytest.raises(stripe.InvalidRequestError, match=r"cannot be expanded \(colour\)"):
        client.v1.payment_intents.retrieve(intents.create().id, {"expand": ["colour"]})


def test_lists_expand_too(client, intents):
    intents.paid()
    listed = client.v1.payment_intents.list({"expand": ["data.latest_charge"]})
    assert listed.data[0].latest_charge.object == "charge"
