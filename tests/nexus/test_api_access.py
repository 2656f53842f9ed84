"""Every address of the API, every method, every kind of caller.

The table says what each answers with an empty body; an address without a row fails the test, so a
new one cannot be forgotten. The rows in the path belong to Acme: Globex is the outsider.
"""

from __future__ import annotations

import re

import pytest
from django.urls import URLPattern, get_resolver
from rest_framework.test import APIClient

from nexus.directory.models import Contact, Location

CALLERS = ("nobody", "admin", "tech", "billing", "acme", "globex", "module")
METHODS = ("get", "post", "put", "patch", "delete")

READ_ROWS = (401, 200, 200, 200, 200, 200, 403)
READ_ROW = (401, 200, 200, 200, 200, 404, 403)
READ_OWN = (401, 200, 200, 200, 200, 200, 403)
ADMIN_400 = (401, 400, 403, 403, 403, 403, 403)
ADMIN_428 = (401, 428, 403, 403, 403, 403, 403)
ADMIN_200 = (401, 200, 403, 403, 403, 403, 403)
OWN_OR_ADMIN = (401, 200, 404, 404, 200, 404, 403)
EVERYBODY = (200,) * 7
BAD_REQUEST = (400,) * 7

LIST = {"get": READ_ROWS, "post": ADMIN_400}
ROW = {"get": READ_ROW, "put": ADMIN_428, "patch": ADMIN_428, "delete": ADMIN_428}
TABLE = {
    "api/companies/": LIST,
    "api/companies/{pk}/": ROW,
    "api/companies/{pk}/restore/": {"post": ADMIN_428},
    "api/locations/": LIST,
    "api/locations/{pk}/": ROW,
    "api/locations/{pk}/restore/": {"post": ADMIN_428},
    "api/contacts/": LIST,
    "api/contacts/{pk}/": ROW,
    "api/contacts/{pk}/restore/": {"post": ADMIN_428},
    "api/users/": {"get": READ_OWN, "post": ADMIN_400},
    "api/users/{pk}/": {"get": READ_ROW, "patch": ADMIN_428},
    "api/users/me/": {"get": READ_OWN},
    "api/api-tokens/": {"get": READ_OWN, "post": (401, 400, 400, 400, 400, 400, 403)},
    "api/api-tokens/{pk}/": {"get": OWN_OR_ADMIN},
    "api/api-tokens/{pk}/revoke/": {"post": OWN_OR_ADMIN},
    "api/modules/": {"get": (401, 200, 200, 200, 200, 200, 200), "post": ADMIN_400},
    "api/modules/{client_id}/secret/": {"post": ADMIN_200},
    "api/token/": {"post": BAD_REQUEST},
    "api/token/refresh/": {"post": BAD_REQUEST},
    "api/token/revoke/": {"post": BAD_REQUEST},
    "api/token/service/": {"post": (401,) * 7},
    "api/token/code/": {"post": BAD_REQUEST},
    ".well-known/jwks.json": {"get": EVERYBODY},
    "api/schema/": {"get": EVERYBODY},
    "api/docs/": {"get": EVERYBODY},
}


def walk(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from walk(pattern.url_patterns, route)


def template(route):
    """Return the pattern of Django, of either kind, as a path with ``{name}`` in it."""
    text = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", route)
    text = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", text)
    return text.replace("^", "").replace("$", "").replace("\\", "")


def addresses():
    paths = {template(route) for route in walk(get_resolver().url_patterns)}
    return {path for path in paths if path.startswith(("api/", ".well-known/"))}


def test_the_table_names_every_address_in_both_its_forms():
    expected = set(TABLE) | {path.removesuffix("/") for path in TABLE}
    assert addresses() == expected


@pytest.fixture
def callers(api, admin, tech, billing, acme_user, globex_user, treasury):
    people = {
        "admin": admin, "tech": tech, "billing": billing, "acme": acme_user, "globex": globex_user,
        "module": treasury,
    }  # fmt: skip
    return {"nobody": APIClient(), **{name: api(caller) for name, caller in people.items()}}


@pytest.fixture
def ids(acme, acme_user):
    place = Location.objects.create(company=acme, name="Hall")
    contact = Contact.objects.create(company=acme, last_name="Ash")
    return {
        "companies": acme.pk, "locations": place.pk, "contacts": contact.pk, "users": acme_user.pk,
        "api-tokens": acme_user.api_tokens.create(name="Website", secret_hash="0" * 64).pk,
    }  # fmt: skip


@pytest.mark.parametrize("slash", ["with slash", "without"])
@pytest.mark.parametrize("path", TABLE)
def test_each_caller_gets_what_they_may(callers, ids, path, slash):
    address = "/" + path.format(pk=ids.get(path.split("/")[1]), client_id="treasury")
    if slash == "without":
        address = address.removesuffix("/")
    for method in METHODS:
        for name, expected in zip(CALLERS, TABLE[path].get(method, [None] * 7), strict=True):
            body = {} if method != "get" else None
            status = getattr(callers[name], method)(address, body).status_code
            if expected is None:
                assert status in {401, 403, 405}, f"{method} {path} by {name}: {status}"
            else:
                assert status == expected, f"{method} {path} by {name}: {status}"
