"""The catalogue by pages: prices from a day on, and who changed what."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from hm_auth.permissions import Level
from tests.treasury.people import ACME, agreement, seller, signed_in, workstation_care
from treasury.agreements.models import Discount
from treasury.catalogue.models import Plan, PlanItem, PlanPrice

pytestmark = pytest.mark.django_db
FUTURE = date(2999, 1, 1)


@pytest.fixture
def clerk(nexus):
    return signed_in(Level.BILLING, ACME, access=nexus.access("billing"))


@pytest.fixture
def gold():
    seller()
    row = Plan.objects.create(name="Gold")
    PlanItem.objects.create(plan=row, product=workstation_care(), quantity=1)
    return row


def plan_price(plan: Plan, start: date) -> PlanPrice:
    return PlanPrice.objects.create(
        plan=plan, product=workstation_care(), term_months=12, currency="EUR", unit_price=40,
        start=start,
    )  # fmt: skip


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_a_price_in_the_past_warns_that_corrections_follow_and_a_coming_one_does_not(clerk):
    address = reverse("price-add", args=[workstation_care().pk])
    typed = {"unit_price": "50", "currency": "EUR", "start": "2025-01-01"}
    assert "is corrected with the next invoices" in text(clerk.post(address, typed, follow=True))
    later = {**typed, "start": "2999-01-01"}
    assert "is corrected with the next invoices" not in text(
        clerk.post(address, later, follow=True)
    )


def test_a_price_of_a_plan_is_taken_back_only_before_it_begins(clerk, gold):
    begun, coming = plan_price(gold, date(2020, 1, 1)), plan_price(gold, FUTURE)
    address = reverse("plan-price-remove", args=[coming.pk])
    page = text(clerk.get(reverse("plan", args=[gold.pk])))
    assert page.count("Take back") == 1
    assert address in page
    assert clerk.get(reverse("plan-price-remove", args=[begun.pk])).status_code == 404
    for level in (Level.TECHNICIAN, Level.CLIENT):
        assert signed_in(level, ACME).post(address).status_code == 403
    assert b"Take this price back?" in clerk.get(address).content
    assert gold.prices.count() == 2, "looking removes nothing"
    clerk.post(address)
    assert list(gold.prices.all()) == [begun]
    page = text(clerk.get(reverse("plan", args=[gold.pk])))
    assert "Price taken back" in page
    assert "Zoë Billing" in page


def test_the_history_of_a_product_tells_its_fields_prices_and_costs(clerk):
    product = workstation_care()
    typed = {"sku": "WS", "name": "Desk care", "unit": "desk", "units": "desks"}
    clerk.post(reverse("product-edit", args=[product.pk]), {**typed, "tax_category": "standard"})
    clerk.post(
        reverse("cost-add", args=[product.pk]),
        {"unit_cost": "12", "currency": "EUR", "start": "2025-01-01"},
    )
    page = text(clerk.get(reverse("product", args=[product.pk])))
    assert "name: <bdi>Workstation care</bdi> → <bdi>Desk care</bdi>" in page
    assert "on sale: <bdi>True</bdi> → <bdi>False</bdi>" in page
    assert "12 EUR from 1 Jan 2025" in page


def test_the_history_of_an_agreement_tells_what_was_removed(clerk):
    line = agreement().additions.get()
    row = Discount.objects.create(addition=line, percent=5, start=line.start, reason="welcome")
    clerk.post(reverse("discount-remove", args=[row.pk]))
    page = text(clerk.get(reverse("agreement", args=[line.agreement_id])))
    assert "Discount taken back" in page
    assert "<bdi>5 % welcome</bdi> removed" in page
