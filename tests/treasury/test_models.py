"""What the database itself refuses, tried through the ORM."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from tests.treasury.people import ACME, GLOBEX, NOVEMBER, agreement, draft, workstation_care
from treasury.agreements.models import Addition, Agreement
from treasury.catalogue.models import Product, ProductPrice
from treasury.invoices.models import Invoice, InvoiceLine
from treasury.usage.models import Device

pytestmark = pytest.mark.django_db


def refused(constraint: str):
    return pytest.raises(IntegrityError, match=constraint)


def device(**fields) -> Device:
    plain = {"company_id": ACME, "hostname": "ws-1", "kind": "workstation", "start": NOVEMBER}
    return Device(**{**plain, **fields})


def addition(of: Agreement, **fields) -> Addition:
    plain = {
        "agreement": of,
        "company_id": of.company_id,
        "product": Product.objects.create(sku=uuid.uuid4().hex, name="Something"),
        "start": NOVEMBER,
        "quantity": Decimal(1),
    }
    return Addition(**{**plain, **fields})


def test_a_price_starts_once_a_day_and_currency():
    with refused("price_once_a_day"):
        ProductPrice.objects.create(
            product=workstation_care(), currency="EUR", unit_price=1, start=date(2020, 1, 1)
        )


def test_a_price_is_not_negative():
    with refused("price_not_negative"):
        ProductPrice.objects.create(
            product=workstation_care(), currency="EUR", unit_price=-1, start=NOVEMBER
        )


def test_a_unit_has_a_plural():
    with refused("product_unit_and_plural"):
        Product.objects.create(sku="X", name="X", unit="server")


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("device_days", {"end": NOVEMBER}),
        ("device_price_only_if_custom", {"custom_price": Decimal(3)}),
        ("device_price_only_if_custom", {"treatment": "custom"}),
        ("device_kind", {"kind": "workstations"}),
        ("device_treatment", {"treatment": "none"}),
    ],
)
def test_devices_are_whole(constraint, fields):
    with refused(constraint):
        device(**fields).save()


def test_a_device_is_there_once_at_a_time():
    device(end=date(2025, 11, 10)).save()
    device(start=date(2025, 11, 10)).save()
    device(company_id=GLOBEX).save()
    twice = device(start=date(2025, 12, 24))
    with pytest.raises(ValidationError, match="there already"):
        twice.full_clean()
    with refused("device_once_at_a_time"):
        twice.save()


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("agreement_days", {"end": NOVEMBER}),
        ("agreement_cadence", {"cadence_months": 2}),
        ("agreement_minimum_not_negative", {"minimum": Decimal(-1)}),
        ("agreement_timing", {"timing": "later"}),
        ("agreement_proration", {"proration": "never"}),
    ],
)
def test_agreements_are_whole(constraint, fields):
    with refused(constraint):
        agreement(**fields)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("addition_days", {"end": NOVEMBER}),
        ("addition_quantity_or_counts", {"quantity": None}),
        ("addition_quantity_or_counts", {"counts": "server"}),
        ("addition_quantity_or_counts", {"source": "devices", "counts": "server"}),
        ("addition_included", {"included": Decimal(-1)}),
        ("addition_not_negative", {"override_price": Decimal(-1)}),
        ("addition_kind", {"kind": "weekly"}),
    ],
)
def test_additions_are_whole(constraint, fields):
    row = addition(agreement(), **fields)
    with refused(constraint):
        row.save()


def test_two_agreements_never_bill_a_company_for_one_thing():
    first, second = agreement(), Agreement.objects.create(
        company_id=ACME, title="Another", start=NOVEMBER, currency="EUR"
    )  # fmt: skip
    counts_again = addition(second, source="devices", quantity=None, counts="workstation")
    with pytest.raises(ValidationError, match="counts these already"):
        counts_again.full_clean()
    with refused("addition_counts_once"), transaction.atomic():
        counts_again.save()
    with refused("addition_product_once"), transaction.atomic():
        addition(second, product=workstation_care()).save()
    first.additions.update(end=date(2026, 1, 1))
    counts_again.start = date(2026, 1, 1)
    counts_again.save()


def test_an_addition_is_of_its_agreements_company():
    row = addition(agreement(), company_id=GLOBEX)
    row.save()
    with refused("addition_same_company"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_agreement_has_one_invoice_a_period():
    first = draft()
    with refused("invoice_once_a_period"):
        Invoice.objects.create(
            agreement=first.agreement,
            company_id=ACME,
            period_start=first.period_start,
            period_end=first.period_end,
            currency="EUR",
            net=0,
            gross=0,
        )


def test_nothing_is_issued_without_number_date_and_client():
    first = draft()
    with refused("invoice_issued_is_whole"):
        Invoice.objects.filter(pk=first.pk).update(status="issued")


def test_a_line_cannot_hide_another():
    first = draft()
    line = first.lines.get()
    with refused("line_identity_once"):
        InvoiceLine.objects.create(
            invoice=first,
            position=2,
            identity=line.identity,
            description="Again",
            amount=1,
            explanation={},
        )
