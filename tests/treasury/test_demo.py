"""The demo data: only in the demo, the same every time, and billed by the real code."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from treasury.demo import deals, loader
from treasury.demo.clients import CLIENTS
from treasury.invoices.drafts import draft_due
from treasury.invoices.models import Invoice, InvoiceLine
from treasury.overview import figures

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def test_outside_the_demo_nothing_is_loaded(settings):
    from treasury.demo.management.commands.load_demo import Command

    settings.DEMO = False
    with pytest.raises(CommandError, match="demo only"):
        call_command(Command())
    assert not Invoice.objects.exists()


def test_a_year_is_issued_and_paid_and_this_month_waits_for_review():
    assert loader.load(today=TODAY)
    assert not loader.load(today=TODAY)
    drafts = Invoice.objects.filter(status="draft")
    ready = Invoice.objects.filter(kind="invoice").exclude(status="draft").order_by("number")
    assert {each.period_start for each in drafts} == {date(2026, 11, 1)}
    assert [each.number for each in ready] == list(range(1, len(ready) + 1))
    assert len(drafts) >= 12
    assert len(ready) >= 150
    assert {each.period_start.replace(day=1) for each in ready} >= {
        date(2025, 11, 1),
        date(2026, 10, 1),
    }
    assert Invoice.objects.filter(kind="credit_note").count() == 1
    assert ready.filter(status="paid").count() > len(ready) * 0.8
    overdue = ready.filter(open__gt=0, due_on__lt=date(2026, 10, 1))
    assert {each.client["account_number"] for each in overdue} == {deals.OVERDUE}
    words = str(list(InvoiceLine.objects.values_list("explanation__sentences", flat=True)))
    for reason in (
        "as agreed", "1 included", "from 10 Nov: 21/30 days", "was billed", "3 months",
        "less 15 %", "covered", "by 27 h bought", "GB × 0.12",
    ):  # fmt: skip
        assert reason in words, reason
    ends = figures.of_business(TODAY).expiring
    assert (ends[30], ends[90]) == (1, 2), "the dashboard has something to decide"
    used = _used(deals.HOURS_NEARLY_GONE)
    assert 0.85 < used / (27 * 60) < 1
    again = draft_due(today=TODAY, by=None)
    assert len(again.left_out) == 1, "who counts contacts needs Nexus"
    assert again.changed == [], "the drafts that wait are up to date"


def _used(account_number: str) -> int:
    company = next(each for each in CLIENTS if each.account_number == account_number).company_id
    lines = InvoiceLine.objects.filter(invoice__company_id=company)
    explanations = lines.values_list("explanation", flat=True)
    draws = [draw for each in explanations for draw in each["basis"].get("draws", ())]
    return sum(draw["minutes"] for draw in draws if "bought" in draw["pool_key"])


def test_the_clients_are_those_of_nexus():
    acme = CLIENTS[0]
    assert (acme.account_number, acme.name) == ("C-1001", "Acme Manufacturing")
    assert str(acme.company_id) == "9396e6f7-dba4-5731-bf01-01218701fbdb"
