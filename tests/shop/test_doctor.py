"""`manage.py doctor`: each thing that can be wrong is named, and the exit code says that something is."""

import json
import socket
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from shop.models import Message

pytestmark = pytest.mark.django_db

DEMO_KEY = "only-for-demo-and-tests-" * 3
SOUND = {
    "DEMO": False,
    "DEBUG": False,
    "SECRET_KEY": "kP7-vQx2_Lw9zRtY4mNbGh6sDfJcAe8uWi3oXqZa1B5yUrTnEj",
    "ALLOWED_HOSTS": ["shop.example.com"],
    "SITE_URL": "https://shop.example.com",
    "STRIPE_SECRET_KEY": "sk_live_abc",
    "STRIPE_PUBLISHABLE_KEY": "pk_live_abc",
    "STRIPE_WEBHOOK_SECRETS": ["whsec_abc"],
    "STRIPE_API_BASE": "https://api.stripe.com",
}


@pytest.fixture
def examine(settings, capsys, tmp_path):
    """examine(check, **changes): what doctor says (level, words) of one thing in an otherwise sound shop."""
    settings.BUILT_ASSETS_DIR = tmp_path / "built"
    settings.BUILT_ASSETS_DIR.mkdir()
    (settings.BUILT_ASSETS_DIR / "shop.css").write_text("a{}")

    def look(check, **changes):
        for name, value in (SOUND | changes).items():
            setattr(settings, name, value)
        try:
            call_command("doctor", "--json")
            exit_code = 0
        except SystemExit as end:
            exit_code = end.code
        answer = json.loads(capsys.readouterr().out)
        assert answer["ok"] == (exit_code == 0)
        assert exit_code == any(finding["level"] == "failure" for finding in answer["findings"])
        return [(each["level"], each["words"]) for each in answer["findings"] if each["check"] == check]

    return look


def only(findings):
    assert len(findings) == 1, findings
    return findings[0]


@pytest.mark.parametrize(
    "check",
    [
        "python",
        "secret_key",
        "debug",
        "stripe",
        "database",
        "migrations",
        "caching",
        "media",
        "outbox",
        "clock",
    ],
)
def test_a_sound_shop_is_found_well(examine, check):
    assert only(examine(check))[0] == "ok"


@pytest.mark.parametrize(
    ("check", "changes", "level", "words"),
    [
        ("secret_key", {"SECRET_KEY": DEMO_KEY}, "failure", "known to everybody"),
        (
            "secret_key",
            {"SECRET_KEY": DEMO_KEY, "DEMO": True},
            "warning",
            "known to everybody",
        ),
        ("secret_key", {"SECRET_KEY": "short"}, "failure", "too short"),
        ("secret_key", {"SECRET_KEY": "ab" * 40}, "failure", "too regular"),
        ("debug", {"DEBUG": True}, "warning", "DEBUG is on"),
        ("addresses", {"ALLOWED_HOSTS": ["*"]}, "failure", "holds *"),
        ("addresses", {"SITE_URL": "https://other.example"}, "failure", "does not list"),
        ("addresses", {"SITE_URL": "http://shop.example.com"}, "failure", "not https"),
        ("stripe", {"STRIPE_WEBHOOK_SECRETS": []}, "failure", "STRIPE_WEBHOOK_SECRET is empty"),
        ("stripe", {"STRIPE_WEBHOOK_SECRETS": [""]}, "failure", "STRIPE_WEBHOOK_SECRET is empty"),
        ("stripe", {"STRIPE_PUBLISHABLE_KEY": "pk_test_abc"}, "failure", "not of one kind"),
        (
            "stripe",
            {"STRIPE_API_BASE": "http://127.0.0.1:12111"},
            "failure",
            "A live Stripe key would be sent",
        ),
        ("stripe", {"DEMO": True}, "failure", "The demo has a live Stripe key"),
        ("stripe", {"STRIPE_SECRET_KEY": ""}, "warning", "takes no cards"),
        (
            "stripe",
            {"STRIPE_SECRET_KEY": "sk_test_a", "STRIPE_PUBLISHABLE_KEY": "pk_test_a"},
            "warning",
            "no real money",
        ),
        ("broker", {"REDIS_URL": "redis://127.0.0.1:1/0"}, "failure", "Redis does not answer"),
        ("email", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "failure", "no mail"),
        ("media", {"MEDIA_ROOT": "/proc/nowhere"}, "failure", "cannot be written"),
        ("static_files", {"BUILT_ASSETS_DIR": "/nonexistent"}, "failure", "build_assets"),
    ],
)
def test_what_is_wrong_is_said_in_words(examine, check, changes, level, words):
    findings = examine(check, **changes)

    assert any(found == level and words in said for found, said in findings), findings


def test_a_subdomain_is_covered_by_a_dotted_name(examine):
    findings = examine("addresses", ALLOWED_HOSTS=[".example.com"])

    assert {level for level, _words in findings} == {"ok"}


def test_work_that_is_late_and_work_that_was_given_up_are_both_told(examine):
    past = timezone.now() - timedelta(minutes=11)
    Message.objects.create(topic="x", dedupe="late", available_at=past)
    Message.objects.create(topic="x", dedupe="dead", state=Message.State.DEAD)

    late, dead = examine("outbox")

    assert late[0] == dead[0] == "failure"
    assert "1 messages are over 10 minutes late" in late[1]
    assert "1 messages were given up" in dead[1]


def test_work_that_is_due_only_now_is_not_late(examine):
    Message.objects.create(topic="x", dedupe="fresh")

    assert only(examine("outbox"))[0] == "ok"


def test_a_mail_server_that_greets_is_reached_and_one_that_is_away_is_not(examine):
    smtp = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1"}
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=greet, args=[server], daemon=True).start()
        assert only(examine("email", **smtp, EMAIL_PORT=port))[0] == "ok"

    assert only(examine("email", **smtp, EMAIL_PORT=port))[0] == "failure"


def greet(server):
    """As much of a mail server as a look at it needs."""
    connection, _address = server.accept()
    with connection, connection.makefile("rwb") as stream:
        stream.write(b"220 mail.example ESMTP\r\n")
        stream.flush()
        for line in stream:
            stream.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 mail.example\r\n")
            stream.flush()


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_is_not_applied_is_named(examine):
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="shipping").delete()
    try:
        level, words = only(examine("migrations"))
    finally:
        call_command("migrate", "shipping", fake=True, verbosity=0)

    assert level == "failure"
    assert "shipping.0001_initial" in words


def test_people_read_a_table_and_a_last_line(settings, capsys):
    for name, value in SOUND.items():
        setattr(settings, name, value)

    with pytest.raises(SystemExit) as end:
        call_command("doctor")

    lines = capsys.readouterr().out.splitlines()
    assert end.value.code == 1  # a test sends no mail out of the house
    assert any(line.startswith("FAIL  email") for line in lines)
    assert lines[-1].startswith(f"{len(lines) - 1} findings: ")
