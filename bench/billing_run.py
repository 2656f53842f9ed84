"""How fast invoices are drafted and issued: ``python bench/billing_run.py [--agreements 1000]``.

Runs in a database of its own that is made and dropped, on the server that HM_DB_* name (its user
must be allowed to make databases). Each agreement has five lines: two that count devices, prepaid
hours, a fixed fee and a yearly one. CPU is this process's, without PostgreSQL's.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "treasury_project")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treasury.settings")

START = date(2025, 11, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agreements", type=int, default=1000)
    parser.add_argument("--devices", type=int, default=20, help="of each company")
    parser.add_argument("--months", type=int, default=3, help="how many are drafted and issued")
    parser.add_argument("--profile", action="store_true", help="where the time of drafting goes")
    options = parser.parse_args()
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    made = setup_databases(verbosity=0, interactive=False)
    try:
        fill(options.agreements, options.devices)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        for month in range(options.months):
            measure(month, profile=options.profile)
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    finally:
        teardown_databases(made, verbosity=0)


def fill(agreements: int, devices: int) -> None:
    """Write ``agreements`` companies with one agreement of five lines each, and their devices."""
    from treasury.agreements.models import Addition, Agreement, Allowance
    from treasury.catalogue.models import Product, ProductPrice
    from treasury.seller.models import Seller
    from treasury.taxes.models import TaxRate
    from treasury.usage.models import Device

    Seller.objects.create(name="Bench")
    TaxRate.objects.create(name="VAT", region="IE", percent=23, start=date(2012, 1, 1))
    lines = (
        ("WS", "devices", "workstation", None, "recurring"),
        ("SRV", "devices", "server", None, "recurring"),
        ("HOUR", "hours", "standard", None, "recurring"),
        ("DESK", "fixed", "", 1, "recurring"),
        ("LICENCE", "fixed", "", 3, "yearly"),
    )
    products = Product.objects.bulk_create(
        Product(sku=sku, name=sku, unit="unit", units="units") for sku, *_ in lines
    )
    ProductPrice.objects.bulk_create(
        ProductPrice(product=product, currency="EUR", unit_price=45, start=date(2020, 1, 1))
        for product in products
    )
    for first in range(0, agreements, 1000):
        rows = [
            Agreement(company_id=uuid.uuid4(), title="Plan", start=START, currency="EUR")
            for _ in range(min(1000, agreements - first))
        ]
        Agreement.objects.bulk_create(rows)
        Addition.objects.bulk_create(
            Addition(
                agreement=row, company_id=row.company_id, product=product, position=position,
                start=START, source=source, counts=counts, quantity=quantity, kind=kind,
            )
            for row in rows
            for position, (product, (_, source, counts, quantity, kind)) in enumerate(
                zip(products, lines, strict=True)
            )
        )  # fmt: skip
        Allowance.objects.bulk_create(
            Allowance(agreement=row, minutes=120, start=START) for row in rows
        )
        Device.objects.bulk_create(
            (
                Device(
                    company_id=row.company_id, hostname=f"d-{number}", start=START,
                    kind="server" if number % 7 == 0 else "workstation",
                )
                for row in rows
                for number in range(devices)
            ),
            batch_size=5000,
        )  # fmt: skip


def measure(month: int, *, profile: bool) -> None:
    """Draft a month of all agreements, then issue it."""
    from treasury.billing.operations import CHUNK
    from treasury.billing_rules.periods import add_months
    from treasury.invoices.clients import Client
    from treasury.invoices.drafts import draft_due
    from treasury.invoices.issuing import issue_many
    from treasury.usage.models import TimeEntry

    day = add_months(START, month)
    companies = list(_companies())
    TimeEntry.objects.bulk_create(
        (
            TimeEntry(company_id=company, day=add_months(START, month - 1), person="T", minutes=90)
            for company in companies
            if month
        ),
        batch_size=5000,
    )
    with timed(f"month {month + 1}: draft", profile=profile) as count:
        run = draft_due(today=day, by=None)
        count.append(len(run.drafted))
    assert not run.left_out, run.left_out[:3]
    with timed(f"month {month + 1}: again"):
        draft_due(today=day, by=None)
    clients = dict.fromkeys(companies, Client("Bench"))
    with timed(f"month {month + 1}: issue", profile=profile) as count:
        for first in range(0, len(run.drafted), CHUNK):
            pks = run.drafted[first : first + CHUNK]
            done = issue_many(pks, clients=clients, today=day, by=None)
            count.append(len(done.invoices))


def _companies() -> Iterator[uuid.UUID]:
    from treasury.agreements.models import Agreement

    yield from Agreement.objects.values_list("company_id", flat=True)


@contextmanager
def timed(what: str, *, profile: bool = False) -> Iterator[list[int]]:
    """Print how long the block took, how many queries it made, and how many invoices a second."""
    import cProfile
    import pstats

    from django.db import connection

    queries = 0

    def counting(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(sql, params, many, context)

    count: list[int] = []
    profiler = cProfile.Profile()
    wall, cpu = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(counting):
        if profile:
            profiler.enable()
        yield count
        profiler.disable()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    rate = f", {sum(count) / wall:.0f} a second ({sum(count) / cpu:.0f} of CPU)" if count else ""
    print(f"{what}: {wall:.2f} s, {cpu:.2f} s CPU, {queries} queries{rate}", flush=True)
    if profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
