"""The agreements of the invented clients, and what they have and use."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from treasury.agreements.models import (
    Addition,
    Agreement,
    Allowance,
    Discount,
    PrepaidBlock,
    Tier,
)
from treasury.billing_rules.periods import add_months
from treasury.billing_rules.taxes import Liability
from treasury.catalogue.quantities import Source
from treasury.clients.models import ClientTerms
from treasury.demo.clients import CLIENTS, DemoClient, demo_id
from treasury.demo.offer import PLANS, USED
from treasury.usage.models import Device, DeviceKind, Reading, TimeEntry

HOURS_NEARLY_GONE = "C-1006"
OVERDUE = "C-1018"
DISCOUNT_ENDING = "C-1020"
DISCOUNT_ENDED = "C-1016"
TERMS_ENDING = {"C-1003": 1, "C-1017": 2}  # in so many months: to be renewed or not
WORK = (
    "Printer does not print", "New employee set up", "Password forgotten", "Outlook asks again",
    "Laptop slow since the update", "Backup warning looked into", "VPN from home", "Share moved",
    "Phishing mail reported", "Screen replaced", "Wi-Fi in the meeting room", "Scanner to mail",
)  # fmt: skip
PEOPLE = ("Tara Byrne", "Declan Moore", "Aoife Kelly")


def load(start: date, months: int) -> None:
    """Write a year of agreements, devices, readings and work from ``start`` on."""
    Agreement.objects.bulk_create(_agreement(client, start) for client in CLIENTS)
    Addition.objects.bulk_create(row for client in CLIENTS for row in _additions(client, start))
    ClientTerms.objects.bulk_create(map(_terms, CLIENTS))
    Tier.objects.bulk_create(_tiers())
    Discount.objects.bulk_create(_discounts(start, months))
    Allowance.objects.bulk_create(
        Allowance(agreement_id=_deal(client), minutes=120, start=start)
        for client in CLIENTS
        if client.minutes >= 150
    )
    PrepaidBlock.objects.create(
        agreement_id=demo_id("agreement", HOURS_NEARLY_GONE),
        minutes=27 * 60,
        start=start,
        end=add_months(start, 18),
        note="Paid with the offer of spring",
    )
    TimeEntry.objects.bulk_create(row for client in CLIENTS for row in _work(client, start, months))


def per_user(start: date) -> None:
    """Agree with one more client, by the person: its first bill is still to be drafted."""
    client = next(each for each in CLIENTS if each.account_number == "C-1010")
    row = Agreement.objects.create(
        id=demo_id("agreement", "per user"),
        company_id=client.company_id,
        title="Microsoft 365",
        plan_id=demo_id("plan", "Per user"),
        start=start,
        currency="EUR",
    )
    source, counts = USED["M365"]
    Addition.objects.create(
        agreement=row,
        company_id=client.company_id,
        product_id=demo_id("product", "M365"),
        start=start,
        source=source,
        counts=counts,
    )


def devices(start: date, months: int) -> tuple[list[Device], list[Device], list[Reading]]:
    """Return the devices known in time, those entered late, and the readings of backups."""
    rows = [row for client in CLIENTS for row in _devices(client, start, months)]
    late = [row for row in rows if row.start == late_day(start, months)]
    known = [row for row in rows if row not in late]
    return known, late, [row for client in CLIENTS for row in _readings(client, start, months)]


def late_day(start: date, months: int) -> date:
    """Return a day of last month; what came on it was entered after that month was billed."""
    return add_months(start, months - 1) + timedelta(days=13)


def _deal(client: DemoClient) -> uuid.UUID:
    return demo_id("agreement", client.account_number)


def _agreement(client: DemoClient, start: date) -> Agreement:
    return Agreement(
        id=_deal(client),
        company_id=client.company_id,
        title=client.plan,
        plan_id=demo_id("plan", client.plan),
        term_months=client.term,
        start=start,
        end=_end(client, start),
        cadence_months=client.months,
        currency="EUR",
        payment_days=14 if client.months == 1 else 30,
        po_number="PO-88213" if client.account_number == "C-1002" else "",
        minimum=Decimal(150) if client.account_number == "C-1008" else None,
    )


def _end(client: DemoClient, start: date) -> date | None:
    months = TERMS_ENDING.get(client.account_number, client.term)
    return add_months(start, 12 + months) if client.term > 1 else None


def _additions(client: DemoClient, start: date) -> Iterator[Addition]:
    for position, sku in enumerate(PLANS[client.plan]):
        source, counts = USED.get(sku, (Source.FIXED, ""))
        # Acme agreed on a price of its own for its servers; one firewall is included.
        acme = client.account_number == "C-1001"
        yield Addition(
            id=demo_id("addition", f"{client.account_number}:{sku}"),
            agreement_id=_deal(client),
            company_id=client.company_id,
            product_id=demo_id("product", sku),
            position=position,
            start=start,
            source=source,
            counts=counts,
            quantity=None if counts else Decimal(1),
            increment=15 if source == Source.HOURS else 1,
            included=Decimal(1) if acme and sku == "FW-CARE" else Decimal(0),
            override_price=Decimal(105) if acme and sku == "SRV-CARE" else None,
        )


def _terms(client: DemoClient) -> ClientTerms:
    abroad = client.country != "IE"
    slug = client.account_number.lower()
    return ClientTerms(
        company_id=client.company_id,
        liability=Liability.REVERSE_CHARGE.value if abroad else Liability.STANDARD.value,
        liability_reason="Reverse charge: Directive 2006/112/EC, article 196" if abroad else "",
        invoice_emails=[f"invoices@{slug}.example"],
    )


def _tiers() -> Iterator[Tier]:
    """Yield Globex's deal: the first twenty workstations at 47, more at 41."""
    for above, price in ((0, 47), (20, 41)):
        yield Tier(addition_id=demo_id("addition", "C-1002:WS-CARE"), above=above, unit_price=price)


