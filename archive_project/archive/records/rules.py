"""What a value of a record may be, and when an expiring one is due; pure Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import urlsplit
from uuid import UUID

LONGEST = 2000  # characters of a text
DIGITS = 18
NOTICES = (0, 30, 60, 90)  # days before the date; 0 stands for "on the day or past it"
# There is no vault in this release: a field of such a name would be filled with what it asks for.
SECRET = re.compile(
    r"\b(pass ?(word|phrase|code)|pwd|secret|pin|(api|private|secret|access) ?key"
    r"|credentials?)s?\b",
    re.IGNORECASE,
)


class FieldKind(StrEnum):
    """What a field holds; the last three are ids of something with a page of its own."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    URL = "url"
    COMPANY = "company"
    CONTACT = "contact"
    ARTICLE = "article"


REFERENCES = frozenset({FieldKind.COMPANY, FieldKind.CONTACT, FieldKind.ARTICLE})


def canonical(kind: str, value: object) -> str:
    """Return ``value`` as it is stored: text, a plain decimal, an ISO date, an address, a UUID.

    An empty value is "". Raises ValueError with a sentence for people.
    """
    text = str(value if value is not None else "").strip()
    if not text:
        return ""
    return PARSERS[FieldKind(kind)](text)


def asks_for_a_secret(name: str) -> bool:
    """Tell whether a field of this name would be filled with a password or a key."""
    return SECRET.search(name.replace("_", " ").replace("-", " ")) is not None


def notice(on: date, today: date) -> int | None:
    """Return the smallest of NOTICES whose time has come for a date ``on``; None before all."""
    days = (on - today).days
    return next((each for each in NOTICES if days <= each), None)


def _text(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(f"At most {LONGEST} characters.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _number(text: str) -> str:
    problem = ValueError("A number is needed, such as 12 or 12.50.")
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", text, re.ASCII):
        raise problem
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise problem from None
    if len(number.as_tuple().digits) > DIGITS:
        raise ValueError(f"At most {DIGITS} digits.")
    return format(number, "f")


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("A date is needed, such as 2026-12-31.") from None


def _url(text: str) -> str:
    problem = ValueError("An address is needed that begins with https:// or http://.")
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        raise problem from None
    if not usable or len(text) > LONGEST or re.search(r"\s", text):
        raise problem
    if parts.password is not None:
        raise ValueError("Leave the password out of the address.")
    return text


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError("An id is needed.") from None


PARSERS: Mapping[FieldKind, Callable[[str], str]] = MappingProxyType(
    {
        FieldKind.TEXT: _text,
        FieldKind.NUMBER: _number,
        FieldKind.DATE: _date,
        FieldKind.URL: _url,
        **dict.fromkeys(REFERENCES, _id),
    }
)
