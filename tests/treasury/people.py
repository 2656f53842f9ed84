"""The standing personas, signed in for an hour, and rows for them to look at."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.test import Client

from hm_auth import testing
from hm_auth.permissions import Level
from treasury.agreements.models import Addition, Agreement
from treasury.catalogue.models import Product, ProductPrice
from treasury.catalogue.quantities import Source
from treasury.invoices.clients import Client as Company
from treasury.invoices.drafts import draft_due
from treasury.invoices.issuing import issue
from treasury.invoices.models import Invoice
from treasury.seller.models import Seller
from treasury.taxes.models import TaxRate
from treasury.usage.models import Device

ACME, GLOBEX = uuid.uuid4(), uuid.uuid4()
ACME_TODAY = Company("Acme", "C-1001", "Acme Ltd", "IE6388047V")
NOVEMBER = date(2025, 11, 1)


def signed_in(level: Level, company: uuid.UUID | None = None, access: str = "x") -> Client:
    """The browser of somebody whose sign-in is good for an hour, so that Nexus is not asked."""
    own = (company or uuid.uuid4()) if level is Level.CLIENT else None
    return testing.signed_in(level, company=own, access=access).browser


def workstation_care(price: str = "45.00", start: date = date(2020, 1, 1)) -> Product:
    """A product with a list price in EUR."""
    product, made = Product.objects.get_or_create(
        sku="WS",
        defaults={"name": "Workstation care", "unit": "workstation", "units": "workstations"},
    )
    if made:
        ProductPrice.objects.create(
            product=product, currency="EUR", unit_price=Decimal(price), start=start
        )
    return product


def seller() -> Seller:
    """We, in Ireland, with its standard rate since 2012."""
    row, _ = Seller.objects.get_or_create(
        id=1, defaults={"name": "Hive IT", "tax_id": "IE1234567T", "city": "Dublin"}
    )
    TaxRate.objects.get_or_create(
        name="VAT", region="IE", percent=Decimal(23), start=date(2012, 1, 1)
    )
    return row


def agreement(company: uuid.UUID = ACME, start: date = NOVEMBER, **fields) -> Agreement:
    """A monthly agreement in advance that counts workstations at 45.00."""
    seller()
    row = Agreement.objects.create(
        company_id=company,
        start=start,
        **{"title": "Managed workplace", "currency": "EUR", **fields},
    )
    Addition.objects.create(
        agreement=row,
        company_id=company,
        product=workstation_care(),
        start=start,
        source=Source.DEVICES,
        counts="workstation",
    )
    return row


def workstations(company: uuid.UUID, *starts: date) -> None:
    """One workstation for each day."""
    Device.objects.bulk_create(
        Device(company_id=company, hostname=f"ws-{number:03}", kind="workstation", start=start)
        for number, start in enumerate(starts, start=Device.objects.count() + 1)
    )


def invoices(pks: Sequence[uuid.UUID]) -> list[Invoice]:
    """The rows of what a run drafted or changed, in its order."""
    rows = Invoice.objects.in_bulk(pks)
    return [rows[pk] for pk in pks]


def draft(company: uuid.UUID = ACME, today: date = NOVEMBER) -> Invoice:
    """The draft of an agreement made for ``company`` with two workstations."""
    row = agreement(company)
    workstations(company, NOVEMBER, NOVEMBER)
    draft_due(today=today, by=None)
    return Invoice.objects.get(agreement=row)


def issued(company: uuid.UUID = ACME) -> Invoice:
    """That draft, issued on 3 November."""
    client = ACME_TODAY if company == ACME else Company("Globex", "C-1002")
    return issue(draft(company), client=client, today=date(2025, 11, 3), by=None)
