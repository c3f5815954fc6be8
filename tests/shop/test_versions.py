"""What is kept in the process until a number in the database moves."""

import pytest
from django.db import transaction
from django.utils import timezone

from orders.basket import tax_rates
from shop.errors import Refused
from tests.factories import TaxRateFactory

pytestmark = pytest.mark.django_db


def rate_in(country):
    return tax_rates(country, "", timezone.localdate(), "en")["standard"].millionths


@transaction.atomic
def change_in_vain(rate, millionths):
    rate.rate_millionths = millionths
    rate.save()
    assert rate_in(rate.country) == millionths
    raise Refused("no")


def test_what_a_change_said_that_was_taken_back_is_not_believed():
    rate = TaxRateFactory(country="PT", rate_millionths=230_000)
    with pytest.raises(Refused):
        change_in_vain(rate, 990_000)
    TaxRateFactory(country="ES", tax_class=rate.tax_class)  # moves the number, as that change had
    assert rate_in("PT") == 230_000
