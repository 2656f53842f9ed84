"""What leaves for Sentry when something breaks: the error, and nothing that opens a door."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hm_auth.service import sentry
from hm_auth.service.config import ConfigError


@pytest.fixture(scope="module")
def sent() -> list[dict]:
    """What a broken request sends. In a process of its own: sentry-sdk changes Django for good."""
    script = Path(__file__).with_name("service_sentry_app.py")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return [event for line in done.stdout.splitlines() for event in json.loads(line)]


def test_the_error_arrives_with_where_it_happened(sent):
    (error,) = [each for each in sent if "exception" in each]
    (raised,) = error["exception"]["values"]
    assert raised["type"] == "RuntimeError"
    assert "smtp+tls://user:[hidden]@mail" in raised["value"]
    assert raised["stacktrace"]["frames"][-1]["function"] == "broken"
    assert error["transaction"] == "/password-reset/{token}"
    assert error["tags"] == {"service": "Sample", "request_id": "0123456789abcdef"}
    assert error["release"] == "1.2.3"


def test_what_was_logged_as_an_error_arrives_too(sent):
    (logged,) = [each for each in sent if "logentry" in each]
    assert logged["logentry"]["message"] == "Nexus said: token=[hidden]"


def test_no_secret_and_no_person_ever_leaves(sent):
    assert sent
    text = json.dumps(sent)
    assert "S3CRET" not in text
    assert "P3RSON" not in text
    for event in sent:
        assert set(event["request"]) == {"method", "headers"}
        assert not {"user", "breadcrumbs", "extra", "server_name"} & set(event)


def test_what_is_no_address_is_said_at_the_start():
    with pytest.raises(ConfigError, match="SENTRY_DSN is not an address of Sentry"):
        sentry.start("sentry.example", service="x")


def test_nothing_is_imported_unless_it_is_set():
    code = "import django; django.setup(); import sys; sys.exit('sentry_sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
