"""Reports over REST are the pages' figures; clients read what concerns them."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from tests.treasury.people import ACME, issued
from treasury.agreements.models import PrepaidBlock

pytestmark = pytest.mark.django_db


def test_a_statement_adds_up_and_tells_the_client_nothing_of_ours(callers):
    row = issued(ACME)
    callers["billing"].post(
        f"invoices/{row.pk}/write-offs/", {"amount": "10.70", "reason": "He shouts"}, key="1"
    )
    path = f"statements/{ACME}/"
    days = {"first": "2025-11-01", "last": "2026-12-31"}
    (ours,) = callers["billing"].get(path, **days).json()["accounts"]
    assert (ours["opening"], ours["closing"]) == ("0.00", "100.00")
    assert [each["balance"] for each in ours["entries"]] == ["110.70", "100.00"]
    assert ours["entries"][1]["text"] == "He shouts"
    (theirs,) = callers["acme"].get(path, **days).json()["accounts"]
    assert [each["text"] for each in theirs["entries"]] == ["Managed workplace", ""]
    wrong = callers["acme"].get(path, first="2026-01-01", last="2025-01-01")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["last"])
    assert callers["billing"].get(f"statements/{uuid.uuid4()}/").status_code == 404


def test_receivables_are_as_of_a_day(callers, django_assert_num_queries):
    issued(ACME)
    clerk = callers["billing"]
    clerk.get("receivables/")
    with django_assert_num_queries(3):
        now = clerk.get("receivables/").json()
    (row,) = now["rows"]
    assert (row["company"], row["owed"], row["buckets"]["90+"]) == (str(ACME), "110.70", "110.70")
    assert now["totals"][0]["owed"] == "110.70"
    then = clerk.get("receivables/", on="2025-12-01").json()
    assert then["rows"][0]["buckets"]["current"] == "110.70"
    assert clerk.get("receivables/", on="2999-01-01").status_code == 400


def test_recurring_revenue_and_profit_by_client(callers):
    issued(ACME)
    clerk = callers["billing"]
    revenue = clerk.get("recurring-revenue/", first="2025-10-01", last="2025-11-30").json()
    assert (revenue["before"], revenue["new"], revenue["after"]) == ("0.00", "90.00", "90.00")
    assert revenue["changes"][0] == {
        "company": str(ACME), "kind": "new", "before": "0.00", "after": "90.00",
        "difference": "90.00",
    }  # fmt: skip
    profit = clerk.get("profitability/", first="2025-11-01", last="2025-11-30").json()
    assert (profit["rows"][0]["profit"], profit["rows"][0]["margin"]) == ("90.00", 100)
    assert clerk.get("profitability/", frist="2025-11-01").status_code == 400, "a misspelt day"


def test_the_prepaid_hours_that_are_left(callers):
    row = issued(ACME).agreement
    PrepaidBlock.objects.create(
        agreement=row, minutes=600, start=date(2025, 11, 1), end=date(2099, 1, 1)
    )
    (pool,) = callers["acme"].get(f"prepaid-hours/{ACME}/").json()["pools"]
    assert (pool["minutes"], pool["left"], pool["last_day"]) == (600, 600, "2098-12-31")


def test_the_credit_of_a_client_by_currency(callers):
    clerk = callers["billing"]
    body = {"company": str(ACME), "received_on": "2025-11-20", "amount": "5", "currency": "EUR"}
    clerk.post("payments/", body, key="1")
    assert clerk.get(f"credit/{ACME}/").json()["credit"] == "5.00"
    assert clerk.get(f"credit/{ACME}/", currency="JPY").json()["credit"] == "0"
    assert clerk.get(f"credit/{ACME}/", currency="euro").status_code == 400
