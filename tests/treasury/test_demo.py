"""The demo data: only in the demo, the same every time, and billed by the real code."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from treasury.demo import loader
from treasury.invoices.models import Invoice, InvoiceLine

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def test_outside_the_demo_nothing_is_loaded(settings):
    from treasury.demo.management.commands.load_demo import Command

    settings.DEMO = False
    with pytest.raises(CommandError, match="demo only"):
        call_command(Command())
    assert not Invoice.objects.exists()


def test_past_months_are_issued_and_this_one_waits_for_review():
    assert loader.load(today=TODAY)
    assert not loader.load(today=TODAY)
    drafts = Invoice.objects.filter(status="draft")
    ready = Invoice.objects.exclude(status="draft").order_by("number")
    assert {each.period_start for each in drafts} == {date(2026, 11, 1)}
    assert [each.number for each in ready] == list(range(1, len(ready) + 1))
    assert len(drafts) >= 10
    assert len(ready) >= 50
    assert not any(each.warnings for each in drafts)
    words = str(list(InvoiceLine.objects.values_list("explanation__sentences", flat=True)))
    for reason in ("as agreed", "1 included", "from 10 Nov: 21/30 days", "was billed", "3 months"):
        assert reason in words


def test_the_clients_are_those_of_nexus():
    from treasury.demo.clients import CLIENTS

    acme = CLIENTS[0]
    assert (acme.account_number, acme.name) == ("C-1001", "Acme Manufacturing")
    assert str(acme.company_id) == "9396e6f7-dba4-5731-bf01-01218701fbdb"
