"""The dashboard, the clients and one client: who sees what, in how many queries."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from hm_auth.permissions import Level
from tests.treasury.people import ACME, GLOBEX, agreement, draft, issued, signed_in, workstations
from treasury.agreements.models import PrepaidBlock
from treasury.billing_rules.money import Money
from treasury.invoices.drafts import draft_due
from treasury.invoices.models import Invoice
from treasury.overview import figures, prepaid
from treasury.overview.templatetags.treasury_overview import bars, sums
from treasury.usage.models import TimeEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(nexus):
    return {
        "admin": signed_in(Level.ADMIN, access=nexus.access("admin")),
        "billing": signed_in(Level.BILLING, access=nexus.access("billing")),
        "technician": signed_in(Level.TECHNICIAN, access=nexus.access("tech")),
        "acme": signed_in(Level.CLIENT, ACME, access=nexus.access("acme", company=str(ACME))),
        "globex": signed_in(
            Level.CLIENT, GLOBEX, access=nexus.access("globex", company=str(GLOBEX))
        ),
    }


def worked(company: uuid.UUID, minutes: int) -> None:
    TimeEntry.objects.create(
        company_id=company, day=date(2025, 11, 5), person="Tara", minutes=minutes, note="Toner"
    )


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_each_level_sees_its_own_first_page(people):
    for who in ("admin", "billing"):
        assert "Drafts to review" in text(people[who].get("/"))
    assert people["technician"].get("/")["Location"] == reverse("clients")
    assert people["acme"].get("/")["Location"] == reverse("client", args=[ACME])


#                 admin billing technician acme globex
MATRIX = {
    "clients": (200, 200, 200, 403, 403),
    "clients-file": (200, 200, 403, 403, 403),
    "export": (200, 200, 403, 403, 403),
    "acme": (200, 200, 200, 200, 404),
    "articles": (200, 200, 200, 200, 404),
    "nobody": (404, 404, 404, 404, 404),
}


def test_each_level_reaches_exactly_its_pages(people):
    addresses = {name: reverse(name) for name in ("clients", "clients-file", "export")}
    addresses["acme"] = reverse("client", args=[ACME])
    addresses["articles"] = reverse("client-articles", args=[ACME])
    addresses["nobody"] = reverse("client", args=[uuid.uuid4()])
    for name, address in addresses.items():
        answers = tuple(person.get(address).status_code for person in people.values())
        assert answers == MATRIX[name], name


def test_a_client_sees_their_invoices_and_work_but_no_drafts_and_nobody_elses(people):
    ready = issued(ACME)
    draft(GLOBEX)
    worked(ACME, 90)
    page = text(people["acme"].get(reverse("client", args=[ACME])))
    assert ready.label in page
    assert "Toner" in page
    assert "1:30" in page
    page = text(people["globex"].get(reverse("client", args=[GLOBEX])))
    assert "No invoices yet" in page
    assert "Draft" not in page


def test_technicians_see_no_money(people):
    issued(ACME)
    page = text(people["technician"].get(reverse("client", args=[ACME])))
    assert "Overdue" not in page
    assert "INV-" not in page
    page = text(people["technician"].get(reverse("clients")))
    assert "Overdue" not in page


def test_the_figures_of_many_clients_are_a_fixed_number_of_queries(django_assert_num_queries):
    issued(ACME)
    draft(GLOBEX)
    worked(ACME, 30)
    today = date(2026, 3, 1)
    with django_assert_num_queries(5):
        found = figures.of_companies([ACME, GLOBEX], today)
    gross = Invoice.objects.get(company_id=ACME).gross
    assert (found[ACME].agreements, found[ACME].devices, found[ACME].drafts) == (1, 2, 0)
    assert found[ACME].open == found[ACME].overdue == [Money(gross, "EUR")]
    assert found[ACME].unbilled_minutes == 30
    assert (found[GLOBEX].drafts, found[GLOBEX].open) == (1, [])


def test_what_is_due_today_is_not_overdue_yet():
    row = issued(ACME)
    on_time = figures.of_business(row.due_on)
    assert (len(on_time.open), on_time.overdue) == (1, [])
    assert figures.of_business(row.due_on + timedelta(days=1)).overdue == on_time.open


def test_the_business_at_a_glance(django_assert_num_queries):
    issued(ACME)
    waiting = draft(GLOBEX)
    worked(GLOBEX, 45)
    agreement(uuid.uuid4(), end=date(2026, 2, 1))
    with django_assert_num_queries(4):
        business = figures.of_business(date(2025, 12, 20))
    assert (business.drafts, business.drafted) == (1, [Money(waiting.net, "EUR")])
    assert business.unbilled_minutes == 45
    assert business.expiring == {30: 0, 60: 1, 90: 1}


def test_months_without_an_invoice_are_there_with_nothing():
    row = issued(ACME)
    months = figures.issued_by_month(date(2025, 12, 24), "EUR", months=3)
    assert months == [
        (date(2025, 10, 1), Money(Decimal(0), "EUR")),
        (date(2025, 11, 1), Money(row.net, "EUR")),
        (date(2025, 12, 1), Money(Decimal(0), "EUR")),
    ]


def test_the_list_is_by_name_or_by_debt_and_its_queries_do_not_grow(
    people, django_assert_num_queries
):
    issued(GLOBEX)
    address = reverse("clients")
    page = text(people["billing"].get(address))
    assert page.index("Acme") < page.index("Globex")
    with django_assert_num_queries(6):  # the session, and five for the figures
        people["billing"].get(address)
    page = text(people["billing"].get(address, {"sort": "open"}))
    assert "Globex" in page
    assert "Acme" not in page, "who owes nothing is not in the list of debts"
    assert "No client matches" in text(people["billing"].get(address, {"q": "zzz"}))


def test_debts_go_on_to_the_next_page_without_a_gap(people, monkeypatch):
    monkeypatch.setattr("treasury.overview.companies.SIZE", 1)
    issued(ACME)
    issued(GLOBEX)
    first = people["billing"].get(reverse("clients"), {"sort": "open"})
    second = people["billing"].get(
        reverse("clients"), {"sort": "open", "after": first.context["page"].next}
    )
    assert {first.context["clients"][0]["name"], second.context["clients"][0]["name"]} == {
        "Acme",
        "Globex",
    }
    assert second.context["page"].next is None


def test_without_nexus_a_client_is_shown_without_its_name(people, nexus):
    people["billing"].get("/")
    nexus.down = True
    answer = people["billing"].get(reverse("client", args=[GLOBEX]))
    assert answer.status_code == 200
    assert "Nexus does not answer" in text(answer)


def test_the_file_of_clients_cannot_run_formulas(people, nexus):
    nexus.companies[0]["name"] = '=HYPERLINK("http://evil.test")'
    workstations(ACME, date(2025, 11, 1))
    content = b"".join(people["billing"].get(reverse("clients-file")).streaming_content).decode()
    assert """"'=HYPERLINK(""http://evil.test"")\"""" in content


