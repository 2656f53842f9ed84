"""Drafting what is due: for all agreements at once, explained, and each period exactly once."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.treasury.people import (
    ACME,
    ACME_TODAY,
    GLOBEX,
    NOVEMBER,
    agreement,
    invoices,
    issued,
    workstations,
)
from tests.treasury.threads import at_once
from treasury.agreements.models import Addition, Agreement
from treasury.catalogue.models import Product, ProductPrice
from treasury.invoices.drafts import draft_due
from treasury.invoices.issuing import issue
from treasury.invoices.models import Invoice, InvoiceLine
from treasury.usage.models import Device

pytestmark = pytest.mark.django_db


def sentences(invoice: Invoice) -> list[str]:
    lines = invoice.lines.order_by("position")
    return [words for line in lines for words in line.explanation["sentences"]]


def test_every_line_says_which_facts_and_which_price_it_comes_from():
    agreement()
    workstations(ACME, *[date(2025, 1, 1)] * 10, date(2025, 11, 14), date(2025, 11, 14))
    (made,) = invoices(draft_due(today=NOVEMBER, by=None).drafted)
    assert sentences(made) == ["12 workstations × 45.00; 2 of them from 14 Nov: 17/30 days"]
    assert made.net == Decimal("501.00")
    assert sum(line.amount for line in made.lines.all()) == made.net


def test_devices_of_others_and_of_other_kinds_are_not_billed():
    agreement()
    workstations(ACME, NOVEMBER)
    workstations(GLOBEX, NOVEMBER)
    Device.objects.create(company_id=ACME, hostname="srv", kind="server", start=NOVEMBER)
    (made,) = invoices(draft_due(today=NOVEMBER, by=None).drafted)
    assert sentences(made) == ["1 workstation × 45.00"]
    assert made.warnings == ["1 × server in this period, and nothing bills them"]


def test_a_later_price_leaves_earlier_days_alone():
    row = agreement(cadence_months=3)
    workstations(ACME, NOVEMBER)
    product = row.additions.get().product
    ProductPrice.objects.create(
        product=product, currency="EUR", unit_price=Decimal(50), start=date(2025, 12, 1)
    )
    (made,) = invoices(draft_due(today=NOVEMBER, by=None).drafted)
    assert made.net == Decimal(45 + 50 + 50)


def test_an_agreed_price_of_nothing_is_nothing_and_not_the_list_price():
    row = agreement()
    row.additions.update(override_price=0)
    workstations(ACME, NOVEMBER)
    (made,) = invoices(draft_due(today=NOVEMBER, by=None).drafted)
    assert made.net == 0
    assert sentences(made) == ["1 workstation × 0.00 as agreed"]


def test_a_run_again_finds_nothing_and_a_late_one_finds_all():
    agreement()
    workstations(ACME, NOVEMBER)
    late = draft_due(today=date(2026, 1, 7), by=None)
    assert [each.period_start.month for each in invoices(late.drafted)] == [11, 12, 1]
    assert draft_due(today=date(2026, 1, 7), by=None).drafted == []
    assert Invoice.objects.count() == 3
    assert InvoiceLine.objects.count() == 3


def test_nothing_is_due_before_the_agreement_starts():
    agreement()
    assert draft_due(today=date(2025, 10, 31), by=None).drafted == []


def test_what_came_late_to_an_issued_period_is_corrected_once():
    issued()
    workstations(ACME, date(2025, 11, 16))
    late = draft_due(today=date(2026, 1, 1), by=None)
    december, january = invoices(late.drafted)
    assert december.net == Decimal("135.00") + Decimal("22.50")
    assert "15–30 Nov" not in sentences(december)[1]
    assert sentences(december)[1].startswith("1–30 Nov 2025: 90.00 was billed")
    assert january.net == Decimal("135.00"), "the same correction comes in one invoice only"


def test_a_client_without_a_price_is_reported_and_the_others_are_billed():
    broken = agreement(GLOBEX)
    broken.currency = "USD"
    broken.save()
    workstations(GLOBEX, NOVEMBER)
    agreement(ACME)
    workstations(ACME, NOVEMBER)
    run = draft_due(today=NOVEMBER, by=None)
    assert [each.company_id for each in invoices(run.drafted)] == [ACME]
    (left_out,) = run.left_out
    assert left_out.agreement == broken
    assert left_out.reasons == ("no price is in force on 2025-11-01",)


def test_facts_that_contradict_the_rules_leave_out_their_client_only():
    broken = agreement(GLOBEX)
    product = Product.objects.create(sku="SETUP", name="Set-up")
    Addition.objects.create(
        agreement=broken,
        company_id=GLOBEX,
        product=product,
        start=date(2025, 10, 1),
        kind="one_off",
        quantity=1,
    )
    agreement(ACME)
    run = draft_due(today=NOVEMBER, by=None)
    assert [each.company_id for each in invoices(run.drafted)] == [ACME]
    assert "one-off addition before its agreement" in run.left_out[0].reasons[0]


def queries_of_a_run(agreements: int) -> int:
    for _ in range(agreements):
        company = uuid.uuid4()
        agreement(company)
        workstations(company, NOVEMBER)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        run = draft_due(today=NOVEMBER, by=None)
    assert len(run.drafted) == agreements
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_the_clients():
    queries_of_a_run(1)
    assert queries_of_a_run(2) == queries_of_a_run(40) == 27


def test_two_runs_at_once_draft_each_period_once(several_threads):
    for _ in range(12):
        company = uuid.uuid4()
        agreement(company)
        workstations(company, NOVEMBER)
    runs = at_once([partial(draft_due, today=date(2025, 12, 1), by=None)] * 3)
    assert sum(len(run.drafted) for run in runs) == 24
    assert Invoice.objects.count() == 24
    assert InvoiceLine.objects.count() == 24


def test_the_command_says_what_it_did_and_whom_it_left_out():
    agreement()
    workstations(ACME, NOVEMBER)
    out = StringIO()
    call_command("run_billing", date=NOVEMBER, dry_run=True, stdout=out)
    assert "1 invoices would be drafted." in out.getvalue()
    assert "45.00 EUR" in out.getvalue()
    assert not Invoice.objects.exists()
    call_command("run_billing", date=NOVEMBER, stdout=out)
    assert Invoice.objects.count() == 1
    agreement(GLOBEX, currency="USD")
    workstations(GLOBEX, NOVEMBER)
    errors = StringIO()
    with pytest.raises(CommandError, match="1 agreements could not be billed"):
        call_command("run_billing", date=NOVEMBER, stdout=out, stderr=errors)
    assert f"Left out: {GLOBEX} Managed workplace: no price" in errors.getvalue()


def test_an_issued_period_is_never_drafted_again():
    first = issued()
    assert draft_due(today=date(2025, 11, 30), by=None).drafted == []
    (second,) = invoices(draft_due(today=date(2025, 12, 1), by=None).drafted)
    issue(second, client=ACME_TODAY, today=date(2025, 12, 1), by=None)
    assert second.agreement == first.agreement
    assert draft_due(today=date(2025, 12, 31), by=None).drafted == []


def test_what_another_agreement_of_the_company_counts_is_no_warning():
    agreement()
    servers = Agreement.objects.create(
        company_id=ACME, title="Hosting", start=NOVEMBER, currency="EUR"
    )
    Addition.objects.create(
        agreement=servers,
        company_id=ACME,
        product=Product.objects.create(sku="SRV", name="Server care"),
        start=NOVEMBER,
        source="devices",
        counts="server",
        override_price=120,
    )
    workstations(ACME, NOVEMBER)
    Device.objects.create(company_id=ACME, hostname="srv", kind="server", start=NOVEMBER)
    drafted = invoices(draft_due(today=NOVEMBER, by=None).drafted)
    assert sorted(each.net for each in drafted) == [45, 120]
    assert [each.warnings for each in drafted] == [[], []]
