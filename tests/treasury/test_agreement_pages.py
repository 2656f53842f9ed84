"""Agreements and the catalogue by pages: agreed, changed from a day on, ended, renewed."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from hm_auth.permissions import Level
from tests.treasury.people import (
    ACME,
    GLOBEX,
    NOVEMBER,
    agreement,
    invoices,
    issued,
    seller,
    signed_in,
    workstation_care,
    workstations,
)
from treasury.agreements import operations
from treasury.agreements.models import (
    Addition,
    Agreement,
    Allowance,
    Discount,
    PrepaidBlock,
    Tier,
)
from treasury.catalogue.models import Plan, PlanItem, PlanPrice, Product, ProductPrice
from treasury.invoices.drafts import draft_due
from treasury.recorded import Refused

pytestmark = pytest.mark.django_db

TERMS = {
    "title": "Managed", "term_months": "12", "start": "2025-11-15", "renewal": "automatic",
    "notice_days": "30", "cadence_months": "1", "timing": "advance", "currency": "EUR",
    "payment_days": "14", "proration": "by_days",
}  # fmt: skip
LINE = {
    "kind": "recurring", "source": "fixed", "quantity": "2", "included": "0", "increment": "1",
    "scheme": "graduated", "position": "0", "start": "2025-11-15",
}  # fmt: skip


@pytest.fixture
def people(nexus):
    return {level: signed_in(level, ACME, access=nexus.access("billing")) for level in Level}


@pytest.fixture
def clerk(people):
    return people[Level.BILLING]


def plan() -> Plan:
    seller()
    row = Plan.objects.create(name="Gold")
    PlanItem.objects.create(
        plan=row, product=workstation_care(), source="devices", counts="workstation"
    )
    PlanPrice.objects.create(
        plan=row, product=workstation_care(), term_months=12, currency="EUR", unit_price=40,
        start=date(2020, 1, 1),
    )  # fmt: skip
    return row


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_agreements_and_the_catalogue_are_for_billing_and_admins(people):
    row, gold = agreement(ACME), plan()
    line = row.additions.get()
    discount = Discount.objects.create(addition=line, percent=5, start=NOVEMBER)
    hours = Allowance.objects.create(agreement=row, minutes=60, start=NOVEMBER)
    block = PrepaidBlock.objects.create(
        agreement=row, minutes=60, start=NOVEMBER, end=date(2026, 1, 1)
    )
    product, item = workstation_care(), gold.items.get()
    coming = ProductPrice.objects.create(
        product=product, currency="EUR", unit_price=1, start=date(2999, 1, 1)
    )
    pages = [
        *[reverse(name) for name in ("agreements", "products", "plans", "product-add", "plan-add")],
        *[reverse(f"agreement{part}", args=[row.pk]) for part in ("", "-edit", "-end", "-renew")],
        *[reverse(f"{part}-add", args=[row.pk]) for part in ("line", "allowance", "block")],
        *[
            reverse(name, args=[line.pk])
            for name in ("line-edit", "line-end", "line-remove", "discount-add")
        ],
        *[reverse(f"discount-{what}", args=[discount.pk]) for what in ("end", "remove")],
        *[reverse(f"allowance-{what}", args=[hours.pk]) for what in ("end", "remove")],
        reverse("block-remove", args=[block.pk]),
        reverse("agreement-new", args=[ACME]),
        *[reverse(name, args=[product.pk]) for name in ("product", "product-edit", "price-add")],
        reverse("cost-add", args=[product.pk]),
        reverse("price-remove", args=[coming.pk]),
        *[reverse(f"plan{part}", args=[gold.pk]) for part in ("", "-edit", "-item-add")],
        reverse("plan-price-add", args=[gold.pk]),
        reverse("plan-item-remove", args=[item.pk]),
    ]
    for page in pages:
        answers = {level: who.get(page).status_code for level, who in people.items()}
        assert answers == {
            Level.ADMIN: 200, Level.BILLING: 200, Level.TECHNICIAN: 403, Level.CLIENT: 403,
        }, page  # fmt: skip
    for page in ("agreement", "line-edit", "product", "plan"):
        assert people[Level.BILLING].get(reverse(page, args=[uuid.uuid4()])).status_code == 404
    assert (
        people[Level.BILLING].get(reverse("agreement-new", args=[uuid.uuid4()])).status_code == 404
    )


def test_a_plan_becomes_an_agreement_with_its_lines_and_prices(clerk):
    gold = plan()
    address = reverse("agreement-new", args=[ACME])
    typed = {**TERMS, "title": "", "plan": gold.pk, "calendar_months": "on"}
    page = text(clerk.post(address, typed, follow=True))
    row = Agreement.objects.get()
    assert (row.title, row.anchor) == ("Gold", date(2025, 11, 1))
    assert "Devices of a kind: Workstation" in page
    assert "40" in page
    assert "plan" in page
    again = clerk.post(address, typed)
    assert b"already: Workstation care of the agreement Gold, from 15 Nov 2025" in again.content
    assert b'value="2025-11-15"' in again.content, "what was typed stays"
    assert Agreement.objects.count() == 1


def test_a_title_or_a_plan_is_needed(clerk):
    answer = clerk.post(reverse("agreement-new", args=[ACME]), {**TERMS, "title": ""})
    assert b"Give it a title, or choose a plan" in answer.content


def test_a_line_is_added_with_prices_by_number(clerk):
    row = agreement(ACME, start=date(2025, 11, 15))
    product = Product.objects.create(sku="M365", name="Microsoft 365")
    address = reverse("line-add", args=[row.pk])
    tiers = {"tiers_upto": ["10", "", ""], "tiers_price": ["12", "10.5", ""]}
    typed = {**LINE, "product": product.pk, **tiers}
    for wrong, why in (
        ({"tiers_upto": ["10", "20"]}, "up to” of the last row empty".encode()),
        ({"tiers_upto": ["", ""]}, b"Row 1: only the last row is without an end"),
        ({"tiers_upto": ["10", "5"]}, b"Row 2: it ends before it begins"),
        ({"tiers_price": ["twelve", "10.5"]}, "Row 1: the price “twelve” is not a number".encode()),
        ({"tiers_price": ["12"], "tiers_upto": ["10", "20"]}, b"Row 2: the price is missing"),
        ({"override_price": "3"}, b"not both"),
        ({"quantity": ""}, b"How many are there?"),
        ({"last_day": "2025-11-01"}, b"must come after"),
    ):
        answer = clerk.post(address, {**typed, **wrong})
        assert why in answer.content, why
        for kept in (typed | wrong)["tiers_price"]:
            assert f'value="{kept}"'.encode() in answer.content or not kept, "what was typed stays"
    assert clerk.post(address, typed).status_code == 302
    line = Addition.objects.get(product=product)
    assert list(line.tiers.order_by("above").values_list("above", "unit_price")) == [
        (0, 12),
        (10, Decimal("10.5")),
    ]


def test_a_change_shows_the_tiers_and_leaves_them_as_they_are(clerk):
    line = agreement(ACME).additions.get()
    Tier.objects.create(addition=line, above=0, unit_price=12)
    Tier.objects.create(addition=line, above=10, unit_price=Decimal("10.5"))
    page = text(clerk.get(reverse("line-edit", args=[line.pk])))
    for shown in (
        'name="tiers_upto" value="10"',
        'name="tiers_price" value="10.5"',
        '<td class="hm-muted">10</td>',
    ):
        assert shown in page


def test_a_line_that_nothing_bills_is_removed_and_one_that_was_billed_is_not(clerk):
    row = issued(ACME).agreement
    billed = row.additions.get()
    coming = Addition.objects.create(
        agreement=row, company_id=ACME, start=date(2026, 6, 1), quantity=1,
        product=Product.objects.create(sku="M365", name="Microsoft 365"),
    )  # fmt: skip
    clerk.post(reverse("agreement-end", args=[row.pk]), {"last_day": "2026-01-31"})
    coming.refresh_from_db()
    assert coming.end is None, "an end before its start is none"
    page = clerk.get(reverse("agreement", args=[row.pk])).content.decode()
    assert reverse("line-remove", args=[coming.pk]) in page
    assert reverse("line-remove", args=[billed.pk]) not in page
    refused = clerk.post(reverse("line-remove", args=[billed.pk]), follow=True)
    assert b"It has been billed: end it instead" in refused.content
    assert b"Remove Microsoft 365?" in clerk.get(reverse("line-remove", args=[coming.pk])).content
    clerk.post(reverse("line-remove", args=[coming.pk]))
    assert list(row.additions.all()) == [billed]


def test_agreements_and_products_are_found_by_an_index():
    agreement(ACME)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for rows, index in (
            (Agreement.objects.filter(title__icontains="workp"), "agreement_search"),
            (Product.objects.filter(name__icontains="workst"), "product_search"),
        ):
            assert index in rows.explain()


def test_what_was_billed_is_changed_from_a_day_on_and_the_past_stays(clerk):
    row = issued(ACME).agreement
    line = row.additions.get()
    Discount.objects.create(addition=line, percent=10, start=NOVEMBER, reason="welcome")
    address = reverse("line-edit", args=[line.pk])
    assert b"Bills of the days before stay" in clerk.get(address).content
    typed = {**LINE, "override_price": "0", "from_day": "2025-12-01", "source": "fixed"}
    assert clerk.post(address, typed).status_code == 302
    before, after = row.additions.order_by("start")
    assert (before.end, before.override_price) == (date(2025, 12, 1), None)
    assert (after.source, after.counts, after.override_price) == ("devices", "workstation", 0)
    assert after.discounts.get().start == date(2025, 12, 1)
    late = clerk.post(address, {**typed, "from_day": "2025-01-01"})
    assert b"Choose a day after" in late.content


def test_a_line_that_was_never_billed_is_put_right(clerk):
    line = agreement(ACME).additions.get()
    typed = {**LINE, "product": line.product_id, "start": "2025-11-01", "override_price": "7"}
    clerk.post(reverse("line-edit", args=[line.pk]), typed)
    line.refresh_from_db()
    assert (line.override_price, line.source, line.quantity) == (7, "fixed", 2)
    assert Addition.objects.count() == 1


def test_a_line_and_an_agreement_end_on_the_day_people_name(clerk):
    row = agreement(ACME)
    line = row.additions.get()
    early = clerk.post(reverse("line-end", args=[line.pk]), {"last_day": "2025-01-01"})
    assert b"last day lies before" in early.content
    clerk.post(reverse("line-end", args=[line.pk]), {"last_day": "2025-12-31"})
    clerk.post(reverse("agreement-end", args=[row.pk]), {"last_day": "2026-01-31"})
    line.refresh_from_db()
    row.refresh_from_db()
    assert (line.end, row.end) == (date(2026, 1, 1), date(2026, 2, 1))


def test_what_the_rules_cannot_bill_is_refused_and_nothing_is_written():
    row = agreement(ACME)
    early = Addition(
        agreement=row, company_id=ACME, product=workstation_care(), kind="one_off", quantity=1,
        start=date(2020, 1, 1),
    )  # fmt: skip
    with pytest.raises(Refused, match="before its agreement would never be billed"):
        operations.save_line(early, [], by=None)
    assert row.additions.count() == 1


def test_terms_that_were_billed_cannot_change_behind_it(clerk):
    row = issued(ACME).agreement
    changed = {"currency": "USD", "term_months": "36", "proration": "whole", "minimum": "999"}
    typed = {**TERMS, **changed, "start": "2020-01-01", "payment_days": "7"}
    clerk.post(reverse("agreement-edit", args=[row.pk]), typed)
    row.refresh_from_db()
    assert (row.start, row.currency, row.payment_days) == (NOVEMBER, "EUR", 7)
    assert (row.term_months, row.proration, row.minimum) == (1, "by_days", None)


def test_prepaid_hours_are_added_and_taken_back(clerk):
    row = agreement(ACME)
    clerk.post(
        reverse("allowance-add", args=[row.pk]),
        {"minutes": "2 h", "every_months": "1", "start": "2025-11-01", "carry_limit": ""},
    )
    clerk.post(
        reverse("block-add", args=[row.pk]),
        {
            "minutes": "20:00", "start": "2025-11-01", "last_day": "2026-10-31",
            "rate_classes": ["onsite", "after_hours"], "carry_last_day": "2026-12-31",
            "carry_limit": "5 h",
        },
    )  # fmt: skip
    hours, block = Allowance.objects.get(), PrepaidBlock.objects.get()
    assert (hours.minutes, hours.carry_limit) == (120, None)
    assert (block.minutes, block.end) == (1200, date(2026, 11, 1))
    assert (block.rate_classes, hours.rate_classes) == (["onsite", "after_hours"], [])
    assert (block.carry_until, block.carry_limit) == (date(2027, 1, 1), 300)
    early = clerk.post(
        reverse("block-add", args=[row.pk]),
        {
            "minutes": "1",
            "start": "2025-11-01",
            "last_day": "2026-10-31",
            "carry_last_day": "2026-10-31",
        },
    )
    assert b"A carry-over lasts longer" in early.content
    nothing = clerk.post(
        reverse("block-add", args=[row.pk]), {"minutes": "0", "start": "2025-11-01"}
    )
    assert b"Give some time" in nothing.content
    page = text(clerk.get(reverse("agreement", args=[row.pk])))
    assert "20 h to 31 Oct 2026" in page
    assert "for on site, after hours, 5:00 h at most carried over to" in page
    clerk.post(reverse("block-remove", args=[block.pk]))
    clerk.post(reverse("allowance-remove", args=[hours.pk]))
    assert not PrepaidBlock.objects.exists()
    assert not Allowance.objects.exists()


def test_a_discount_is_added_and_corrects_when_it_is_taken_back(clerk):
    line = issued(ACME).agreement.additions.get()
    typed = {"percent": "50", "start": "2025-12-01", "reason": "welcome"}
    clerk.post(reverse("discount-add", args=[line.pk]), typed)
    (december,) = invoices(draft_due(today=date(2025, 12, 1), by=None).drafted)
    assert december.net == 45
    clerk.post(reverse("discount-remove", args=[Discount.objects.get().pk]))
    assert invoices(draft_due(today=date(2025, 12, 1), by=None).changed)[0].net == 90


@time_machine.travel("2025-11-30 09:00")
def test_what_nobody_ended_goes_on_once():
    by_itself = agreement(ACME, end=date(2025, 12, 1), term_months=12)
    asked = agreement(GLOBEX, end=date(2025, 12, 1), term_months=12, renewal="notice")
    call_command("renew_agreements")
    call_command("renew_agreements")
    by_itself.refresh_from_db()
    asked.refresh_from_db()
    assert (by_itself.end, asked.end) == (date(2026, 12, 1), date(2026, 12, 1))


@time_machine.travel("2025-11-30 09:00")
def test_what_somebody_ended_is_never_renewed(clerk):
    row = agreement(ACME, end=date(2026, 12, 1), term_months=12)
    clerk.post(reverse("agreement-end", args=[row.pk]), {"last_day": "2025-11-30"})
    call_command("renew_agreements")
    row.refresh_from_db()
    assert row.end == date(2025, 12, 1)


def test_the_history_says_who_changed_what(clerk):
    row = agreement(ACME)
    clerk.post(reverse("agreement-end", args=[row.pk]), {"last_day": "2026-01-31"})
    page = text(clerk.get(reverse("agreement", args=[row.pk])))
    assert "Zoë Billing" in page
    assert "Ended" in page
    assert "2026-02-01" in page


def test_a_line_without_a_price_is_told_at_once(clerk):
    row = agreement(ACME, currency="USD")
    page = text(clerk.get(reverse("agreement", args=[row.pk])))
    assert "Workstation care has no price in USD" in page


def test_a_price_is_added_and_taken_back_only_before_it_begins(clerk):
    product = workstation_care()
    address = reverse("price-add", args=[product.pk])
    clash = clerk.post(address, {"unit_price": "1", "currency": "EUR", "start": "2020-01-01"})
    assert b"There is a price of this product from that day" in clash.content
    clerk.post(address, {"unit_price": "50", "currency": "EUR", "start": "2999-01-01"})
    begun, coming = product.prices.order_by("start")
    assert clerk.get(reverse("price-remove", args=[begun.pk])).status_code == 404
    clerk.post(reverse("price-remove", args=[coming.pk]))
    assert product.prices.count() == 1


def test_a_plan_is_made_of_products_and_prices(clerk):
    product = workstation_care()
    page = clerk.post(reverse("plan-add"), {"name": "Gold", "is_active": "on"}, follow=True)
    gold = Plan.objects.get()
    assert b"No products in it yet" in page.content
    item = {"product": product.pk, "source": "contacts", "included": "0", "increment": "1"}
    clerk.post(reverse("plan-item-add", args=[gold.pk]), {**item, "position": "0"})
    price = {"product": product.pk, "term_months": "36", "unit_price": "38", "currency": "EUR"}
    clerk.post(reverse("plan-price-add", args=[gold.pk]), {**price, "start": "2026-01-01"})
    assert "38 EUR" in text(clerk.get(reverse("plan", args=[gold.pk])))
    clerk.post(reverse("plan-item-remove", args=[gold.items.get().pk]))
    assert not gold.items.exists()


def test_the_list_of_agreements_is_filtered_at_a_fixed_cost(clerk, django_assert_num_queries):
    agreement(ACME, start=date(2020, 1, 1), end=date(2021, 1, 1), title="Old")
    for number in range(3):
        agreement(uuid.uuid4(), start=date(2020, 1, 1), title=f"Gold {number}")
    clerk.get(reverse("agreements"))
    with django_assert_num_queries(2):
        page = text(clerk.get(reverse("agreements")))
    assert "Gold 2" in page
    assert "Old" not in page
    assert "Old" in text(clerk.get(reverse("agreements"), {"state": "ended"}))
    assert "No such agreement" in text(clerk.get(reverse("agreements"), {"q": "zzz"}))


def test_the_page_of_an_agreement_has_a_fixed_cost(clerk, django_assert_num_queries):
    row = agreement(ACME)
    for number in range(4):
        product = Product.objects.create(sku=f"P{number}", name=f"P{number}")
        Addition.objects.create(
            agreement=row, company_id=ACME, product=product, start=NOVEMBER, quantity=1
        )
    clerk.get(reverse("agreement", args=[row.pk]))
    with django_assert_num_queries(39):
        clerk.get(reverse("agreement", args=[row.pk]))


@time_machine.travel("2025-11-20 09:00")
def test_the_present_period_is_shown_as_things_stand(clerk):
    row = agreement(ACME)
    workstations(ACME, NOVEMBER, NOVEMBER)
    page = text(clerk.get(reverse("agreement", args=[row.pk])))
    assert "2 workstations × 45.00" in page
    assert "90.00 EUR" in page
