"""The document of Treasury's REST API says all of it, and every answer keeps to it."""

from __future__ import annotations

import json
from contextlib import nullcontext, suppress
from functools import cache

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.treasury.people import ACME
from tests.treasury.samples import one_of_each
from treasury.wsgi import application

pytestmark = pytest.mark.django_db


def test_the_document_is_valid_and_leaves_nothing_to_guess(tmp_path):
    out = tmp_path / "schema.json"
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--format=openapi-json", f"--file={out}"
    )
    document = json.loads(out.read_text())
    assert len(document["paths"]) > 75
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert {code for code in operation["responses"] if code >= "400"}, path
    assert Client().get("/api/schema/").status_code == 200
    assert b"Treasury" in Client().get(reverse("api-docs")).content


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def wsgi():
    """The real application, kept from closing the connection our transaction is on."""
    for signal in request_started, request_finished:
        signal.disconnect(close_old_connections)
    yield
    for signal in request_started, request_finished:
        signal.connect(close_old_connections)


def _from_an_address(environ, start_response):
    return application({"REMOTE_ADDR": "192.0.2.1", **environ}, start_response)


@cache
def document():
    return schemathesis.openapi.from_wsgi("/api/schema/", _from_an_address)


# Whose id an address gets, so that a request comes further than the door.
REAL = {
    "products": "product", "product-prices": "price", "plans": "plan", "plan-items": "item",
    "agreements": "agreement", "additions": "line", "discounts": "discount",
    "allowances": "allowance", "blocks": "block", "client-terms": "company",
    "contact-billing": "contact", "payments": "payment", "allocations": "allocation",
    "invoices": "draft",
}  # fmt: skip

# What clients read; the rest answers them 403, see test_api_access.
THEIRS = ("invoices", "devices", "readings", "time-entries", "statements", "prepaid-hours")


def test_every_answer_is_documented_and_none_is_a_server_error(nexus, wsgi):
    ids, tried = one_of_each(), 0
    admin = {"Authorization": f"Bearer {nexus.access('admin')}"}
    acme = {"Authorization": f"Bearer {nexus.access('acme', company=str(ACME))}"}
    for result in document().get_all_operations():
        operation = result.ok()
        kind = REAL.get(operation.path.split("/")[2], "")
        reads, name = operation.method.upper() == "GET", operation.path.split("/")[2]
        _try(operation, GenerationMode.POSITIVE, 1 if reads else 2, admin, ids.get(kind))
        _try(operation, GenerationMode.NEGATIVE, 1, admin, ids.get(kind))
        if reads and name in THEIRS:
            invoice = ids["invoice"] if kind == "draft" else ids.get(kind)
            _try(operation, GenerationMode.POSITIVE, 1, acme, invoice)
        tried += 1
    assert tried > 100


def _try(operation, mode, examples, headers, ident):
    @settings(
        max_examples=examples, derandomize=True, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(mode))
    def run(case):
        if case.path_parameters and mode.is_positive:
            if ident and "id" in case.path_parameters:
                case.path_parameters["id"] = ident
            elif "company" in case.path_parameters:
                case.path_parameters["company"] = str(ACME)
        case.call_and_validate(headers=headers, checks=CHECKS)

    # An operation that takes nothing cannot be given anything wrong.
    with suppress(Unsatisfiable) if mode.is_negative else nullcontext():
        run()