def _discounts(start: date, months: int) -> Iterator[Discount]:
    this_month = add_months(start, months)
    for number, percent, end in (
        (DISCOUNT_ENDING, 15, add_months(this_month, 1)),
        (DISCOUNT_ENDED, 10, this_month),
    ):
        yield Discount(
            addition_id=demo_id("addition", f"{number}:WS-CARE"),
            percent=percent,
            start=start,
            end=end,
            reason="first year",
        )


def _work(client: DemoClient, start: date, months: int) -> Iterator[TimeEntry]:
    """Yield the work of each month: the same minutes, in entries of another size."""
    for month in range(months + 1):
        day, left, number = add_months(start, month), client.minutes, 0
        while left > 0:
            minutes = min(left, (35, 50, 20, 75)[(month + number) % 4])
            text = WORK[(month * 5 + number * 3) % len(WORK)]
            ticket = f"T-{int(client.account_number[2:]) % 1000}{month:02}{number}"
            yield TimeEntry(
                id=demo_id("work", ticket),
                company_id=client.company_id,
                day=day + timedelta(days=(number * 5 + month) % 24),
                person=PEOPLE[number % len(PEOPLE)],
                minutes=minutes,
                work_type="Support",
                rate_class="after_hours" if number == 5 else "standard",
                note=text,
                ticket=ticket,
                external_id=ticket,
            )
            left, number = left - minutes, number + 1


def _devices(client: DemoClient, start: date, months: int) -> Iterator[Device]:
    counts = (
        (DeviceKind.WORKSTATION, "ws", client.workstations),
        (DeviceKind.SERVER, "srv", client.servers),
        (DeviceKind.FIREWALL, "fw", client.servers if client.plan == "Managed workplace" else 0),
    )
    for kind, prefix, count in counts:
        for number in range(1, count + 1):
            hostname = f"{client.account_number.lower()}-{prefix}-{number:02}"
            first, end = start, None
            if number % 9 == 5:
                first = late_day(start, months)
            if number % 10 == 8:
                first = add_months(start, months) + timedelta(days=9)
            if number % 11 == 3:
                first = add_months(start, number % 7 + 2) + timedelta(days=4)
            if number % 13 == 7:
                end = add_months(start, 5) + timedelta(days=20)
            yield Device(
                id=demo_id("device", hostname),
                company_id=client.company_id,
                hostname=hostname,
                kind=kind,
                start=first,
                end=end,
                treatment="free" if number == 12 else "normal",
                note="Spare" if number == 12 else "",
            )


def _readings(client: DemoClient, start: date, months: int) -> Iterator[Reading]:
    if client.plan != "Managed workplace":
        return
    for server in range(1, client.servers + 1):
        for month in range(months + 1):
            yield Reading(
                company_id=client.company_id,
                subject=f"{client.account_number.lower()}-srv-{server:02}",
                day=add_months(start, month),
                quantity=Decimal(180 + 140 * server + month * 17),
            )
