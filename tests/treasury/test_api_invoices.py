"""Invoices over REST: read with their reasons, put right, issued, credited, sent, written off."""

from __future__ import annotations

from datetime import date

import pytest

from tests.treasury.people import ACME, GLOBEX, NOVEMBER, agreement, draft, issued, workstations
from treasury.billing.models import Approval
from treasury.delivery.models import Delivery
from treasury.invoices.drafts import draft_due
from treasury.invoices.models import BillingRun, Invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(callers):
    return callers["billing"]


def test_an_invoice_tells_its_amounts_as_text_and_why(callers):
    row = issued(ACME)
    body = callers["acme"].get(f"invoices/{row.pk}/").json()
    assert (body["number"], body["gross"], body["open"]) == ("INV-00001", "110.70", "110.70")
    assert body["lines"][0]["sentences"] == ["2 workstations × 45.00"]
    assert body["lines"][0]["amount"] == "90.00"
    assert body["tax_breakdown"][0]["amount"] == "20.70"


def test_amounts_have_the_places_of_their_currency(clerk):
    yen = Invoice.objects.create(
        agreement=agreement(ACME, currency="JPY"), company_id=ACME, currency="JPY",
        period_start=NOVEMBER, period_end=date(2025, 12, 1), net=9000, tax=0, gross=9000,
    )  # fmt: skip
    body = clerk.get(f"invoices/{yen.pk}/").json()
    assert (body["net"], body["open"]) == ("9000", "0")


def test_a_draft_is_put_right_issued_once_and_credited(clerk):
    row = draft(ACME)
    workstations(ACME, NOVEMBER)
    stale = clerk.post(f"invoices/{row.pk}/issue/", key="i")
    assert (stale.status_code, stale.json()["code"]) == (409, "not_issued")
    assert clerk.get(f"invoices/{row.pk}/").json()["net"] == "135.00", "it was put right"
    workstations(ACME, NOVEMBER)
    assert clerk.post(f"invoices/{row.pk}/recalculate/").json()["net"] == "180.00"
    first = clerk.post(f"invoices/{row.pk}/issue/", key="i")
    assert first.json()["number"] == "INV-00001"
    assert clerk.post(f"invoices/{row.pk}/issue/", key="i").json() == first.json(), "a retry"
    again = clerk.post(f"invoices/{row.pk}/issue/")
    assert (again.status_code, again.json()["code"]) == (409, "not_a_draft")
    assert clerk.post(f"invoices/{row.pk}/recalculate/").status_code == 409
    line = clerk.get(f"invoices/{row.pk}/").json()["lines"][0]["identity"]
    address = f"invoices/{row.pk}/credit-notes/"
    wrong = clerk.post(address, {"reason": "Off", "amounts": {line: "9999"}}, key="a")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "cannot_credit")
    note = clerk.post(address, {"reason": "Off", "amounts": {line: "35.00"}}, key="a")
    assert (note.status_code, note.json()["net"]) == (201, "-35.00")
    assert clerk.post(address, {"amounts": {line: "1"}}, key="b").json()["errors"]["reason"]


def test_a_credit_note_that_is_sent_twice_is_one(clerk):
    row = issued(ACME)
    address, body = f"invoices/{row.pk}/credit-notes/", {"reason": "Off"}
    assert clerk.post(address, body).json()["errors"]["Idempotency-Key"]
    first = clerk.post(address, body, key="k")
    second = clerk.post(address, body, key="k")
    assert (second.status_code, second.json()) == (201, first.json())
    other = clerk.post(address, {"reason": "Other"}, key="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_used")
    assert Invoice.objects.filter(kind="credit_note").count() == 1


def test_without_nexus_nothing_is_issued(clerk, nexus):
    row = draft(ACME)
    clerk.get("invoices/")
    nexus.fail_with = (403, {"code": "permission_denied"}, {})
    assert clerk.post(f"invoices/{row.pk}/issue/").status_code == 503
    row.refresh_from_db()
    assert row.status == "draft"


def test_a_module_issues_with_treasurys_own_knowledge_of_the_client(callers):
    row = draft(ACME)
    assert callers["writer"].post(f"invoices/{row.pk}/issue/").json()["client"]["name"] == "Acme"


