"""Treasury over REST: who sees what, what may be done, and that the document says all of it."""

from __future__ import annotations

import json
import uuid
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
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.treasury.people import ACME, GLOBEX, NOVEMBER, draft, issued, workstations
from treasury.catalogue.models import Product
from treasury.invoices.models import BillingRun
from treasury.payments.models import Payment
from treasury.wsgi import application

pytestmark = pytest.mark.django_db

LISTS = {
    #                 admin billing tech acme
    "products": (200, 200, 403, 403),
    "product-prices": (200, 200, 403, 403),
    "plans": (200, 200, 403, 403),
    "plan-prices": (200, 200, 403, 403),
    "tax-rates": (200, 200, 403, 403),
    "agreements": (200, 200, 403, 403),
    "additions": (200, 200, 403, 403),
    "devices": (200, 200, 200, 200),
    "readings": (200, 200, 200, 200),
    "time-entries": (200, 200, 200, 200),
    "invoices": (200, 200, 403, 200),
    "billing-runs": (200, 200, 403, 403),
    "payments": (200, 200, 403, 403),
}


class Caller:
    """Somebody with a token."""

    def __init__(self, token: str) -> None:
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query):
        return Client().get(f"/api/{path}", query, headers=self.headers)

    def post(self, path: str, body=None, **headers):
        return Client().post(
            f"/api/{path}",
            json.dumps(body or {}),
            content_type="application/json",
            headers={**self.headers, **headers},
        )


@pytest.fixture
def callers(nexus) -> dict[str, Caller]:
    acme, globex = str(ACME), str(GLOBEX)
    return {
        "admin": Caller(nexus.access("admin")),
        "billing": Caller(nexus.access("billing")),
        "tech": Caller(nexus.access("tech")),
        "acme": Caller(nexus.access("acme", company=acme)),
        "globex": Caller(nexus.access("globex", company=globex)),
    }


def test_each_level_reads_exactly_its_lists(callers):
    issued(ACME)
    for name, expected in LISTS.items():
        answers = tuple(
            callers[who].get(f"{name}/").status_code for who in ("admin", "billing", "tech", "acme")
        )
        assert answers == expected, name
        assert Client().get(f"/api/{name}/").status_code == 401, name


def test_an_invoice_of_another_company_is_nowhere(callers):
    row, waiting = issued(ACME), draft(GLOBEX)
    for who, found in (("billing", 200), ("acme", 200), ("globex", 404), ("tech", 403)):
        assert callers[who].get(f"invoices/{row.pk}/").status_code == found, who
    assert callers["globex"].get(f"invoices/{waiting.pk}/").status_code == 404, "a draft"
    ids = [each["id"] for each in callers["globex"].get("invoices/").json()["results"]]
    assert ids == []
    devices = callers["globex"].get("devices/").json()["results"]
    assert {each["company_id"] for each in devices} == {str(GLOBEX)}
    for who in ("acme", "globex", "tech"):
        assert callers[who].post(f"invoices/{waiting.pk}/issue/").status_code == 403
        assert callers[who].post("payments/").status_code == 403


def test_an_invoice_tells_its_amounts_as_text_and_why(callers):
    row = issued(ACME)
    body = callers["acme"].get(f"invoices/{row.pk}/").json()
    assert (body["number"], body["gross"], body["open"]) == ("INV-00001", "110.70", "110.70")
    assert body["lines"][0]["sentences"] == ["2 workstations × 45.00"]
    assert body["tax_breakdown"][0]["amount"] == "20.70"
    assert "warnings" not in body, "what staff must look at is not the client's"


def test_a_draft_is_put_right_issued_once_and_credited(callers):
    row = draft(ACME)
    workstations(ACME, NOVEMBER)
    clerk = callers["billing"]
    stale = clerk.post(f"invoices/{row.pk}/issue/")
    assert (stale.status_code, stale.json()["code"]) == (409, "not_issued")
    assert clerk.post(f"invoices/{row.pk}/recalculate/").json()["net"] == "135.00"
    assert clerk.post(f"invoices/{row.pk}/issue/").json()["number"] == "INV-00001"
    again = clerk.post(f"invoices/{row.pk}/issue/")
    assert (again.status_code, again.json()["code"]) == (409, "not_a_draft")
    assert clerk.post(f"invoices/{row.pk}/recalculate/").status_code == 409
    line = clerk.get(f"invoices/{row.pk}/").json()["lines"][0]["identity"]
    address = f"invoices/{row.pk}/credit-notes/"
    wrong = clerk.post(address, {"reason": "Off", "amounts": {line: "9999"}})
    assert wrong.status_code == 409
    note = clerk.post(address, {"reason": "Off", "amounts": {line: "35.00"}})
    assert (note.status_code, note.json()["net"]) == (201, "-35.00")
    assert clerk.post(address, {"amounts": {}}).json()["errors"]["reason"]


