import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from inventory import actions
from shop.periodic import JOBS
from tests.factories import VariantFactory
from tests.inventory.conftest import counters

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug():
    """Three units are held, and the hold ran out an hour ago."""
    variant = VariantFactory()
    actions.hold("gone", {variant.pk: 3}, now=timezone.now() - timedelta(minutes=75))
    return variant


def run(*arguments):
    out = StringIO()
    call_command("expire_holds", *arguments, stdout=out)
    return out.getvalue().strip()


def test_the_command_frees_what_ran_out(mug):
    assert run() == "Holds freed: 1"
    assert counters(mug) == (10, 0, 0)
    assert run() == "Holds freed: 0"


def test_a_dry_run_only_counts(mug):
    assert json.loads(run("--dry-run", "--json")) == {"expired": 1, "dry_run": True}
    assert counters(mug) == (10, 0, 3)


def test_it_can_be_asked_as_if_it_were_another_time(mug):
    assert run("--now", (timezone.now() - timedelta(hours=2)).isoformat()) == "Holds freed: 0"
    assert json.loads(run("--now", "2099-01-01", "--json")) == {"expired": 1, "dry_run": False}


@pytest.mark.parametrize("time", ["tomorrow", "2026-13-01T00:00:00Z", ""])
def test_what_is_no_time_is_refused_in_words(time):
    with pytest.raises(CommandError, match="is not a time"):
        run(f"--now={time}")


def test_the_clock_does_it_every_minute(mug):
    job = JOBS["inventory.tasks.expire_holds"]
    assert job.seconds == 60
    job.run()
    assert counters(mug) == (10, 0, 0)
