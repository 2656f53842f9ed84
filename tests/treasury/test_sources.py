"""What an agreement can bill beside devices: contacts, meters, hours, tiers, discounts, plans."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from hm_auth import nexus as hm_nexus
from tests.treasury.people import (
    ACME,
    ACME_TODAY,
    NOVEMBER,
    agreement,
    invoices,
    seller,
    workstation_care,
    workstations,
)
from treasury.agreements.models import (
    Addition,
    Agreement,
    Allowance,
    Discount,
    PrepaidBlock,
    Tier,
)
from treasury.billing_rules.periods import DateRange
from treasury.catalogue.models import Plan, PlanPrice, Product, ProductPrice
from treasury.invoices.contacts import Contact, Contacts, presences, read
from treasury.invoices.drafts import Run, draft_due
from treasury.invoices.issuing import issue
from treasury.invoices.models import BilledWork, Invoice
from treasury.usage.models import ContactBilling, Reading, TimeEntry

pytestmark = pytest.mark.django_db

DECEMBER = date(2025, 12, 1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def bare(**fields) -> Agreement:
    """An agreement in arrears without additions."""
    seller()
    values = {"title": "Support", "currency": "EUR", "timing": "arrears", **fields}
    return Agreement.objects.create(company_id=ACME, start=NOVEMBER, **values)


def line(row: Agreement, sku: str, price: str | None = None, **fields) -> Addition:
    product, _ = Product.objects.get_or_create(sku=sku, defaults={"name": sku})
    if price is not None:
        ProductPrice.objects.create(
            product=product, currency=row.currency, unit_price=price, start=date(2020, 1, 1)
        )
    values = {"start": row.start, "source": "fixed", **fields}
    return Addition.objects.create(
        agreement=row, company_id=row.company_id, product=product, **values
    )


def work(day: int, minutes: int, rate_class: str = "standard", **fields) -> TimeEntry:
    return TimeEntry.objects.create(
        company_id=ACME, day=date(2025, 11, day), person="Tara", minutes=minutes,
        rate_class=rate_class, **fields,
    )  # fmt: skip


def run(today: date = DECEMBER, contacts: Contacts | None = None) -> Run:
    return draft_due(today=today, by=None, contacts=contacts)


def only(made: Run) -> Invoice:
    assert made.left_out == []
    (row,) = invoices(made.drafted)
    return row


def words(row: Invoice) -> list[str]:
    lines = row.lines.order_by("position")
    return [each for line_ in lines for each in line_.explanation["sentences"]]


def people(*everybody: Contact) -> Contacts:
    found = Contacts()
    found.by_company[ACME] += everybody
    return found


def person(name: str, start: date = date.min, end: date | None = None) -> Contact:
    return Contact(uuid.uuid4(), name, DateRange(start, end), LONG_AGO)


def test_contacts_of_nexus_are_counted_by_the_days_they_are_there():
    row = bare()
    line(row, "USER", "30", source="contacts", counts="contact")
    staff = people(person("Anna"), person("Ben", end=date(2025, 11, 16)), person("Ben"))
    assert only(run(contacts=staff)).net == Decimal("75.00")


def test_who_is_archived_near_midnight_leaves_on_the_day_it_is_here(nexus, settings):
    """20:00 in New York is the next day in UTC: else the next month would be billed too."""
    settings.TIME_ZONE = "America/New_York"
    days = dict.fromkeys(("archived_at", "updated_at"), "2025-12-01T01:00:00Z")
    ben = {"id": str(uuid.uuid4()), "company": str(ACME), "full_name": "Ben", **days}
    nexus.contacts = [ben]
    (found,) = read(hm_nexus.client.service_caller()).by_company[ACME]
    assert found.active == DateRange(date.min, date(2025, 11, 30))


def test_a_contact_who_is_free_from_a_day_on_costs_until_then():
    anna, ben = person("Anna"), person("Ben")
    row = bare()
    line(row, "USER", "30", source="contacts", counts="contact")
    half = {"company_id": ACME, "start": date(2025, 11, 16)}
    ContactBilling.objects.create(contact_id=anna.id, treatment="free", **half)
    ContactBilling.objects.create(contact_id=ben.id, treatment="custom", custom_price=10, **half)
    made = only(run(contacts=people(anna, ben)))
    assert made.net == Decimal("15.00") * 2 + Decimal("5.00")


def test_ways_of_billing_that_end_leave_the_days_after():
    anna = person("Anna", date(2025, 11, 5), date(2025, 11, 25))
    special = [
        ContactBilling(treatment="free", start=date(2025, 1, 1), end=date(2025, 11, 10)),
        ContactBilling(treatment="free", start=date(2025, 11, 20)),
    ]
    found = presences([anna], {anna.id: special})
    assert [(each.active.start.day, each.treatment) for each in found] == [
        (5, "free"),
        (10, "normal"),
        (20, "free"),
    ]
    assert found[-1].active.end == date(2025, 11, 25)


def test_without_nexus_who_counts_contacts_is_left_out_and_the_others_go_on():
    row = bare()
    line(row, "USER", "30", source="contacts", counts="contact")
    agreement(uuid.uuid4())
    made = run(contacts=None)
    assert len(made.drafted) == 2, "November and December of the other"
    assert "Nexus did not say" in made.left_out[0].reasons[0]


def test_a_meter_is_billed_by_its_average():
    row = bare()
    line(row, "BACKUP", "0.10", source="meter", counts="backup_gb")
    for day, gigabytes in ((NOVEMBER, 100), (date(2025, 11, 16), 300)):
        Reading.objects.create(company_id=ACME, subject="srv", day=day, quantity=gigabytes)
    assert only(run()).net == Decimal("20.00")


def test_tiers_are_agreed_and_beat_the_list():
    row = agreement()
    workstations(ACME, *[NOVEMBER] * 12)
    addition = row.additions.get()
    for above, price in ((0, 40), (10, 30)):
        Tier.objects.create(addition=addition, above=above, unit_price=price)
    assert only(run(NOVEMBER)).net == Decimal(10 * 40 + 2 * 30)
    addition.scheme = "volume"
    addition.save()
    (row_,) = invoices(run(NOVEMBER).changed)
    assert row_.net == Decimal(12 * 30)


def test_a_discount_ends_on_its_day():
    row = agreement()
    workstations(ACME, NOVEMBER)
    Discount.objects.create(
        addition=row.additions.get(), percent=50, start=NOVEMBER, end=date(2025, 11, 16),
        reason="welcome",
    )  # fmt: skip
    assert only(run(NOVEMBER)).net == Decimal("33.75")


def test_the_price_of_the_plan_for_the_term_beats_the_list_and_the_agreed_one_beats_both():
    plan = Plan.objects.create(name="Gold")
    product = workstation_care()
    for term, price in ((1, 44), (12, 40)):
        PlanPrice.objects.create(
            plan=plan, product=product, term_months=term, currency="EUR", unit_price=price,
            start=date(2020, 1, 1),
        )  # fmt: skip
    row = agreement(plan=plan, term_months=12)
    workstations(ACME, NOVEMBER)
    assert only(run(NOVEMBER)).net == Decimal(40)
    row.additions.update(override_price=0)
    assert invoices(run(NOVEMBER).changed)[0].net == 0


def test_hours_are_billed_at_the_rate_of_their_class_rounded_up():
    row = bare()
    line(row, "HOUR", "80", source="hours", counts="standard", increment=15)
    line(row, "NIGHT", "120", source="hours", counts="after_hours")
    work(3, 50)
    work(4, 30, "after_hours")
    work(5, 600, billable=False)
    made = only(run())
    assert made.net == Decimal("80.00") + Decimal("60.00")
    assert sorted(words(made)) == ["1 h standard × 80.00", "30 min after hours × 120.00"]


def test_prepaid_hours_are_used_up_first_and_stay_used_after_issue():
    row = bare()
    line(row, "HOUR", "80", source="hours", counts="standard")
    Allowance.objects.create(agreement=row, minutes=60, start=NOVEMBER)
    PrepaidBlock.objects.create(agreement=row, minutes=30, start=NOVEMBER, end=date(2026, 6, 1))
    first, second = work(3, 70), work(4, 50)
    made = only(run())
    assert made.net == Decimal("40.00")
    covered, by = words(made)[-1].split(": ")
    assert covered == "1 h 30 min of 2 h covered"
    assert by == "1 h by 1 h a month from 1 Nov 2025, 30 min by 30 min bought 1 Nov 2025"
    issue(made, client=ACME_TODAY, today=DECEMBER, by=None)
    assert set(BilledWork.objects.values_list("entry_id", flat=True)) == {first.pk, second.pk}
    TimeEntry.objects.create(
        company_id=ACME, day=date(2025, 12, 3), person="Tara", minutes=90, rate_class="standard"
    )
    january = only(run(date(2026, 1, 1)))
    assert january.net == Decimal("40.00"), "the block is used up, December's hour is not"


def test_work_entered_late_comes_with_the_next_invoice_and_only_there():
    row = bare()
    line(row, "HOUR", "80", source="hours", counts="standard")
    work(3, 60)
    issue(only(run()), client=ACME_TODAY, today=DECEMBER, by=None)
    late = work(20, 30)
    assert only(run(date(2026, 1, 1))).net == Decimal("40.00")
    assert "entered after those were billed" in words(Invoice.objects.get(status="draft"))[-1]
    assert not hasattr(TimeEntry.objects.get(pk=late.pk), "billed")


def test_work_that_nobody_bills_is_told_and_stops_nobody():
    agreement()
    workstations(ACME, NOVEMBER)
    work(3, 45)
    made = run(NOVEMBER)
    assert len(made.drafted) == 1
    assert made.unbilled == {ACME: 45}


def test_work_entered_after_the_last_invoice_of_an_agreement_that_ended_is_told():
    row = bare(end=DECEMBER)
    line(row, "HOUR", "80", source="hours", counts="standard")
    work(3, 60)
    issue(only(run()), client=ACME_TODAY, today=DECEMBER, by=None)
    assert run(date(2026, 1, 1)).unbilled == {}
    work(20, 30)
    again = run(date(2026, 1, 1))
    assert (again.drafted, again.unbilled) == ([], {ACME: 30})


def test_two_agreements_share_the_work_by_who_has_a_rate():
    first = bare(title="Days")
    line(first, "HOUR", "80", source="hours", counts="standard")
    second = bare(title="Nights")
    line(second, "NIGHT", "120", source="hours", counts="after_hours")
    work(3, 60)
    work(4, 60, "after_hours")
    nets = {each.agreement.title: each.net for each in invoices(run().drafted)}
    assert nets == {"Days": Decimal(80), "Nights": Decimal(120)}