def test_without_nexus_nothing_is_issued(callers, nexus):
    row = draft(ACME)
    callers["billing"].get("invoices/")
    nexus.fail_with = (403, {"code": "permission_denied"}, {})
    assert callers["billing"].post(f"invoices/{row.pk}/issue/").status_code == 503
    row.refresh_from_db()
    assert row.status == "draft"


def test_a_payment_is_recorded_once_however_often_it_is_sent(callers):
    row = issued(ACME)
    clerk, key = callers["billing"], str(uuid.uuid4())
    body = {
        "company": str(ACME), "client_name": "Acme", "received_on": "2025-11-20",
        "amount": "110.70", "currency": "EUR",
    }  # fmt: skip
    assert clerk.post("payments/", body).status_code == 400, "without a key"
    made = clerk.post("payments/", body, **{"Idempotency-Key": key})
    assert (made.status_code, made.json()["id"]) == (201, key)
    again = clerk.post("payments/", body, **{"Idempotency-Key": key})
    assert (again.status_code, again.json()["code"]) == (409, "already_recorded")
    assert Payment.objects.count() == 1
    assert clerk.get(f"invoices/{row.pk}/").json()["status"] == "paid"
    odd = clerk.post("payments/", {**body, "amount": "1.001"}, **{"Idempotency-Key": str(ACME)})
    assert odd.status_code == 400


def test_a_run_is_asked_for_and_watched(callers):
    answer = callers["billing"].post("billing-runs/")
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    assert callers["billing"].get(f"billing-runs/{answer.json()['id']}/").status_code == 200
    assert BillingRun.objects.count() == 1


def test_products_and_prices_are_added_and_mistakes_are_named(callers):
    clerk = callers["billing"]
    wrong = clerk.post("products/", {"sku": "X", "name": "X", "unit": "piece", "colour": "red"})
    assert wrong.json()["errors"] == {"colour": ["There is no such field."]}
    made = clerk.post("products/", {"sku": "X", "name": "X"})
    assert made.status_code == 201
    price = {
        "product": made.json()["id"], "currency": "EUR", "unit_price": "9.5", "start": "2026-01-01",
    }  # fmt: skip
    assert clerk.post("product-prices/", price).status_code == 201
    twice = clerk.post("product-prices/", price)
    assert twice.status_code == 400
    assert "from that day" in str(twice.json()["errors"])
    assert Product.objects.get(sku="X").prices.count() == 1


def test_lists_are_filtered_and_cost_the_same(callers, django_assert_num_queries):
    issued(ACME)
    draft(GLOBEX)
    clerk = callers["billing"]
    clerk.get("invoices/")
    with django_assert_num_queries(1):
        rows = clerk.get("invoices/", status="draft").json()["results"]
    assert [row["company_id"] for row in rows] == [str(GLOBEX)]
    with django_assert_num_queries(2):
        assert len(clerk.get("agreements/", company=str(ACME)).json()["results"]) == 1
    assert clerk.get("invoices/", stauts="draft").status_code == 400, "a misspelt filter"


def test_what_is_pushed_is_read_again(callers, nexus):
    token = nexus.service_token(scope="usage:write", sub="rmm", client_id="rmm")
    Caller(token).post(
        "usage/devices/",
        {"rows": [{"company": "C-1001", "hostname": "ws-1", "kind": "server"}]},
        **{"Idempotency-Key": "1"},
    )
    (row,) = callers["tech"].get("devices/", company=str(ACME)).json()["results"]
    assert (row["hostname"], row["kind"]) == ("ws-1", "server")


def test_the_document_is_valid_and_leaves_nothing_to_guess(tmp_path):
    out = tmp_path / "schema.json"
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--format=openapi-json", f"--file={out}"
    )
    document = json.loads(out.read_text())
    assert len(document["paths"]) > 25
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
EXAMPLES = {"admin": 2, "acme": 1}


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


@pytest.mark.parametrize("who", EXAMPLES)
def test_every_answer_is_documented_and_none_is_a_server_error(who, nexus, wsgi):
    row = issued(ACME)
    token = nexus.access(who, company=str(ACME)) if who == "acme" else nexus.access("admin")
    headers = {"Authorization": f"Bearer {token}"}
    tried = 0
    for result in document().get_all_operations():
        for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
            _try(result.ok(), mode, EXAMPLES[who], headers, str(row.pk))
        tried += 1
    assert tried > 30


def _try(operation, mode, examples, headers, invoice):
    @settings(
        max_examples=examples, derandomize=True, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(mode), real=st.booleans())
    def run(case, real):
        if real and case.path.startswith("/api/invoices/") and case.path_parameters:
            case.path_parameters["id"] = invoice
        case.call_and_validate(headers=headers, checks=CHECKS)

    # An operation that takes nothing cannot be given anything wrong.
    with suppress(Unsatisfiable) if mode.is_negative else nullcontext():
        run()