def test_bars_are_as_high_as_their_amounts():
    points = [(date(2025, month, 1), Money(Decimal(month * 10), "EUR")) for month in (1, 2)]
    small, large = bars(points, "t", "i")["bars"]
    assert (small.height, large.height) == (80, 160)
    assert bars([], "t", "i")["bars"] == []
    nothing = bars([(date(2025, 1, 1), Money(Decimal(0), "EUR"))], "t", "i")["bars"]
    assert nothing[0].height == 0


def test_currencies_stand_side_by_side():
    assert (
        sums([Money(Decimal("1234.5"), "EUR"), Money(Decimal(3), "JPY")]) == "1,234.50 EUR + 3 JPY"
    )
    assert sums([]) == "–"


def prepaid_work() -> None:
    row = agreement(ACME, timing="arrears")
    PrepaidBlock.objects.create(
        agreement=row, minutes=600, start=date(2025, 11, 1), end=date(2026, 5, 1)
    )
    worked(ACME, 90)


@time_machine.travel("2025-11-20 09:00")
def test_what_is_left_of_prepaid_hours_and_what_used_them(people):
    prepaid_work()
    address = reverse("client-hours", args=[ACME])
    for who, status in (("billing", 200), ("technician", 200), ("acme", 200), ("globex", 404)):
        assert people[who].get(address).status_code == status, who
    page = text(people["acme"].get(address))
    assert "8:30 of 10:00 hours left" in page
    assert "Toner" in page
    assert "1:30" in page
    assert "8:30 of 10:00 left" in text(people["acme"].get(reverse("client", args=[ACME])))
    assert "No prepaid hours" in text(people["globex"].get(reverse("client-hours", args=[GLOBEX])))


def test_hours_left_are_those_that_the_invoice_leaves():
    prepaid_work()
    (before,) = prepaid.of_company(ACME, date(2025, 11, 20))
    draft_due(today=date(2025, 12, 1), by=None)
    (after,) = prepaid.of_company(ACME, date(2025, 12, 1))
    assert (before.left, after.left) == (510, 510)
