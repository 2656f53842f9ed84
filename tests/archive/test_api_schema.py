"""The OpenAPI document is complete and true: no undocumented answer and no 5xx."""

from __future__ import annotations

import json
from contextlib import nullcontext, suppress
from functools import cache

import pytest
import schemathesis
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

from archive.wsgi import application
from hm_auth import nexus
from hm_auth.exceptions import InvalidToken

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = {"admin": 3, "acme": 1, "stranger": 1}


def test_the_document_is_valid_and_leaves_nothing_to_guess(tmp_path):
    out = tmp_path / "schema.json"
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--format=openapi-json", f"--file={out}"
    )
    document = json.loads(out.read_text())
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            problems = {code for code in operation["responses"] if code >= "400"}
            assert problems, path
            if method in {"patch", "delete"} or path.endswith("/restore/"):
                assert {"412", "428", "404"} <= problems, path


@pytest.fixture
def wsgi():
    """The real application, kept from closing the connection our transaction is on."""
    for signal in request_started, request_finished:
        signal.disconnect(close_old_connections)
    yield
    for signal in request_started, request_finished:
        signal.connect(close_old_connections)


def _from_an_address(environ, start_response):
    answer = application({"REMOTE_ADDR": "192.0.2.1", **environ}, start_response)
    try:
        return list(answer)
    finally:
        answer.close()  # as every server does, and as this client does not


@cache
def document():
    return schemathesis.openapi.from_wsgi("/api/schema/", _from_an_address)


@pytest.mark.parametrize("who", EXAMPLES)
def test_every_answer_is_documented_and_none_is_a_server_error(
    who, admin, acme, theirs, wsgi, monkeypatch
):
    people = {"admin": admin, "acme": acme}

    def access(token):
        if token not in people:
            raise InvalidToken("not one of ours")
        return people[token].user.claims

    monkeypatch.setattr(nexus.verifier, "access", access)
    headers = {"Authorization": f"Bearer {who}"} if who in people else {}
    tried = 0
    for result in document().get_all_operations():
        for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
            _try(result.ok(), mode, EXAMPLES[who], headers, theirs)
        tried += 1
    assert tried > 15


def _try(operation, mode, examples, headers, theirs):
    row = theirs.get(operation.path.split("/")[2].removesuffix("s"))

    @settings(
        max_examples=examples, derandomize=True, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(mode), real=st.booleans())
    def run(case, real):
        if real and row is not None:
            for name in set(case.path_parameters or {}) - {"number"}:
                case.path_parameters[name] = str(row.pk)
            if "If-Match" in (case.headers or {}):
                case.headers["If-Match"] = "*"
        case.call_and_validate(headers=headers, checks=CHECKS)

    # An operation that takes nothing cannot be given anything wrong.
    with suppress(Unsatisfiable) if mode.is_negative else nullcontext():
        run()
