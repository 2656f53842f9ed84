"""Archive as it stands: its addresses, and that strangers see none of its pages."""

from __future__ import annotations

import re
import uuid

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from hm_auth.permissions import Level
from tests.archive.conftest import person

pytestmark = pytest.mark.django_db

OPEN_TO_STRANGERS = {
    "auth/login",
    "auth/logout",
    "auth/start",
    "auth/authorize",
    "auth/callback",
    "auth/backchannel-logout",
    "healthz",
    "readyz",
    "metrics",
}


@pytest.mark.parametrize("level", list(Level))
def test_the_home_page_greets_everybody_who_may_open_it(level):
    company = uuid.uuid4() if level is Level.CLIENT else None
    page = person(level, company).browser.get("/").content.decode()
    assert f"Hello, Zoë {level.value.capitalize()}" in page
    assert "Archive" in page
    assert 'href="/companies"' in page


def test_the_api_answers_the_callers_claims():
    answer = person(Level.CLIENT, uuid.uuid4()).browser.get("/api/me")
    assert answer.status_code == 200
    assert answer.json()["permission_level"] == "client"
    assert answer.json()["company"]


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[str]:
    found = []
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        nested = isinstance(pattern, URLResolver)
        found += addresses(pattern.url_patterns, route) if nested else [route]
    return found


def filled(parameter: re.Match[str]) -> str:
    examples = {"int:": "1", "uuid:": str(uuid.UUID(int=1))}
    return examples.get(parameter[1] or "", "some-name")


def test_strangers_see_none_of_the_pages():
    for route in addresses(get_resolver().url_patterns):
        answer = Client().get("/" + re.sub(r"<(int:|uuid:)?[^>]*>", filled, route))
        if route.startswith(("api/^", "api/schema", "api/docs")):
            continue  # regular expressions, which test_api_schema asks; open documents
        if route.startswith("api/") or route == "feed.atom":  # for programs, not for browsers
            assert answer.status_code == 401, route
        elif answer.status_code == 405:
            assert answer["Allow"] == "POST", route
        elif route not in OPEN_TO_STRANGERS:
            assert answer.status_code == 302, route
            assert answer["Location"].startswith("/auth/login?next="), route


def test_settings_and_migrations_are_complete():
    call_command("check", fail_level="WARNING")
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
