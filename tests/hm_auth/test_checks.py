"""Each misconfiguration of a module is found by a system check with its own id."""

from __future__ import annotations

from typing import Any

import pytest

from hm_auth.checks import check_settings
from hm_auth.service.defaults import MODULE_MIDDLEWARE

GOOD = {"NEXUS_URL": "http://127.0.0.1:5000", "CLIENT_ID": "sample", "CLIENT_SECRET": "x"}
FIRST, *REST = MODULE_MIDDLEWARE


def found() -> set[str]:
    return {message.id for message in check_settings(None)}


def test_the_sample_module_is_sound():
    assert found() == set()


@pytest.mark.parametrize(
    ("identity", "changes"),
    [
        ("hm_auth.E001", {"NEXUS_URL": ""}),
        ("hm_auth.E001", {"CLIENT_ID": None}),
        ("hm_auth.E001", {"CLIENT_SECRET": ""}),
        ("hm_auth.E002", {"NEXUS_URL": "nexus.example"}),
        ("hm_auth.E002", {"NEXUS_PUBLIC_URL": "ftp://nexus.example"}),
        ("hm_auth.E002", {"ISSUER": "https://"}),
        ("hm_auth.W003", {"NEXUS_URL": "http://nexus.example"}),
        ("hm_auth.W003", {"NEXUS_URL": "http://10.0.0.1:5000"}),
        ("hm_auth.E004", {"GRACE_SECOND": 60}),
        ("hm_auth.E005", {"READ_TIMEOUT": 0}),
        ("hm_auth.E005", {"GRACE_SECONDS": -1}),
        ("hm_auth.E006", {"CAPABILITIES": {"users.manage": ["client"]}}),
        ("hm_auth.E007", {"CAPABILITIES": {"sample.x": ["technicians"]}}),
    ],
)
def test_a_wrong_hm_auth_is_found(settings, identity, changes):
    settings.HM_AUTH = {**GOOD, **changes}
    assert found() == {identity}


@pytest.mark.parametrize(
    "url", ["https://nexus.example", "http://localhost:5000", "http://[::1]:5000"]
)
def test_a_safe_address_of_nexus_is_no_warning(settings, url):
    settings.HM_AUTH = {**GOOD, "NEXUS_URL": url}
    assert found() == set()


@pytest.mark.parametrize(
    ("identity", "name", "value"),
    [
        ("hm_auth.E008", "HM_NAV", [("Home", "home", "house", "sample.typo")]),
        ("hm_auth.E009", "SESSION_ENGINE", "django.contrib.sessions.backends.db"),
        ("hm_auth.E010", "AUTH_USER_MODEL", "auth.User"),
        ("hm_auth.E011", "AUTHENTICATION_BACKENDS", ["django.contrib.auth.backends.ModelBackend"]),
        ("hm_auth.E012", "TEMPLATES", []),
        ("hm_auth.E014", "MIDDLEWARE", []),
        ("hm_auth.E014", "MIDDLEWARE", REST),
        ("hm_auth.E015", "MIDDLEWARE", [*REST, FIRST]),
        ("hm_auth.E016", "MIDDLEWARE", [FIRST, *reversed(REST)]),
    ],
)
def test_wrong_django_settings_are_found(settings, identity: str, name: str, value: Any):
    setattr(settings, name, value)
    assert found() == {identity}


def test_a_module_without_a_name_is_found(settings):
    del settings.SERVICE_NAME
    assert found() == {"hm_auth.E013"}
