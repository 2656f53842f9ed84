"""The OpenAPI document is complete and true: schemathesis finds no undocumented answer and no 5xx.

Everything is derandomised, so a run either always passes or always fails. Ids of real rows and
``If-Match: *`` are put into part of the requests, since a random UUID gets no further than 404.
"""

from __future__ import annotations

import json
from contextlib import nullcontext, suppress
from functools import cache

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from nexus.directory.models import Contact, Location
from nexus.wsgi import application

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = {"admin": 10, "acme": 4, "stranger": 2}


def test_the_document_is_valid_and_leaves_nothing_to_guess(tmp_path):
    out = tmp_path / "schema.json"
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--format=openapi-json", f"--file={out}"
    )
    document = json.loads(out.read_text())
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            problems = {code for code in operation["responses"] if code >= "400"}
            assert problems, where
            for code in problems:
                assert "application/problem+json" in operation["responses"][code]["content"], where
            if method in {"put", "patch", "delete"} or path.endswith("/restore/"):
                assert {"412", "428", "404"} <= problems, where
    assert {"bearer", "basic"} <= set(document["components"]["securitySchemes"])


def test_the_document_is_served_as_it_is_generated(client):
    response = client.get("/api/schema")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.json()["openapi"].startswith("3.")
    assert client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()


@pytest.fixture
def rows(acme, acme_user, treasury):
    """Ids that lead somewhere, by the resource in the path."""
    place = Location.objects.create(company=acme, name="Hall", is_default=True)
    contact = Contact.objects.create(company=acme, location=place, last_name="Ash")
    return {
        "companies": str(acme.pk), "locations": str(place.pk), "contacts": str(contact.pk),
        "users": str(acme_user.pk), "modules": "treasury",
        "api-tokens": str(acme_user.api_tokens.create(name="Web", secret_hash="0" * 64).pk),
    }  # fmt: skip


@pytest.fixture
def wsgi():
    """The real application, kept from closing the connection our transaction is on."""
    for signal in request_started, request_finished:
        signal.disconnect(close_old_connections)
    yield
    for signal in request_started, request_finished:
        signal.connect(close_old_connections)


def _from_an_address(environ, start_response):
    """Say where a request comes from, as every server does and schemathesis's client does not."""
    return application({"REMOTE_ADDR": "192.0.2.1", **environ}, start_response)


@cache
def document():
    """Return the schema, once, since what schemathesis learns of it is dear."""
    return schemathesis.openapi.from_wsgi("/api/schema/", _from_an_address)


@pytest.mark.parametrize("who", EXAMPLES)
def test_every_answer_is_documented_and_none_is_a_server_error(
    who, rows, api, admin, acme_user, wsgi, monkeypatch
):
    # An argon2 hash costs what a hundred requests do, and says nothing about answers.
    monkeypatch.setattr(
        django_settings, "PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"]
    )
    callers = {"admin": admin, "acme": acme_user}
    headers = dict(_authorization(api(callers[who]))) if who in callers else {}
    tried = 0
    for result in document().get_all_operations():
        operation = result.ok()
        for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
            _try(operation, mode, EXAMPLES[who], headers, rows)
        tried += 1
    assert tried > 30


def _try(operation, mode, examples, headers, rows):
    @settings(
        max_examples=examples, derandomize=True, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(mode), real=st.booleans())
    def run(case, real):
        if real:
            _lead_somewhere(case, rows)
        case.call_and_validate(headers=headers, checks=CHECKS)

    # An operation that takes nothing cannot be given anything wrong.
    with suppress(Unsatisfiable) if mode.is_negative else nullcontext():
        run()


def _lead_somewhere(case, rows):
    resource = case.path.split("/")[2]
    for name in case.path_parameters or {}:
        case.path_parameters[name] = rows[resource]
    if "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = "*"


def _authorization(client):
    yield "Authorization", client._credentials["HTTP_AUTHORIZATION"]
