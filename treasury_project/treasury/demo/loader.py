"""Turn the invented clients into rows, then bill them by the code that bills real ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from treasury.agreements.models import Addition, Agreement
from treasury.billing_rules.periods import add_months
from treasury.catalogue.models import Product, ProductPrice
from treasury.catalogue.quantities import Source
from treasury.demo.clients import CLIENTS, DemoClient, demo_id
from treasury.invoices.clients import Client
from treasury.invoices.drafts import draft_due
from treasury.invoices.issuing import issue
from treasury.invoices.models import Invoice, Status
from treasury.seller.models import Seller
from treasury.taxes.models import TaxRate
from treasury.usage.models import Device, DeviceKind

MONTHS = 4  # how many months of issued invoices there are
# SKU, name, unit, plural, income account, EUR a month, and the price of this year's last months
PRODUCTS = (
    ("WS-CARE", "Workstation care", "workstation", "workstations", "4400", "45.00", "47.50"),
    ("SRV-CARE", "Server care", "server", "servers", "4400", "120.00", "120.00"),
    ("FW-CARE", "Firewall", "firewall", "firewalls", "4410", "35.00", "35.00"),
    ("DESK", "Service desk", "", "", "4420", "95.00", "95.00"),
)
SELLER = {
    "name": "Hive IT Services",
    "legal_name": "Hive IT Services Ltd",
    "street": "12 Merrion Row",
    "postcode": "D02 XY45",
    "city": "Dublin",
    "country": "IE",
    "tax_id": "IE3217785LH",
    "registration": "CRO 612345",
    "email": "accounts@hive-it.example",
    "phone": "+353 1 555 0100",
    "iban": "IE29AIBK93115212345678",
    "bic": "AIBKIE2D",
    "footer": "Thank you for working with us.",
    "hour_cost": Decimal(38),
    "late_percent": Decimal("10.15"),
    "late_flat": Decimal(40),
}
COUNTED = {
    "WS-CARE": DeviceKind.WORKSTATION,
    "SRV-CARE": DeviceKind.SERVER,
    "FW-CARE": DeviceKind.FIREWALL,
}


@transaction.atomic
def load(*, today: date) -> bool:
    """Write the demo data; False when it is there already (nothing is touched then).

    The same day gives the same data. Every period that began before this month is issued on its
    first day; this month's are drafts.
    """
    if Agreement.objects.filter(pk=demo_id("agreement", CLIENTS[0].account_number)).exists():
        return False
    this_month = today.replace(day=1)
    start = add_months(this_month, -MONTHS)
    Seller.objects.update_or_create(id=1, defaults=SELLER)
    TaxRate.objects.bulk_create(_tax_rates())
    Product.objects.bulk_create(_products())
    ProductPrice.objects.bulk_create(_prices(start))
    Agreement.objects.bulk_create([_agreement(client, start) for client in CLIENTS])
    Addition.objects.bulk_create([row for client in CLIENTS for row in _additions(client, start)])
    devices = [row for client in CLIENTS for row in _devices(client, start)]
    late = [row for row in devices if row.start > start]
    Device.objects.bulk_create([row for row in devices if row.start == start])
    for months in range(MONTHS):
        _bill(add_months(start, months))
    # They came last month, after it had been billed: this month's drafts make up for them.
    Device.objects.bulk_create(late)
    draft_due(today=this_month, by=None)
    return True


def _bill(day: date) -> None:
    names = {client.company_id: client for client in CLIENTS}
    draft_due(today=day, by=None)
    drafts = Invoice.objects.filter(status=Status.DRAFT).select_related("agreement")
    for invoice in sorted(drafts, key=lambda each: names[each.company_id].account_number):
        of = names[invoice.company_id]
        client = Client(of.name, of.account_number, of.legal_name, of.tax_id)
        issue(invoice, client=client, today=day, by=None)


def _tax_rates() -> Iterator[TaxRate]:
    """Yield the rates of Ireland (Revenue, VAT rates database)."""
    for category, percent in (("standard", 23), ("reduced", "13.5"), ("low", 9), ("zero", 0)):
        yield TaxRate(
            name="VAT",
            category=category,
            region="IE",
            percent=Decimal(percent),
            start=date(2021, 3, 1),
        )


def _products() -> Iterator[Product]:
    for sku, name, unit, units, account, _, _ in PRODUCTS:
        yield Product(
            id=demo_id("product", sku),
            sku=sku,
            name=name,
            unit=unit,
            units=units,
            income_account=account,
        )


def _prices(start: date) -> Iterator[ProductPrice]:
    for sku, *_, first, later in PRODUCTS:
        product_id = demo_id("product", sku)
        for day, price in ((start, first), (add_months(start, 2), later)):
            if day == start or later != first:
                yield ProductPrice(
                    product_id=product_id, currency="EUR", unit_price=Decimal(price), start=day
                )


def _agreement(client: DemoClient, start: date) -> Agreement:
    return Agreement(
        id=demo_id("agreement", client.account_number),
        company_id=client.company_id,
        title=client.plan,
        start=start,
        cadence_months=client.months,
        currency="EUR",
        payment_days=14 if client.months == 1 else 30,
        po_number="PO-88213" if client.account_number == "C-1002" else "",
    )


def _additions(client: DemoClient, start: date) -> Iterator[Addition]:
    for position, (sku, *_) in enumerate(PRODUCTS):
        kind = COUNTED.get(sku, "")
        # Acme agreed on a price of its own for its servers; one firewall is included.
        acme = client.account_number == "C-1001"
        yield Addition(
            id=demo_id("addition", f"{client.account_number}:{sku}"),
            agreement_id=demo_id("agreement", client.account_number),
            company_id=client.company_id,
            product_id=demo_id("product", sku),
            position=position,
            start=start,
            source=Source.DEVICES if kind else Source.FIXED,
            counts=kind,
            quantity=None if kind else Decimal(1),
            included=Decimal(1) if acme and sku == "FW-CARE" else Decimal(0),
            override_price=Decimal("105.00") if acme and sku == "SRV-CARE" else None,
        )


def _devices(client: DemoClient, start: date) -> Iterator[Device]:
    counts = (
        (DeviceKind.WORKSTATION, "ws", client.workstations),
        (DeviceKind.SERVER, "srv", client.servers),
        (DeviceKind.FIREWALL, "fw", client.servers),
    )
    for kind, prefix, count in counts:
        for number in range(1, count + 1):
            hostname = f"{client.account_number.lower()}-{prefix}-{number:02}"
            first, end = start, None
            if number % 9 == 5:
                first = add_months(start, MONTHS - 1) + timedelta(days=13)
            if number % 10 == 8:
                first = add_months(start, MONTHS) + timedelta(days=9)
            if number % 13 == 7:  # went in the second
                end = add_months(start, 1) + timedelta(days=20)
            yield Device(
                id=demo_id("device", hostname),
                company_id=client.company_id,
                hostname=hostname,
                kind=kind,
                start=first,
                end=end,
                treatment="free" if number == 12 else "normal",
            )
