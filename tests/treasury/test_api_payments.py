"""Money over REST: recorded once, used, paid back, written off, and all of it undone again."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.treasury.people import ACME, issued
from tests.treasury.threads import at_once
from treasury.payments.models import Payment

pytestmark = pytest.mark.django_db
BODY = {"company": str(ACME), "received_on": "2025-11-20", "amount": "110.70", "currency": "EUR"}


@pytest.fixture
def clerk(callers):
    return callers["billing"]


def test_a_payment_is_recorded_once_however_often_it_is_sent(clerk, nexus):
    row = issued(ACME)
    assert clerk.post("payments/", BODY).status_code == 400, "without a key"
    made = clerk.post("payments/", BODY, key="bank-1")
    assert (made.status_code, made.json()["amount"], made.json()["unused"]) == (
        201, "110.70", "0.00",
    )  # fmt: skip
    again = clerk.post("payments/", BODY, key="bank-1")
    assert (again.status_code, again.json()) == (201, made.json())
    other = clerk.post("payments/", {**BODY, "amount": "1.00"}, key="bank-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_used")
    assert Payment.objects.count() == 1
    assert clerk.get(f"invoices/{row.pk}/").json()["status"] == "paid"


def test_a_retry_after_the_answer_was_forgotten_records_nothing_twice(clerk):
    from treasury.retries.models import Answered

    clerk.post("payments/", BODY, key="bank-1")
    Answered.objects.all().delete()
    late = clerk.post("payments/", BODY, key="bank-1")
    assert (late.status_code, late.json()["code"]) == (409, "already_recorded")
    assert Payment.objects.count() == 1


def test_the_client_of_a_payment_is_the_one_nexus_knows(clerk, nexus):
    stranger = clerk.post("payments/", {**BODY, "company": str(uuid.uuid4())}, key="1")
    assert stranger.status_code == 400
    assert stranger.json()["errors"] == {"company": ["Nexus knows no such company."]}
    made = clerk.post("payments/", {**BODY, "client_name": "Somebody else"}, key="1")
    assert made.json()["client_name"] == "Acme"
    nexus.down = True
    unknown = clerk.post("payments/", {**BODY, "company": str(uuid.uuid4())}, key="2")
    assert unknown.status_code == 503
    assert Payment.objects.count() == 1


def test_what_cannot_be_is_named(clerk):
    tomorrow = str(timezone.localdate() + timedelta(days=1))
    for field, value in (("amount", "1.001"), ("received_on", tomorrow), ("currency", "euro")):
        answer = clerk.post("payments/", {**BODY, field: value}, key="1")
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    nothing = clerk.post("payments/", {**BODY, "amount": "0"}, key="1")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "not_possible")


def test_credit_is_used_paid_back_and_all_is_undone(clerk):
    clerk.post("payments/", {**BODY, "amount": "200.00"}, key="1")
    row = issued(ACME)
    credit = clerk.get(f"credit/{ACME}/").json()
    assert (credit["credit"], [each["left"] for each in credit["sources"]]) == (
        "200.00", ["200.00"],
    )  # fmt: skip
    assert clerk.post(f"invoices/{row.pk}/use-credit/").json()["open"] == "0.00"
    back = {"company": str(ACME), "paid_on": "2025-11-25", "amount": "89.30", "currency": "EUR"}
    assert clerk.post("refunds/", {**back, "amount": "89.31"}, key="r").status_code == 409
    refund = clerk.post("refunds/", back, key="r")
    assert (refund.status_code, refund.json()["client_name"]) == (201, "Acme")
    assert clerk.post("refunds/", back, key="r").json() == refund.json()
    payment = clerk.get("payments/").json()["results"][0]
    wrong = {"day": "2025-11-26", "reason": "Bounced"}
    early = clerk.post(f"payments/{payment['id']}/reverse/", wrong)
    assert (early.status_code, early.json()["code"]) == (409, "not_possible")
    undone = clerk.post(f"refunds/{refund.json()['id']}/reverse/", wrong)
    assert undone.json()["reversed_on"] == "2025-11-26"
    assert clerk.post(f"payments/{payment['id']}/reverse/", wrong).status_code == 200
    assert clerk.get(f"invoices/{row.pk}/").json()["open"] == "110.70"


def test_a_write_off_is_sent_twice_and_is_one_and_can_be_undone(clerk):
    row = issued(ACME)
    path, body = f"invoices/{row.pk}/write-offs/", {"amount": "10.00", "reason": "Too small"}
    assert clerk.post(path, body).status_code == 400, "without a key"
    made = clerk.post(path, body, key="w")
    assert (made.status_code, made.json()["amount"]) == (201, "10.00")
    assert clerk.post(path, body, key="w").json() == made.json()
    assert clerk.post(path, {**body, "amount": "11.00"}, key="w").status_code == 422
    assert clerk.get(f"invoices/{row.pk}/").json()["open"] == "100.70"
    undone = clerk.post(f"allocations/{made.json()['id']}/undo/")
    assert undone.json()["undone_on"] is not None
    assert clerk.get(f"invoices/{row.pk}/").json()["open"] == "110.70"
    assert clerk.post(f"allocations/{made.json()['id']}/undo/").status_code == 409


def test_the_lists_are_filtered_and_cost_one_query(clerk, django_assert_num_queries):
    row = issued(ACME)
    clerk.post("payments/", {**BODY, "amount": "200.00"}, key="1")
    clerk.post("payments/", {**BODY, "received_on": "2025-11-10", "method": "card"}, key="2")
    clerk.get("payments/")

    def amounts(name, **query):
        with django_assert_num_queries(1):
            answer = clerk.get(f"{name}/", **query)
        return [each["amount"] for each in answer.json()["results"]]

    assert amounts("payments") == ["110.70", "200.00"]
    assert amounts("payments", method="card") == ["110.70"]
    assert amounts("payments", since="2025-11-11", has_credit="true") == ["200.00"]
    assert amounts("allocations", invoice=str(row.pk)) == ["110.70"]
    assert amounts("refunds", company=str(ACME)) == []


def test_one_key_sent_twice_at_once_records_it_once(callers, several_threads):
    clerk = callers["billing"]
    answers = at_once([lambda: clerk.post("payments/", BODY, key="1").status_code] * 3)
    assert answers == [201, 201, 201]
    assert Payment.objects.count() == 1
