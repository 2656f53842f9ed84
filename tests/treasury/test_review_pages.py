"""Running the month by pages: draft, look at what changed, approve, and it is issued and sent."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from hm_auth.permissions import Level
from tests.treasury.people import (
    ACME,
    GLOBEX,
    NOVEMBER,
    agreement,
    draft,
    signed_in,
    workstation_care,
    workstations,
)
from treasury.billing import operations
from treasury.billing.models import Approval
from treasury.clients.models import ClientTerms
from treasury.delivery.sending import send_due
from treasury.invoices import running
from treasury.invoices.clients import Client
from treasury.invoices.drafts import draft_due
from treasury.invoices.issuing import issue_many
from treasury.invoices.models import BillingRun, Invoice
from treasury.usage.models import TimeEntry

pytestmark = pytest.mark.django_db

TODAY = "2025-12-03 09:00"
DECEMBER = date(2025, 12, 1)


@pytest.fixture
def people(nexus):
    return {
        "admin": signed_in(Level.ADMIN, access=nexus.access("admin")),
        "billing": signed_in(Level.BILLING, access=nexus.access("billing")),
        "technician": signed_in(Level.TECHNICIAN, access=nexus.access("tech")),
        "acme": signed_in(Level.CLIENT, ACME, access=nexus.access("acme", company=str(ACME))),
    }


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def two_months() -> Invoice:
    """November is issued; December waits, and a workstation has come."""
    row = draft(ACME)
    issue_many([row.pk], clients={ACME: Client("Acme")}, today=NOVEMBER, by=None)
    workstations(ACME, DECEMBER)
    draft_due(today=DECEMBER, by=None)
    return Invoice.objects.get(status="draft")


def test_only_billing_and_admins_run_the_month(people):
    row = draft(ACME)
    pages = {
        "billing": reverse("billing"),
        "progress": reverse("billing-progress"),
        "line": reverse("draft-line", args=[row.pk]),
        "edit": reverse("draft-edit", args=[row.pk]),
        "discard": reverse("draft-discard", args=[row.pk]),
    }
    for name, page in pages.items():
        answers = [person.get(page).status_code for person in people.values()]
        assert answers == [200, 200, 403, 403], name
    for name in ("billing-run", "billing-approve"):
        for who in ("technician", "acme"):
            assert people[who].post(reverse(name)).status_code == 403
    missing = reverse("draft-line", args=[uuid.uuid4()])
    assert people["billing"].get(missing).status_code == 404


@time_machine.travel(TODAY, tick=True)
def test_the_month_is_run_looked_at_approved_issued_and_sent(
    people, django_capture_on_commit_callbacks
):
    agreement(ACME)
    workstations(ACME, NOVEMBER, NOVEMBER)
    ClientTerms.objects.create(company_id=ACME, invoice_emails=["pay@acme.example"])
    clerk = people["billing"]
    clerk.post(reverse("billing-run"))
    assert "begins as soon as" in text(clerk.get(reverse("billing")))
    clerk.post(reverse("billing-run"))
    run = BillingRun.objects.get()
    running.perform(run)
    page = text(clerk.get(reverse("billing")))
    assert "2 drafted" in page
    assert "Acme" in page
    pks = [str(pk) for pk in Invoice.objects.values_list("pk", flat=True)]
    question = text(clerk.post(reverse("billing-approve"), {"which": "chosen", "invoice": pks}))
    assert "Issue 2 invoices?" in question
    assert "221.40 EUR" in question
    confirmed = {"which": "chosen", "invoice": pks, "confirmed": "2", "send": "1"}
    clerk.post(reverse("billing-approve"), confirmed)
    approval = Approval.objects.get()
    operations.perform(approval)
    approval.refresh_from_db()
    assert (approval.issued, approval.refused, approval.unsent) == (2, {}, 0)
    assert set(Invoice.objects.values_list("number", flat=True)) == {1, 2}
    send_due()
    assert [each.to for each in mail.outbox] == [["pay@acme.example"]] * 2
    operations.perform(approval)
    assert Invoice.objects.count() == 2, "an approval done twice does it once"
    assert "2 issued" in text(clerk.get(reverse("billing")))


def test_the_review_says_what_changed_since_last_month_and_why(people):
    two_months()
    page = text(people["billing"].get(reverse("billing")))
    assert "+45.00 EUR" in page
    assert "new: ws-003" in page
    assert "More than 30 % different" in page


def test_drafts_are_sorted_by_change_and_filtered_by_warning(people):
    two_months()
    agreement(GLOBEX)
    workstations(GLOBEX, DECEMBER)
    draft_due(today=DECEMBER, by=None)
    clerk = people["billing"]
    flagged = clerk.get(reverse("billing"), {"show": "flagged"}).context["page"].rows
    assert {row.company_id for row in flagged} == {ACME, GLOBEX}, "Globex's November is nothing"
    clean = clerk.get(reverse("billing"), {"show": "clean"}).context["page"].rows
    assert {row.company_id for row in clean} == {GLOBEX}
    for sort in ("", "net", "old"):
        assert clerk.get(reverse("billing"), {"sort": sort}).status_code == 200


def test_the_queries_of_the_review_do_not_grow_with_the_drafts(people, django_assert_num_queries):
    clerk = people["billing"]
    two_months()
    clerk.get(reverse("billing"))
    with django_assert_num_queries(10):
        clerk.get(reverse("billing"))
    for _ in range(5):
        company = uuid.uuid4()
        agreement(company, start=DECEMBER)
        workstations(company, DECEMBER)
    draft_due(today=DECEMBER, by=None)
    with django_assert_num_queries(10):
        clerk.get(reverse("billing"))


def test_clients_archived_or_merged_in_nexus_are_named_and_not_approved_unseen(people, nexus):
    """Else they are billed for ever: the agreement knows nothing of the directory."""
    for company in (ACME, GLOBEX):
        agreement(company)
    workstations(ACME, NOVEMBER)
    acme, globex = nexus.companies
    acme["archived_at"] = "2025-12-01T09:00:00Z"
    run = running.begin(today=NOVEMBER, by=None)
    running.perform(run)
    clerk = people["billing"]
    page = text(clerk.get(reverse("billing")))
    assert "Acme</bdi></a>: end its agreement, or restore it in Nexus" in page
    assert page.count("Archived in Nexus<") == 1
    clean = clerk.get(reverse("billing"), {"show": "clean"}).context["page"].rows
    assert ACME not in {row.company_id for row in clean}
    acme["merged_into"] = globex["id"]
    running.perform(running.begin(today=NOVEMBER, by=None))
    page = text(clerk.get(reverse("billing")))
    assert "Acme</bdi></a> was merged into" in page
    assert reverse("client", args=[GLOBEX]) in page
    cache.clear()
    nexus.down = True
    running.perform(running.begin(today=NOVEMBER, by=None))
    assert "was merged into" in text(clerk.get(reverse("billing"))), "known from the run before"


@time_machine.travel(TODAY, tick=True)
def test_what_nobody_bills_is_shown(people):
    workstations(GLOBEX, NOVEMBER)
    TimeEntry.objects.create(company_id=GLOBEX, day=NOVEMBER, person="Tara", minutes=90)
    broken = agreement(ACME)
    workstations(ACME, NOVEMBER)
    broken.currency = "USD"
    broken.save()
    running.perform(running.begin(today=DECEMBER, by=None))
    page = text(people["billing"].get(reverse("billing")))
    assert "devices, but no agreement" in page
    assert "1:30 hours of work that no agreement bills" in page
    assert "no price is in force on 2025-11-01" in page


def test_all_without_a_warning_are_asked_again_when_they_changed_meanwhile(people):
    two_months()
    clerk = people["billing"]
    answer = clerk.post(reverse("billing-approve"), {"which": "clean"}, follow=True)
    assert "Choose at least one draft" in text(answer), "it jumped, so it is none of them"
    agreement(GLOBEX, start=DECEMBER)
    workstations(GLOBEX, DECEMBER)
    draft_due(today=DECEMBER, by=None)
    answer = clerk.post(reverse("billing-approve"), {"which": "clean", "confirmed": "5"})
    assert "Meanwhile the drafts have changed" in text(answer)
    assert not Approval.objects.exists()


@time_machine.travel(TODAY, tick=True)
def test_one_draft_that_went_stale_is_refused_and_the_others_are_issued(people):
    stale = draft(ACME)
    agreement(GLOBEX)
    workstations(GLOBEX, NOVEMBER)
    draft_due(today=NOVEMBER, by=None)
    workstations(ACME, NOVEMBER)
    pks = list(Invoice.objects.values_list("pk", flat=True))
    approval = Approval.objects.create(invoices=pks, send=False)
    operations.perform(approval)
    assert list(approval.refused) == [str(stale.pk)]
    assert "put right" in approval.refused[str(stale.pk)]
    assert approval.issued == 1
    assert "1 not issued" in text(people["billing"].get(reverse("billing")))


def test_a_draft_is_brought_up_to_date_by_a_click(people):
    row = draft(ACME)
    workstations(ACME, NOVEMBER)
    address = reverse("draft-recalculate", args=[row.pk])
    assert "put right" in text(people["billing"].post(address, follow=True))
    assert "Nothing has changed" in text(people["billing"].post(address, follow=True))


def test_a_line_is_added_as_an_addition_and_explained(people):
    row = draft(ACME)
    product = workstation_care()
    address = reverse("draft-line", args=[row.pk])
    typed = {"product": product.pk, "quantity": "2", "price": "10", "description": "Cable"}
    page = text(people["billing"].post(address, typed, follow=True))
    assert "2 workstations × 10.00 as agreed" in page
    row.refresh_from_db()
    assert row.net == 110
    wrong = people["billing"].post(address, {**typed, "quantity": "-1"})
    assert b"Cable" in wrong.content
    assert wrong.status_code == 200


def test_a_discarded_draft_comes_back_with_the_next_run(people):
    row = draft(ACME)
    address = reverse("draft-discard", args=[row.pk])
    people["billing"].post(address)
    assert not Invoice.objects.exists()
    assert people["billing"].post(address).status_code == 404
    assert len(draft_due(today=NOVEMBER, by=None).drafted) == 1
