"""Log lines: JSON for machines or text for people, with the request's id and without secrets."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hm_auth.service import request_id
from hm_auth.service.config import Config

HIDDEN = "[hidden]"

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SECRET_NAME = re.compile(
    r"(?i)authorization|cookie|passw|secret|token|api_?key|csrf|session_?key|sessionid|^code$"
    r"|^(access|refresh)$"
)
# Bounded, and never begun inside a word: a visitor chooses part of what is logged, and a pattern
# that takes quadratic time for a long path would stop the service.
_NAME = r"[\w-]{0,40}(?:passw(?:or)?d|secret|token|api_?key|csrf\w{0,30})"
_LONGEST = 20_000
_VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s&,;}]+)"""
# What a secret looks like inside a sentence. Each keeps group 1 and loses the rest of the match.
_SECRETS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(\bauthorization\b[\"']?\s*[:=]\s*[\"']?).*",
        r"(\b(?:set-)?cookie\b[\"']?\s*[:=]\s*[\"']?).*",
        r"(\b(?:bearer|basic)\s+)[\w.~+/=-]{16,}",
        r"()(?<![\w-])eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?",
        r"()(?<![\w-])hm_[\w-]{16,}",  # API tokens
        # name=value and ?name=value&
        rf"((?<![\w-]){_NAME}\s{{0,9}}=\s*){_VALUE}",
        r"([?&](?:code|state|access|refresh|sessionid)=)[^\s&\"'#]+",
        # The same in JSON and in a dict's repr
        rf"([\"'](?:{_NAME}|code|access|refresh)[\"']\s*:\s*){_VALUE}",
        r"(\bpassword:\s*)\S+",
        # The password in an address of a database or mail server
        r"(\w://[^\s/:@]*:)[^\s/@]+(?=@)",
    )
)


def redact(text: str) -> str:
    """Return ``text`` without what looks like a credential: the net under code that is careful.

    What is longer than any honest line is cut.
    """
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]} (cut)"
    for pattern in _SECRETS:
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    return text


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, service, request_id, message, extras."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": _time(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "service": self.service,
            "request_id": request_id.current.get(),
            "message": redact(record.getMessage()),
        }
        line.update({key: value for key, value in _extras(record).items() if key not in line})
        if exception := _exception(self, record):
            line["exception"] = exception
        return json.dumps(line, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """A line to read: time (UTC), level, logger, message, and the start of the request's id."""

    def format(self, record: logging.LogRecord) -> str:
        # A line break in a message would let a visitor write log lines of their own.
        message = "".join(c if c.isprintable() else " " for c in redact(record.getMessage()))
        current = request_id.current.get()
        line = f"{_time(record):%H:%M:%S} {record.levelname:<7} {record.name}  {message}"
        line += f"  [{current[:8]}]" if current else ""
        exception = _exception(self, record)
        return f"{line}\n{exception}" if exception else line


def logging_config(config: Config) -> dict[str, Any]:
    """Return Django's LOGGING: everything to standard error, where systemd's journal takes it."""
    formatters: Mapping[str, dict[str, Any]] = {
        "json": {"()": "hm_auth.service.logs.JsonFormatter", "service": config.name},
        "text": {"()": "hm_auth.service.logs.TextFormatter"},
    }
    through: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatters[config["LOG_FORMAT"]]},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": config["LOG_LEVEL"]},
        "loggers": {
            # Django's own handlers would print a second time, and mail administrators.
            "django": {**through, "level": config["LOG_LEVEL"]},
            # Refusals (4xx) are lines of hm.access already; what broke comes with its traceback.
            "django.request": {**through, "level": "ERROR"},
            # The development server's request line has the query string; hm.access has not.
            "django.server": {**through, "level": "WARNING"},
            # At DEBUG these write parameters and addresses: passwords, tokens, one-time codes.
            "django.db.backends": {**through, "level": "INFO"},
            "django.template": {**through, "level": "INFO"},
            "urllib3": {**through, "level": "INFO"},
            # That a browser's burst waits a moment is no news.
            "waitress.queue": {**through, "level": "ERROR"},
        },
    }


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, tz=UTC)


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    """Return what was given as ``extra``; Django adds whole requests, of which nothing is kept."""
    left_out = _STANDARD | {"request", "sock"}
    return {key: _clean(key, value) for key, value in vars(record).items() if key not in left_out}


def _clean(key: str, value: Any) -> Any:
    if _SECRET_NAME.search(key):
        return HIDDEN
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): _clean(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean("", inner) for inner in value]
    return redact(str(value))


def _exception(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    parts = []
    if record.exc_info:
        parts.append(formatter.formatException(record.exc_info))
    if record.stack_info:
        parts.append(record.stack_info)
    return redact("\n".join(parts))
