"""A row of each kind, for tests that walk through all of the API."""

from __future__ import annotations

import uuid
from datetime import date

from tests.treasury.people import ACME, GLOBEX, draft, issued
from treasury.agreements.models import Allowance, Discount, PrepaidBlock
from treasury.catalogue.models import Plan, PlanItem, Product, ProductPrice
from treasury.payments.models import Allocation, Payment
from treasury.usage.models import ContactBilling, Device, TimeEntry

DAY = date(2025, 11, 1)


def one_of_each() -> dict[str, str]:
    """Return the ids of new rows by what they are, all of Acme; but ``draft`` is of Globex."""
    invoice = issued(ACME)
    agreement = invoice.agreement
    line, plan = agreement.additions.get(), Plan.objects.create(name="Care")
    payment = Payment.objects.create(
        company_id=ACME, client_name="Acme", amount=5, currency="EUR", received_on=DAY
    )
    hours = {"agreement": agreement, "minutes": 60, "start": DAY}
    found = {
        "product": Product.objects.get(),
        "price": ProductPrice.objects.get(),
        "plan": plan,
        "item": PlanItem.objects.create(plan=plan, product=Product.objects.get(), quantity=1),
        "agreement": agreement,
        "line": line,
        "discount": Discount.objects.create(addition=line, percent=5, start=DAY),
        "allowance": Allowance.objects.create(**hours),
        "block": PrepaidBlock.objects.create(**hours, end=date(2026, 11, 1)),
        "payment": payment,
        "allocation": Allocation.objects.create(
            payment=payment, invoice=invoice, amount=1, day=date(2025, 11, 3)
        ),
        "invoice": invoice,
        "draft": draft(GLOBEX),
        "device": Device.objects.filter(company_id=ACME).first(),
        "work": TimeEntry.objects.create(company_id=ACME, day=DAY, person="Tom", minutes=30),
        "contact": ContactBilling.objects.create(
            company_id=ACME, contact_id=uuid.uuid4(), start=DAY
        ),
    }
    return {name: str(row.pk) for name, row in found.items()} | {"company": str(ACME)}
