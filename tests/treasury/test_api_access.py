"""Who may ask what of the REST API: every list and every action, for everybody with a token."""

from __future__ import annotations

import pytest
from django.test import Client

from hm_auth.permissions import Level
from tests.treasury.people import ACME, GLOBEX, signed_in
from tests.treasury.samples import one_of_each
from treasury.agreements.models import Agreement
from treasury.api.urls import router
from treasury.catalogue.models import Product
from treasury.usage.models import Device

pytestmark = pytest.mark.django_db

WHO = ("admin", "billing", "tech", "acme", "globex", "reader", "writer", "rmm")
BILLING = (200, 200, 403, 403, 403, 200, 200, 403)
STAFF = (200, 200, 200, 403, 403, 200, 200, 403)
USAGE = (200, 200, 200, 200, 200, 200, 200, 403)
INVOICES = (200, 200, 403, 200, 200, 200, 200, 403)
LISTS = {
    **dict.fromkeys(("products", "product-prices", "product-costs", "plans"), BILLING),
    **dict.fromkeys(("plan-items", "plan-prices", "tax-rates", "client-terms"), BILLING),
    **dict.fromkeys(("agreements", "additions", "discounts", "allowances", "blocks"), BILLING),
    **dict.fromkeys(("billing-runs", "approvals", "deliveries"), BILLING),
    **dict.fromkeys(("payments", "refunds", "allocations", "notices"), BILLING),
    **dict.fromkeys(("devices", "readings", "time-entries"), USAGE),
    "contact-billing": STAFF,
    "invoices": INVOICES,
}
ONE = {
    **dict.fromkeys(("receivables", "recurring-revenue", "profitability", "tax-settings"), BILLING),
    "suggestions": BILLING,
    f"statements/{ACME}": (200, 200, 403, 200, 404, 200, 200, 403),
    f"prepaid-hours/{ACME}": (200, 200, 200, 200, 404, 200, 200, 403),
    f"credit/{ACME}": BILLING,
}
# What a POST of nothing, with a key and any version, is answered: who may not gets no further.
WRITES = (
    "products", "products/{product}", "product-prices", "product-prices/{price}", "product-costs",
    "plans", "plans/{plan}", "plan-items", "plan-items/{item}", "plan-prices", "agreements",
    "agreements/{agreement}", "agreements/{agreement}/end", "agreements/{agreement}/renew",
    "additions", "additions/{line}", "additions/{line}/end", "discounts", "discounts/{discount}",
    "discounts/{discount}/end", "allowances", "allowances/{allowance}",
    "allowances/{allowance}/end", "blocks", "blocks/{block}", "client-terms/{company}",
    "billing-runs", "approvals", "payments", "payments/{payment}/reverse", "refunds",
    "allocations/{allocation}/undo", "invoices/{draft}", "invoices/{draft}/issue",
    "invoices/{draft}/recalculate", "invoices/{draft}/lines", "invoices/{invoice}/credit-notes",
    "invoices/{invoice}/use-credit", "invoices/{invoice}/write-offs", "invoices/{invoice}/send",
    "suggestions/approve", "suggestions/dismiss",
)  # fmt: skip


@pytest.fixture
def rows():
    return one_of_each()


def test_each_reads_exactly_their_lists_and_reports(callers, rows):
    assert set(LISTS) == {prefix for prefix, *_ in router.registry}, "every list is asked for"
    for name, expected in {**LISTS, **ONE}.items():
        answers = tuple(callers[who].get(f"{name}/").status_code for who in WHO)
        assert answers == expected, name
        assert Client().get(f"/api/{name}/").status_code == 401, name


def test_who_may_not_write_gets_no_further_than_the_door(callers, rows):
    for template in WRITES:
        path = template.format(**rows)
        for who in ("tech", "acme", "globex", "reader", "rmm"):
            for method in ("patch", "delete") if path.count("/") == 1 else ("post",):
                answer = callers[who].send(method, f"{path}/", key="1", if_match="*")
                assert answer.status_code in (403, 405), (who, method, path)
        assert Client().post(f"/api/{path}/").status_code == 401, path


