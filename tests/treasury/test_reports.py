"""Recurring revenue, what moved it, and the profit per client."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from hm_auth.permissions import Level
from tests.treasury.people import ACME, GLOBEX, NOVEMBER, agreement, issued, signed_in, workstations
from treasury.billing_rules.money import Money
from treasury.catalogue.models import ProductCost
from treasury.invoices.drafts import draft_due
from treasury.invoices.models import Invoice
from treasury.reports import profit, recurring
from treasury.usage.models import Device, TimeEntry

pytestmark = pytest.mark.django_db

DECEMBER = date(2025, 12, 1)


def euros(amount: str | int) -> Money:
    return Money(Decimal(amount), "EUR")


def test_recurring_revenue_moves_by_what_came_and_went():
    agreement(ACME)
    workstations(ACME, NOVEMBER, NOVEMBER, DECEMBER)
    gone = agreement(GLOBEX, start=date(2025, 10, 1), end=DECEMBER)
    workstations(GLOBEX, NOVEMBER)
    found = recurring.report(NOVEMBER, DECEMBER, "EUR", None)
    assert (found.before, found.grown, found.lost, found.after) == (
        euros(135), euros(45), euros(45), euros(135),
    )  # fmt: skip
    assert {each.company_id: each.kind for each in found.changes} == {
        ACME: "grown",
        gone.company_id: "lost",
    }


def test_recurring_revenue_is_what_a_whole_month_is_billed():
    agreement(ACME)
    workstations(ACME, NOVEMBER, NOVEMBER)
    draft_due(today=NOVEMBER, by=None)
    found = recurring.report(NOVEMBER, NOVEMBER, "EUR", None)
    assert found.after == Money(Invoice.objects.get().net, "EUR")


def test_an_agreement_without_a_price_is_counted_as_unknown():
    broken = agreement(ACME)
    broken.additions.update(start=NOVEMBER)
    broken.additions.get().product.prices.all().delete()
    workstations(ACME, NOVEMBER)
    assert recurring.report(NOVEMBER, DECEMBER, "EUR", None).unknown == 1


def test_profit_is_revenue_less_goods_and_hours():
    row = issued(ACME)
    product = row.agreement.additions.get().product
    for start, cost in ((date(2020, 1, 1), 10), (date(2025, 11, 1), 12), (DECEMBER, 99)):
        ProductCost.objects.create(product=product, currency="EUR", unit_cost=cost, start=start)
    TimeEntry.objects.create(
        company_id=ACME, day=NOVEMBER, person="Tara", minutes=90, billable=False
    )
    (found,) = profit.by_client(NOVEMBER, date(2025, 11, 30), "EUR", Decimal(40))
    assert (found.revenue, found.goods, found.work) == (euros(90), euros(24), euros(60))
    assert (found.profit, found.margin) == (euros(6), 6)


def test_a_part_of_a_month_costs_a_part():
    row = issued(ACME)
    product = row.agreement.additions.get().product
    ProductCost.objects.create(
        product=product, currency="EUR", unit_cost=30, start=date(2020, 1, 1)
    )
    Device.objects.filter(company_id=GLOBEX).delete()
    second = agreement(GLOBEX, start=date(2025, 11, 1))
    workstations(GLOBEX, date(2025, 11, 16))
    draft_due(today=NOVEMBER, by=None)
    assert second.invoices.get().net == Decimal("22.50")
    (found,) = profit.by_client(NOVEMBER, date(2025, 11, 30), "EUR", Decimal(0))
    assert found.goods == euros(60), "a draft is no revenue and no cost"


def test_work_for_who_pays_nothing_is_a_loss():
    TimeEntry.objects.create(company_id=GLOBEX, day=NOVEMBER, person="Tara", minutes=60)
    (found,) = profit.by_client(NOVEMBER, DECEMBER, "EUR", Decimal(40))
    assert (found.profit, found.margin) == (euros(-40), None)


def test_the_queries_of_the_reports_do_not_grow(django_assert_num_queries):
    issued(ACME)
    issued(GLOBEX)
    with django_assert_num_queries(5):
        profit.by_client(NOVEMBER, DECEMBER, "EUR", Decimal(1))
    with django_assert_num_queries(12):
        recurring.report(NOVEMBER, DECEMBER, "EUR", None)


def test_reports_are_for_billing_and_admins(nexus):
    issued(ACME)
    people = {level: signed_in(level, ACME, access=nexus.access("billing")) for level in Level}
    for name in ("reports", "profitability"):
        answers = {level: who.get(reverse(name)).status_code for level, who in people.items()}
        assert answers == {
            Level.ADMIN: 200, Level.BILLING: 200, Level.TECHNICIAN: 403, Level.CLIENT: 403,
        }, name  # fmt: skip
    clerk = people[Level.BILLING]
    asked = {"first": "2025-11-01", "last": "2025-12-01"}
    assert b"Acme" in clerk.get(reverse("profitability"), asked).content
    answer = clerk.get(reverse("profitability"), {**asked, "format": "csv"})
    assert "Acme,90.00" in b"".join(answer.streaming_content).decode()
    wrong = clerk.get(reverse("reports"), {**asked, "last": "2025-10-01"})
    assert b"lies before the first" in wrong.content