def test_a_draft_names_the_order_gets_a_line_and_is_discarded(clerk):
    row = draft(ACME)
    path = f"invoices/{row.pk}/"
    read = clerk.get(path)["ETag"]
    assert clerk.send("patch", path, {"po_number": "7"}).status_code == 428
    assert clerk.patch(path, {"po_number": "4711"}).json()["po_number"] == "4711"
    assert clerk.patch(path, {"po_number": "x"}, read).status_code == 412
    product = clerk.get("products/").json()["results"][0]["id"]
    added = clerk.post(f"{path}lines/", {"product": product, "price": "10", "description": "Disk"})
    assert (added.status_code, added.json()["net"]) == (201, "100.00")
    assert clerk.delete(path).status_code == 204
    assert clerk.get(path).status_code == 404
    final = issued(GLOBEX)
    for answer in (
        clerk.patch(f"invoices/{final.pk}/", {"po_number": "1"}),
        clerk.delete(f"invoices/{final.pk}/"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "gone")


def test_a_draft_is_reviewed_against_the_invoice_before(clerk):
    before = issued(ACME)
    workstations(ACME, date(2025, 12, 1))
    draft_due(today=date(2025, 12, 1), by=None)
    row = Invoice.objects.get(status="draft")
    found = clerk.get(f"invoices/{row.pk}/review/").json()
    assert (found["before"], found["net"], found["change"]) == ("90.00", "135.00", "45.00")
    assert [each["amount"] for each in found["causes"]] == ["45.00"]
    assert found["causes"][0]["words"] == ["new: ws-003"]
    assert (found["jumped"], found["flagged"]) == (True, True)
    assert clerk.get(f"invoices/{before.pk}/review/").status_code == 404, "no draft"


def test_an_approval_takes_drafts_only(clerk):
    row, done = draft(ACME), issued(GLOBEX)
    wrong = clerk.post("approvals/", {"invoices": [str(row.pk), str(done.pk)]})
    assert wrong.json()["errors"] == {"invoices": ["Some of these are no drafts."]}
    made = clerk.post("approvals/", {"invoices": [str(row.pk)]}, key="1")
    assert (made.status_code, made.json()["state"]) == (202, "waiting")
    assert clerk.post("approvals/", {"invoices": [str(row.pk)]}, key="1").json() == made.json()
    assert Approval.objects.count() == 1


def test_a_run_is_asked_for_and_watched(clerk):
    answer = clerk.post("billing-runs/")
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    assert clerk.get(f"billing-runs/{answer.json()['id']}/").status_code == 200
    assert BillingRun.objects.count() == 1


def test_documents_come_as_files_and_a_draft_has_a_preview(clerk):
    row, waiting = issued(ACME), draft(GLOBEX)
    pdf = clerk.get(f"invoices/{row.pk}/pdf/")
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf["Content-Disposition"] == 'attachment; filename="INV-00001.pdf"'
    kept = clerk.send("get", f"invoices/{row.pk}/pdf/", **{"If-None-Match": pdf["ETag"]})
    assert (kept.status_code, kept.content) == (304, b"")
    cii = clerk.get(f"invoices/{row.pk}/cii/")
    assert cii["Content-Type"] == "application/problem+json", "the client has no country"
    assert (cii.status_code, cii.json()["code"]) == (409, "not_possible")
    assert clerk.get(f"invoices/{waiting.pk}/ubl/").status_code == 409
    preview = clerk.get(f"invoices/{waiting.pk}/pdf/")
    assert preview.content.startswith(b"%PDF")
    assert preview["Cache-Control"] == "private, no-store"


def test_an_invoice_is_sent_once_to_whom_the_client_named(clerk, nexus):
    row = issued(ACME)
    path = f"invoices/{row.pk}/send/"
    nobody = clerk.post(path)
    assert (nobody.status_code, nobody.json()["code"]) == (409, "cannot_send")
    terms = f"client-terms/{ACME}/"
    assert clerk.patch(terms, {"invoice_emails": ["ap@acme.example"]}).status_code == 200
    mail = clerk.post(path, key="m")
    assert (mail.status_code, mail.json()["to"]) == (202, ["ap@acme.example"])
    assert clerk.post(path, key="m").json() == mail.json()
    assert clerk.post(path, {"to": ["x@acme.example"]}).status_code == 409, "one waits"
    (listed,) = clerk.get("deliveries/", invoice=str(row.pk)).json()["results"]
    assert (listed["id"], listed["state"]) == (str(Delivery.objects.get().pk), "queued")


def test_the_list_is_filtered_ordered_and_costs_one_query(clerk, django_assert_num_queries):
    late, waiting = issued(ACME), draft(GLOBEX)
    clerk.get("invoices/")
    with django_assert_num_queries(1):
        rows = clerk.get("invoices/", status="draft").json()["results"]
    assert [row["id"] for row in rows] == [str(waiting.pk)]

    def found(**query):
        with django_assert_num_queries(1):
            answer = clerk.get("invoices/", **query)
        return {row["id"] for row in answer.json()["results"]}

    assert found(overdue="true") == {str(late.pk)}
    assert found(overdue="false") == {str(waiting.pk)}
    assert found(issued_since="2025-11-03", issued_until="2025-11-03") == {str(late.pk)}
    assert found(issued_since="2025-11-04") == set()
    assert found(company=str(GLOBEX)) == {str(waiting.pk)}
    assert found(ordering="-issued_on") == {str(late.pk)}, "drafts have no such day"
    assert clerk.get("invoices/", stauts="draft").status_code == 400, "a misspelt filter"
    assert clerk.get("invoices/", overdue="maybe").status_code == 400
