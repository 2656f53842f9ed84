"""Log lines: readable by machines, tied to a request, free of secrets."""

from __future__ import annotations

import json
import logging
import logging.config
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hm_auth.service import logs, request_id
from hm_auth.service.config import Config


def record(message: str, *args: Any, **extra: Any) -> logging.LogRecord:
    logger = logging.getLogger("hm.test")
    return logger.makeRecord("hm.test", logging.INFO, "f.py", 1, message, args, None, extra=extra)


@pytest.fixture
def current_request() -> Iterator[None]:
    token = request_id.current.set("0123456789abcdef")
    yield
    request_id.current.reset(token)


@pytest.mark.usefixtures("current_request")
def test_a_json_line_says_when_where_and_for_which_request() -> None:
    line = logs.JsonFormatter("nexus").format(record("%s tries", 3, status=200, ms=1.5))
    assert "\n" not in line
    parsed = json.loads(line)
    assert parsed.pop("time").endswith("Z")
    assert parsed == {
        "level": "INFO",
        "logger": "hm.test",
        "service": "nexus",
        "request_id": "0123456789abcdef",
        "message": "3 tries",
        "status": 200,
        "ms": 1.5,
    }


@pytest.mark.usefixtures("current_request")
def test_a_text_line_reads_well() -> None:
    line = logs.TextFormatter().format(record("Signed in"))
    assert line.endswith("INFO    hm.test  Signed in  [01234567]")


@pytest.mark.parametrize("formatter", [logs.JsonFormatter("nexus"), logs.TextFormatter()])
def test_a_visitor_cannot_forge_a_line(formatter: logging.Formatter) -> None:
    line = formatter.format(record("Not found: %s", "/x\n12:00:00 INFO hm.access \x1b[31mforged"))
    assert "\n" not in line
    assert "\x1b" not in line


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer S3CRET-S3CRET-S3CRET",
        "authorization: Basic S3CRET",
        "{'Authorization': 'Basic S3CRET=='}",
        "Cookie: nexus_session=S3CRET; other=S3CRET",
        "Set-Cookie: x=S3CRET",
        "GET /auth/callback?code=S3CRET&state=S3CRET HTTP/1.1",
        "GET /reset?token=S3CRET",
        "POST /api/token/refresh/ {'refresh': 'S3CRET.1.abc'}",
        '{"username": "a", "password": "S3CRET\\" S3CRET"}',
        "password=S3CRET",
        "password = 'S3CRET S3CRET'",
        "Password: S3CRET",
        "HM_DB_PASSWORD=S3CRET",
        "client_secret=S3CRET",
        "csrfmiddlewaretoken=S3CRET&x=1",
        "eyJhbGciOiJFUzI1NiJ9.S3CRET.S3CRET",
        "a feed reader sent hm_AbCdE-S3CRET-S3CRET-S3CRET as its password",
        "postgres://nexus:S3CRET@db/nexus",
        "smtp+tls://user:S3CRET@mail",
        "HTTPConnectionPool: Max retries exceeded with url: /x?access=S3CRET",
    ],
)
@pytest.mark.parametrize("formatter", [logs.JsonFormatter("nexus"), logs.TextFormatter()])
def test_a_secret_in_a_message_is_hidden(formatter: logging.Formatter, text: str) -> None:
    assert "S3CRET" in text
    assert "S3CRET" not in formatter.format(record(text))
    assert "S3CRET" not in formatter.format(record("while %s", text))
    assert "S3CRET" not in formatter.format(record("x", detail={"sent": text}))


@pytest.mark.parametrize(
    "name",
    ["password", "Authorization", "cookies", "access", "refresh", "client_secret", "code", "token"],
)
def test_a_field_with_a_secret_name_is_hidden(name: str) -> None:
    assert "S3CRET" not in logs.JsonFormatter("nexus").format(record("x", **{name: "S3CRET"}))


@pytest.mark.parametrize(
    "text",
    [
        "The token is refused: bad signature",
        "invalid token: expired",
        "Forbidden (CSRF cookie not set.): /x",
        "GET /api/companies/ 200 12.3 ms",
        "status_code=404",
        "Basic authentication is needed",
        "http://127.0.0.1:5000/healthz",
    ],
)
def test_an_ordinary_message_stays(text: str) -> None:
    assert logs.redact(text) == text


@pytest.mark.parametrize("formatter", [logs.JsonFormatter("nexus"), logs.TextFormatter()])
def test_a_secret_in_an_exception_is_hidden_and_the_rest_is_there(
    formatter: logging.Formatter,
) -> None:
    try:
        int("postgres://nexus:S3CRET@db/nexus")
    except ValueError as error:
        broken = record("Failed")
        broken.exc_info = (type(error), error, error.__traceback__)
    line = formatter.format(broken)
    assert "S3CRET" not in line
    assert "ValueError: invalid literal for int()" in line
    assert "postgres://nexus:[hidden]@db/nexus" in line
    assert "test_service_logs.py" in line


def test_djangos_request_object_stays_out_of_the_line() -> None:
    line = logs.JsonFormatter("nexus").format(record("x", request="<WSGIRequest: GET '/?code=1'>"))
    assert "WSGIRequest" not in line


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_the_configuration_is_accepted_and_quiet_about_queries(
    log_format: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    values = {"LOG_FORMAT": log_format, "LOG_LEVEL": "DEBUG"}
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    try:
        logging.config.dictConfig(
            logs.logging_config(Config("nexus", tmp_path / "nexus.conf", values))
        )
        logging.getLogger("django.db.backends").debug("SELECT %s", "S3CRET")
        logging.getLogger("hm.access").info("GET / 200")
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]
    written = capsys.readouterr().err
    assert written.count("GET / 200") == 1
    assert "SELECT" not in written


@pytest.mark.parametrize(
    "text",
    [
        "a-",
        "eyJ-",
        "csrf",
        "token= ",
        'token="',
        "Bearer ",
        "x://a:",
        "?code=a",
        "password: ",
        "authorization",
    ],
)
def test_no_text_a_visitor_sends_keeps_the_log_busy(text):
    long = text * (200_000 // len(text))
    for pattern in logs._SECRETS:
        pattern.sub("", long)  # a pattern of quadratic time would not come back within the suite
    assert len(logs.redact(long)) < 30_000
