"""Drafts follow the facts until they are issued; taxes are never forgotten."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

import pytest

from tests.treasury.people import (
    ACME,
    ACME_TODAY,
    NOVEMBER,
    agreement,
    draft,
    invoices,
    issued,
    seller,
    workstations,
)
from treasury.clients.models import ClientTerms
from treasury.invoices.drafts import draft_due
from treasury.invoices.issuing import NotIssued, issue, issue_many
from treasury.invoices.models import FactChange, Invoice
from treasury.seller.models import Seller
from treasury.taxes.models import TaxRate
from treasury.usage.models import Device

pytestmark = pytest.mark.django_db

TODAY = date(2025, 11, 3)
DECEMBER = date(2025, 12, 1)


def test_a_draft_follows_the_facts_and_keeps_its_row():
    before = draft()
    workstations(ACME, NOVEMBER)
    made = draft_due(today=NOVEMBER, by=None)
    (after,) = invoices(made.changed)
    assert (after.pk, after.net) == (before.pk, Decimal("135.00"))
    assert draft_due(today=NOVEMBER, by=None).changed == []


def test_a_draft_that_is_not_due_any_more_goes():
    row = draft()
    row.agreement.start = date(2026, 5, 1)
    row.agreement.save()
    assert draft_due(today=NOVEMBER, by=None).removed == 0, "an agreement of later is not looked at"
    assert draft_due(today=date(2026, 5, 1), by=None).removed == 1


def test_a_draft_that_cannot_be_billed_any_more_goes_and_is_named():
    row = draft()
    row.agreement.currency = "USD"
    row.agreement.save()
    made = draft_due(today=NOVEMBER, by=None)
    assert (made.removed, len(made.left_out)) == (1, 1)
    assert not Invoice.objects.exists()


def test_what_changed_since_somebody_looked_is_put_right_and_not_issued():
    row = draft()
    workstations(ACME, NOVEMBER)
    with pytest.raises(NotIssued, match="out of date"):
        issue(row, client=ACME_TODAY, today=TODAY, by=None)
    row.refresh_from_db()
    assert (row.status, row.net) == ("draft", Decimal("135.00"))
    assert issue(row, client=ACME_TODAY, today=TODAY, by=None).number == 1, "no number is lost"


def test_a_later_period_waits_for_the_earlier_one():
    agreement()
    workstations(ACME, NOVEMBER)
    november, december = invoices(draft_due(today=DECEMBER, by=None).drafted)
    with pytest.raises(NotIssued, match="earlier period"):
        issue(december, client=ACME_TODAY, today=DECEMBER, by=None)
    done = issue_many(
        [december.pk, november.pk], clients={ACME: ACME_TODAY}, today=DECEMBER, by=None
    )
    assert [row.period_start for row in done.invoices] == [NOVEMBER, DECEMBER]
    assert [row.number for row in done.invoices] == [1, 2]


def test_only_what_was_changed_is_looked_at_again_and_once():
    issued()
    FactChange.objects.all().delete()
    made = draft_due(today=DECEMBER, by=None)
    assert [line.explanation["is"] for line in invoices(made.drafted)[0].lines.all()] == [
        "Counting"
    ]
    Device.objects.filter(hostname="ws-001").update(end=date(2025, 11, 16))
    (row,) = invoices(draft_due(today=DECEMBER, by=None).changed)
    assert row.net == Decimal("45.00") - Decimal("22.50")
    issue(row, client=ACME_TODAY, today=DECEMBER, by=None)
    assert not FactChange.objects.filter(agreement=row.agreement).exists()
    january = invoices(draft_due(today=date(2026, 1, 1), by=None).drafted)[0]
    assert january.net == Decimal("45.00")


@pytest.mark.parametrize("how", ["update", "delete", "insert"])
def test_a_change_by_any_means_is_noticed(how):
    issued()
    FactChange.objects.all().delete()
    if how == "insert":
        workstations(ACME, NOVEMBER)
    elif how == "delete":
        Device.objects.filter(hostname="ws-001").delete()
    else:
        Device.objects.filter(hostname="ws-001").update(treatment="free")
    assert FactChange.objects.get().since == NOVEMBER


def test_taxes_are_those_of_the_region_and_add_up():
    row = draft()
    assert (row.net, row.tax, row.gross) == (Decimal(90), Decimal("20.70"), Decimal("110.70"))
    assert row.tax_breakdown == [
        {"code": "S", "name": "VAT", "percent": "23", "base": "90.00", "amount": "20.70"}
    ]
    (line,) = row.lines.all()
    assert line.taxes == [{"name": "VAT", "percent": "23", "amount": "20.70"}]


def test_a_tax_that_is_not_known_is_never_nothing():
    agreement()
    workstations(ACME, NOVEMBER)
    TaxRate.objects.all().delete()
    made = draft_due(today=NOVEMBER, by=None)
    assert made.drafted == []
    assert "no tax rate for standard in IE" in made.left_out[0].reasons[0]


def test_without_a_seller_nothing_is_drafted():
    agreement()
    Seller.objects.all().delete()
    made = draft_due(today=NOVEMBER, by=None)
    assert "Your business" in made.left_out[0].reasons[0]


@pytest.mark.parametrize(("liability", "code"), [("AE", "AE"), ("E", "E"), ("G", "G"), ("O", "O")])
def test_who_owes_no_tax_has_a_reason_on_the_invoice(liability, code):
    ClientTerms.objects.create(company_id=ACME, liability=liability, liability_reason="Art. 196")
    row = draft()
    assert (row.tax, row.liability_reason) == (0, "Art. 196")
    assert [each["code"] for each in row.tax_breakdown] == [code]


def test_a_new_rate_counts_from_the_day_of_issue():
    row = draft()
    TaxRate.objects.filter(name="VAT").update(end=date(2025, 12, 1))
    TaxRate.objects.create(name="VAT", region="IE", percent=25, start=date(2025, 12, 1))
    with pytest.raises(NotIssued, match="out of date"):
        issue(row, client=ACME_TODAY, today=DECEMBER, by=None)
    row.refresh_from_db()
    assert row.tax == Decimal("22.50")


def test_both_sides_are_kept_as_they_were_at_issue():
    row = issued()
    Seller.objects.update(name="Renamed")
    row.refresh_from_db()
    assert row.seller["name"] == seller().name.replace("Renamed", "Hive IT")
    assert row.client["legal_name"] == "Acme Ltd"
    assert row.open == row.gross


def test_an_invoice_of_nothing_is_paid_at_once():
    row = draft()
    row.agreement.additions.update(override_price=0)
    draft_due(today=NOVEMBER, by=None)
    row.refresh_from_db()
    assert issue(row, client=ACME_TODAY, today=TODAY, by=None).status == "paid"


def test_many_are_issued_with_a_fixed_number_of_queries(django_assert_max_num_queries):
    clients = {}
    for company in [ACME, *(uuid.uuid4() for _ in range(11))]:
        agreement(company)
        workstations(company, NOVEMBER)
        clients[company] = ACME_TODAY
    pks = draft_due(today=NOVEMBER, by=None).drafted
    with django_assert_max_num_queries(34):
        done = issue_many(pks, clients=clients, today=TODAY, by=None)
    assert [row.number for row in done.invoices] == list(range(1, 13))