def test_every_write_there_is_stands_in_the_list_above(rows):
    known = {template.format(**rows) for template in WRITES} | {"contact-billing"}
    missing = set()
    for prefix, viewset, _ in router.registry:
        if hasattr(viewset, "create") and prefix not in known:
            missing.add(prefix)
        for extra in viewset.get_extra_actions():
            if "post" in extra.mapping and not any(
                each.startswith(f"{prefix}/") and each.endswith(f"/{extra.url_path}")
                for each in known - {"refunds"}
            ):
                missing.add(f"{prefix}/{extra.url_path}")
    assert missing == {"refunds/reverse"}, "a refund needs credit first: see the payments"


ROWS = {
    "invoices": "invoice", "devices": "device", "time-entries": "work", "payments": "payment",
    "agreements": "agreement", "additions": "line", "allocations": "allocation",
    "discounts": "discount", "allowances": "allowance", "blocks": "block",
    "contact-billing": "contact", "client-terms": "company",
}  # fmt: skip


def test_a_row_of_another_company_is_nowhere(callers, rows):
    for name, key in ROWS.items():
        path = f"{name}/{rows[key]}/"
        own = callers["acme"].get(path).status_code
        assert callers["billing"].get(path).status_code == 200, path
        assert own == (200 if name in ("invoices", "devices", "time-entries") else 403), path
        assert callers["globex"].get(path).status_code == {200: 404, 403: 403}[own], path
    assert callers["acme"].get(f"invoices/{rows['draft']}/").status_code == 404
    assert callers["globex"].get(f"invoices/{rows['draft']}/").status_code == 404, "a draft"
    assert callers["globex"].get("invoices/").json()["results"] == []
    devices = callers["globex"].get("devices/").json()["results"]
    assert {each["company"] for each in devices} == {str(GLOBEX)}


def test_documents_are_for_those_who_see_the_invoice(callers, rows):
    for form in ("pdf", "cii", "ubl"):
        path = f"invoices/{rows['invoice']}/{form}/"
        answers = [callers[who].get(path).status_code for who in ("acme", "globex", "tech", "rmm")]
        assert answers == [callers["billing"].get(path).status_code, 404, 403, 403], form
    assert callers["acme"].get(f"invoices/{rows['invoice']}/pdf/").content.startswith(b"%PDF")


def test_what_staff_note_is_not_the_clients(callers, rows):
    Device.objects.filter(pk=rows["device"]).update(note="Pays late", external_id="42")
    path = f"devices/{rows['device']}/"
    assert callers["tech"].get(path).json()["note"] == "Pays late"
    assert {"note", "external_id"}.isdisjoint(callers["acme"].get(path).json())
    assert "warnings" not in callers["acme"].get(f"invoices/{rows['invoice']}/").json()


def test_a_module_writes_with_its_scope_and_the_history_names_it(callers, rows):
    made = callers["writer"].post("products/", {"sku": "X", "name": "X"})
    assert made.status_code == 201
    event = Product.pgh_event_model.objects.filter(pgh_obj_id=made.json()["id"]).get()
    assert event.pgh_context.metadata["name"] == "bank"
    person = callers["billing"].post("products/", {"sku": "Y", "name": "Y"})
    event = Product.pgh_event_model.objects.filter(pgh_obj_id=person.json()["id"]).get()
    assert event.pgh_context.metadata["name"] == "Bea Billing"
    assert Agreement.objects.count() == 2


# Queries a list costs, however many rows it has; what is not here costs one.
COST = {"plans": 2, "agreements": 4, "additions": 3}


def test_every_list_costs_a_fixed_number_of_queries(callers, rows, django_assert_num_queries):
    callers["billing"].get("plans/")
    for name in LISTS:
        with django_assert_num_queries(COST.get(name, 1), info=name):
            answer = callers["billing"].get(f"{name}/")
        assert answer.status_code == 200


def test_a_person_who_is_signed_in_writes_from_the_page_that_tries_requests(nexus):
    clerk = signed_in(Level.BILLING, access=nexus.access("billing"))
    body = {"company": str(ACME), "received_on": "2025-11-20", "amount": "5", "currency": "EUR"}
    answer = clerk.post(
        "/api/payments/", body, content_type="application/json", headers={"Idempotency-Key": "1"}
    )
    assert (answer.status_code, answer.json()["client_name"]) == (201, "Acme")
