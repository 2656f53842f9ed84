"""The days of agreements and their lines: what follows what, and what stands in the way."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from hm_auth.permissions import Level
from tests.treasury.people import ACME, GLOBEX, agreement, issued, signed_in, workstation_care
from treasury.agreements import operations
from treasury.agreements.models import Addition, Agreement, Allowance, Discount
from treasury.catalogue.models import Plan, PlanItem, Product
from treasury.recorded import Refused

pytestmark = pytest.mark.django_db
JANUARY = date(2026, 1, 1)


@pytest.fixture
def clerk(nexus):
    return signed_in(Level.BILLING, ACME, access=nexus.access("billing"))


def next_plan() -> Plan:
    row = Plan.objects.create(name="Platinum")
    PlanItem.objects.create(
        plan=row, product=workstation_care(), source="devices", counts="workstation"
    )
    return row


def platinum(start: date = JANUARY) -> Agreement:
    row = Agreement(company_id=ACME, title="Platinum", start=start, currency="EUR")
    return operations.agree(row, plan=next_plan(), by=None)


def test_who_ends_one_agreement_may_agree_on_the_next_with_the_same_product():
    row = agreement()
    operations.end(row, last_day=date(2025, 12, 31), by=None)
    assert row.additions.get().end == JANUARY
    assert platinum().additions.get().start == JANUARY


def test_a_second_agreement_for_one_thing_is_refused_and_names_the_first():
    agreement(GLOBEX)
    agreement(title="Managed workplace")
    with pytest.raises(
        Refused, match="Workstation care of the agreement Managed workplace, from 1 N"
    ):
        platinum()
    assert Agreement.objects.filter(company_id=ACME).count() == 1


def test_what_ended_goes_on_with_its_lines_unless_the_next_one_is_in_the_way():
    row = agreement(term_months=12)
    gone = Addition.objects.create(
        agreement=row, company_id=ACME, product=Product.objects.create(sku="X", name="X"),
        quantity=1, start=row.start, end=date(2025, 12, 1),
    )  # fmt: skip
    operations.end(row, last_day=date(2025, 12, 31), by=None)
    operations.renew(row, by=None)
    assert row.additions.exclude(pk=gone.pk).get().end == date(2027, 1, 1)
    gone.refresh_from_db()
    assert gone.end == date(2025, 12, 1)
    operations.end(row, last_day=date(2025, 12, 31), by=None)
    platinum()
    with pytest.raises(Refused, match="of the agreement Platinum"):
        operations.renew(row, by=None)
    assert Agreement.objects.get(pk=row.pk).end == JANUARY


def test_a_line_that_stops_with_a_term_does_not_come_back_when_the_rest_renews():
    row = agreement(end=JANUARY, term_months=12)
    row.additions.update(end=JANUARY)
    operations.renew(row, by=None)
    assert (row.end, row.additions.get().end) == (date(2027, 1, 1), JANUARY)


def test_a_line_that_another_agreement_bills_is_refused_on_its_page_with_its_name(clerk):
    agreement(title="First")
    second = agreement_without_lines()
    typed = {
        "product": workstation_care().pk, "kind": "recurring", "source": "fixed", "quantity": "2",
        "included": "0", "increment": "1", "scheme": "graduated", "position": "7",
        "start": "2025-12-01",
    }  # fmt: skip
    page = clerk.post(reverse("line-add", args=[second.pk]), typed).content.decode()
    assert "already: Workstation care of the agreement First, from 1 Nov 2025" in page
    assert 'value="7"' in page, "what was typed stays"
    counted = {**typed, "product": Product.objects.create(sku="S", name="Other").pk}
    counted |= {"source": "devices", "counts": "workstation", "quantity": ""}
    page = clerk.post(reverse("line-add", args=[second.pk]), counted).content.decode()
    assert "These are counted already: Workstation care of the agreement First" in page


def agreement_without_lines() -> Agreement:
    row = agreement(GLOBEX, title="Second")
    row.additions.all().delete()
    Agreement.objects.filter(pk=row.pk).update(company_id=ACME)
    row.refresh_from_db()
    return row


def test_a_line_of_a_product_that_is_not_sold_any_more_can_still_be_changed(clerk):
    line = issued(ACME).agreement.additions.get()
    Product.objects.update(is_active=False)
    typed = {
        "quantity": "", "included": "0", "increment": "1", "scheme": "graduated", "position": "0",
        "override_price": "50", "from_day": "2025-12-01",
    }  # fmt: skip
    assert clerk.post(reverse("line-edit", args=[line.pk]), typed).status_code == 302
    assert line.agreement.additions.count() == 2


def test_discounts_and_allowances_end_on_the_day_people_name(clerk):
    row = agreement()
    discount = Discount.objects.create(addition=row.additions.get(), percent=5, start=row.start)
    hours = Allowance.objects.create(agreement=row, minutes=60, start=row.start)
    for part, name in ((discount, "discount-end"), (hours, "allowance-end")):
        address = reverse(name, args=[part.pk])
        early = clerk.post(address, {"last_day": "2025-10-01"})
        assert b"last day lies before the first" in early.content
        assert b'value="2025-10-01"' in early.content, "what was typed stays"
        assert clerk.post(address, {"last_day": "2025-12-31"}).status_code == 302
        part.refresh_from_db()
        assert part.end == JANUARY
        client = signed_in(Level.TECHNICIAN)
        assert client.post(address, {"last_day": "2025-12-31"}).status_code == 403
