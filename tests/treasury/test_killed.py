"""A run that is killed at any point, or started twice, ends like one that nobody disturbed."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
import uuid
from datetime import date
from multiprocessing.process import BaseProcess

import pytest
from django.db import connection

from hm_auth.answers import Caller
from tests.treasury.people import agreement, workstations
from treasury.billing import operations
from treasury.billing.models import Approval
from treasury.billing_rules.periods import add_months
from treasury.invoices import clients, drafts, running
from treasury.invoices.models import BillingRun, Invoice, InvoiceLine, RunState, Series

START = date(2025, 9, 1)
TODAY = date(2025, 12, 7)  # a week late, and three months at once
CLIENTS = 12
KILLS = 20


def agreements() -> None:
    for number in range(CLIENTS):
        company = uuid.UUID(int=number + 1)
        agreement(company, start=add_months(START, number % 3))
        workstations(company, *[START] * (number % 5 + 1))


def result() -> list[tuple]:
    """All that was billed, but for which invoice got which of the numbers."""
    lines = InvoiceLine.objects.order_by("invoice__company_id", "invoice__period_start", "position")
    return list(
        lines.values_list(
            "invoice__company_id", "invoice__period_start", "invoice__status", "invoice__gross",
            "identity", "amount", "explanation",
        )
    )  # fmt: skip


def bill() -> None:
    """Bill and issue everything, some clients at a time; Nexus is not asked."""
    drafts.BATCH = operations.CHUNK = 3  # many transactions: a kill hits inside and between
    somebody = clients.Client("Somebody")
    operations.clients_today = lambda _caller, ids: dict.fromkeys(ids, somebody)
    running.people_of_nexus = operations.people_of_nexus = lambda _caller=None: None
    running.gone_of_nexus = lambda _day, _caller=None: {}
    running.perform(running.begin(today=TODAY, by=None))
    waiting = list(Invoice.objects.filter(status="draft").values_list("pk", flat=True))
    approval = Approval.objects.create(invoices=waiting, send=False)
    operations.perform(approval, caller=Caller("", ""))


def start() -> BaseProcess:
    """Start a process that bills."""
    connection.close()  # each process has its own
    process = multiprocessing.get_context("fork").Process(target=bill)
    process.start()
    return process


def ended(process: BaseProcess) -> int | None:
    process.join(timeout=60)
    return process.exitcode


@pytest.fixture
def undisturbed(several_threads) -> tuple[list[tuple], float]:
    """What a run that nobody disturbed makes, and how long it takes."""
    agreements()
    began = time.monotonic()
    assert ended(start()) == 0
    seconds = time.monotonic() - began
    expected = result()
    assert len(expected) == Invoice.objects.count() == 4 * 4 + 3 * 4 + 2 * 4
    forget()
    return expected, seconds


def forget() -> None:
    """Bring the database back to before any billing."""
    tables = ("invoices_invoiceline", "invoices_invoice")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("TRUNCATE invoices_series CASCADE")
        cursor.execute("TRUNCATE invoices_billingrun, billing_approval")


def numbers_are_without_a_gap() -> None:
    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert Series.objects.get().last_number == len(numbers)


def ends_the_same(expected: list[tuple], seed: int) -> None:
    """Start it once more, undisturbed, and compare with a run that nobody ever disturbed."""
    assert ended(start()) == 0, f"seed {seed}"
    assert result() == expected, f"seed {seed}"
    numbers_are_without_a_gap()


def test_killed_at_twenty_points_and_started_again_it_ends_the_same(undisturbed):
    expected, seconds = undisturbed
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    killed = attempts = 0
    while killed < KILLS:
        attempts += 1
        assert attempts < 5 * KILLS, "it is too quick to be killed"
        process = start()
        time.sleep(chance.uniform(0, seconds))
        process.kill()
        if ended(process) == -signal.SIGKILL:
            killed += 1
        if Invoice.objects.filter(number__isnull=False).count() > CLIENTS:
            ends_the_same(expected, seed)
            forget()  # so that there is something left to disturb
    ends_the_same(expected, seed)
    stopped = BillingRun.objects.filter(state=RunState.FAILED)
    assert not BillingRun.objects.filter(state=RunState.RUNNING).exists()
    assert all("stopped" in run.error for run in stopped)


def test_two_started_at_once_end_like_one(undisturbed):
    expected, _ = undisturbed
    processes = [start(), start()]
    assert [ended(process) for process in processes] == [0, 0]
    assert result() == expected
    numbers_are_without_a_gap()
