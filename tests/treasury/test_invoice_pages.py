"""The pages of invoices: what they show, to whom, and issuing by a person."""

from __future__ import annotations

import re
import uuid
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from hm_auth.permissions import Level
from tests.treasury.people import (
    ACME,
    GLOBEX,
    NOVEMBER,
    agreement,
    draft,
    invoices,
    issued,
    signed_in,
    workstations,
)
from treasury.invoices.drafts import draft_due
from treasury.invoices.models import Invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(nexus):
    """Everybody, and the client of the other company."""
    return {
        "admin": signed_in(Level.ADMIN, access=nexus.access("admin")),
        "billing": signed_in(Level.BILLING, access=nexus.access("billing")),
        "technician": signed_in(Level.TECHNICIAN, access=nexus.access("tech")),
        "acme": signed_in(Level.CLIENT, ACME, access=nexus.access("acme", company=str(ACME))),
        "globex": signed_in(
            Level.CLIENT, GLOBEX, access=nexus.access("globex", company=str(GLOBEX))
        ),
    }


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def page_of(invoice: Invoice) -> str:
    return reverse("invoice", args=[invoice.pk])


#            admin billing technician acme globex
MATRIX = {
    "list": (200, 200, 403, 200, 200),
    "issued": (200, 200, 403, 200, 404),
    "draft": (200, 200, 403, 404, 404),
    "nowhere": (404, 404, 403, 404, 404),
    "issue a draft": (200, 200, 403, 403, 403),
    "issue what is issued": (302, 302, 403, 403, 403),
}


def test_each_level_reaches_exactly_its_pages(people):
    ready = issued(ACME)
    (waiting,) = invoices(draft_due(today=date(2025, 12, 1), by=None).drafted)
    addresses = {
        "list": reverse("invoices"),
        "issued": page_of(ready),
        "draft": page_of(waiting),
        "nowhere": reverse("invoice", args=[uuid.uuid4()]),
        "issue a draft": reverse("invoice-issue", args=[waiting.pk]),
        "issue what is issued": reverse("invoice-issue", args=[ready.pk]),
    }
    for name, address in addresses.items():
        answers = tuple(client.get(address).status_code for client in people.values())
        assert answers == MATRIX[name], name


def test_only_billing_and_admins_can_issue_by_a_form(people):
    waiting = draft(ACME)
    address = reverse("invoice-issue", args=[waiting.pk])
    for who in ("technician", "acme", "globex"):
        assert people[who].post(address).status_code == 403
    assert Client().post(address)["Location"].startswith("/auth/login")
    assert Client(enforce_csrf_checks=True).post(address).status_code in (302, 403)
    waiting.refresh_from_db()
    assert waiting.status == "draft"


def test_the_clerk_reads_the_reason_issues_and_the_client_sees_it(people):
    agreement(ACME)
    workstations(ACME, *[NOVEMBER] * 2, date(2025, 11, 14))
    (waiting,) = invoices(draft_due(today=NOVEMBER, by=None).drafted)
    page = text_of(people["billing"].get(page_of(waiting)))
    assert "3 workstations × 45.00; 1 of them from 14 Nov: 17/30 days" in page
    assert "115.50 EUR" in page
    address = reverse("invoice-issue", args=[waiting.pk])
    question = text_of(people["billing"].get(address))
    assert "from 1 Nov 2025, 115.50 EUR net. It gets its number" in question
    assert people["acme"].get(page_of(waiting)).status_code == 404
    answer = people["billing"].post(address, follow=True)
    assert "INV-00001 is issued." in text_of(answer)
    for who, status in (("acme", 200), ("globex", 404)):
        assert people[who].get(page_of(waiting)).status_code == status
    seen = text_of(people["acme"].get(page_of(waiting)))
    assert "Acme Ltd" in seen
    assert "1 of them from 14 Nov" in seen
    assert "Zoë" not in seen.split("Total</th>")[1].split("</main>")[0], "staff stay unnamed"
    waiting.refresh_from_db()
    assert waiting.issued_by.username == "billing"


def test_a_name_that_changes_in_nexus_stays_on_what_was_issued(people, nexus):
    ready = issued(ACME)
    nexus.companies[0]["name"] = "Renamed"
    page = text_of(people["billing"].get(page_of(ready)))
    assert "Acme" in page
    assert "Renamed" not in page


def test_without_nexus_invoices_are_shown_and_none_is_issued(people, nexus):
    waiting = draft(ACME)
    nexus.down = True
    assert people["billing"].get(reverse("invoices")).status_code == 200
    assert "Client not known just now" in text_of(people["billing"].get(page_of(waiting)))
    address = reverse("invoice-issue", args=[waiting.pk])
    answer = people["billing"].post(address, follow=True)
    assert "Nexus does not answer." in text_of(answer)
    assert Invoice.objects.get().status == "draft"


def test_a_company_nexus_does_not_know_gets_no_invoice(people, nexus):
    waiting = draft(ACME)
    nexus.companies = []
    answer = people["billing"].post(reverse("invoice-issue", args=[waiting.pk]), follow=True)
    assert "nothing was issued" in text_of(answer)


def test_a_client_sees_their_own_issued_invoices_only(people):
    issued(ACME)
    issued(GLOBEX)
    draft_due(today=date(2025, 12, 1), by=None)
    own = text_of(people["acme"].get(reverse("invoices")))
    assert "INV-00001" in own
    assert "INV-00002" not in own
    assert "Draft" not in own
    assert "Globex" not in own
    every = text_of(people["billing"].get(reverse("invoices")))
    assert all(part in every for part in ("INV-00001", "INV-00002", "Draft", "Acme", "Globex"))


def test_the_list_is_filtered_by_status(people):
    issued(ACME)
    draft_due(today=date(2025, 12, 1), by=None)
    page = text_of(people["billing"].get(reverse("invoices") + "?status=issued"))
    assert "INV-00001" in page
    assert page.count("hm-row-link") == 1
    nothing = text_of(people["billing"].get(reverse("invoices") + "?status=paid"))
    assert "No such invoice" in nothing
    sly = text_of(people["acme"].get(reverse("invoices") + "?status=draft"))
    assert "hm-row-link" not in sly


def test_an_empty_list_says_where_invoices_come_from(people):
    assert "run_billing" in text_of(people["billing"].get(reverse("invoices")))
    assert "when they are issued" in text_of(people["acme"].get(reverse("invoices")))


def test_the_menu_leads_to_invoices_for_those_who_may(people):
    assert 'href="/invoices"' in text_of(people["acme"].get("/", follow=True))
    assert 'href="/invoices"' not in text_of(people["technician"].get("/", follow=True))


def test_the_list_comes_in_pages_at_a_fixed_cost(people, nexus, django_assert_num_queries):
    agreement(ACME, start=date(2020, 1, 1))
    draft_due(today=date(2025, 1, 1), by=None)
    billing = people["billing"]
    billing.get("/")
    nexus.asked.clear()
    with django_assert_num_queries(3):  # the session, the currencies, the invoices
        page = text_of(billing.get(reverse("invoices")))
    assert page.count("hm-row-link") == 50
    assert nexus.asked["/api/companies/"] == 1, "names are asked for in bulk"
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    assert text_of(billing.get(reverse("invoices") + following[1])).count("hm-row-link") == 11


def test_one_invoice_costs_four_queries(people, django_assert_num_queries):
    ready = issued(ACME)
    people["acme"].get("/")
    with django_assert_num_queries(4):  # the session, the invoice, its lines, what was paid
        people["acme"].get(page_of(ready))
