"""Reminders and late fees: suggested by policy, decided once, by a person."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from hm_auth.webhooks import operations as webhooks
from hm_auth.webhooks.models import Message
from tests.treasury.money import billed, euros, paid
from tests.treasury.people import ACME, GLOBEX, invoices, issued
from tests.treasury.people import seller as seller_of_all
from tests.treasury.threads import at_once
from treasury.agreements.models import Addition, Agreement
from treasury.catalogue.models import Product
from treasury.clients.models import ClientTerms
from treasury.delivery.models import Delivery
from treasury.dunning import operations
from treasury.dunning import overdue as notices
from treasury.dunning.models import Measure, Notice
from treasury.dunning.suggestions import suggestions
from treasury.invoices.drafts import draft_due
from treasury.seller.models import Seller
from treasury.taxes.models import TaxRate

pytestmark = pytest.mark.django_db
DUE = date(2025, 11, 1)
TO = {ACME: ["pay@acme.test"], GLOBEX: ["pay@globex.test"]}


@pytest.fixture
def seller():
    return Seller.objects.create(name="Hive", iban="IE29AIBK93115212345678")


def late_fee() -> None:
    Product.objects.create(sku="LATE-FEE", name="Late fee", tax_category="zero")


def overdue(**fields):
    return billed("100.00", on=DUE - timedelta(days=30), days=30, **fields)


def on(days: int) -> list[tuple[str, int]]:
    found = suggestions(DUE + timedelta(days=days))
    return [(each.measure.value, each.stage) for each in found]


def approve_all(day: date):
    keys = [each.key for each in suggestions(day)]
    return operations.approve(keys, to=TO, today=day, by=None)


def test_stages_are_suggested_on_the_days_of_the_policy(seller):
    overdue()
    assert (on(6), on(7), on(20), on(21), on(400)) == (
        [], [("reminder", 1)], [("reminder", 1)], [("reminder", 2)], [("reminder", 3)],
    )  # fmt: skip


def test_nothing_is_stored_before_it_is_approved_and_then_once(seller):
    overdue()
    suggestions(DUE + timedelta(days=7))
    assert not Notice.objects.exists()
    approve_all(DUE + timedelta(days=7))
    assert on(8) == []
    assert on(21) == [("reminder", 2)]
    with pytest.raises(IntegrityError, match="notice_once"), transaction.atomic():
        Notice.objects.create(
            invoice=Notice.objects.get().invoice, measure=Measure.REMINDER, stage=1, text="x"
        )


def test_what_is_paid_or_left_alone_is_not_reminded_of(seller):
    first, _ = overdue(), overdue(company=GLOBEX)
    paid("120.00", first, on=DUE)
    assert len(on(7)) == 1
    ClientTerms.objects.create(company_id=GLOBEX, no_reminders=True)
    assert on(7) == []


def test_without_a_seller_nothing_is_suggested():
    overdue()
    assert on(100) == []


def test_an_approved_reminder_is_queued_for_the_people_who_get_invoices(seller):
    overdue()
    approve_all(DUE + timedelta(days=7))
    mail = Delivery.objects.get()
    assert (mail.kind, mail.to) == ("reminder", ["pay@acme.test"])
    assert "Invoice: INV-00001 of 2 Oct 2025" in mail.body
    assert "Open: 120.00 EUR" in mail.body
    assert Notice.objects.get().text == mail.body


def test_a_reminder_that_nobody_would_get_is_named_and_stays_suggested(seller):
    overdue()
    day = DUE + timedelta(days=7)
    keys = [each.key for each in suggestions(day)]
    done = operations.approve(keys, to={ACME: []}, today=day, by=None)
    assert (done.notices, "Acme, INV-00001: Nobody is known" in done.left_out[0]) == ((), True)
    assert on(8) == [("reminder", 1)]


def test_an_approved_late_fee_is_a_one_off_line_of_the_agreement(seller):
    Seller.objects.update(late_percent=18, late_flat=40, late_grace_days=10, reminder_days=[])
    invoice = overdue()
    assert on(10) == []
    nobody_said = approve_all(DUE + timedelta(days=30))
    assert nobody_said.left_out == (operations.UNTAXED,), "never at 0 because nobody chose a tax"
    assert not Product.objects.filter(sku="LATE-FEE").exists()
    late_fee()
    untaxed = approve_all(DUE + timedelta(days=30))
    assert untaxed.left_out == ("No tax is known for late fees (zero rate) in IE; add it first.",)
    TaxRate.objects.create(name="VAT", category="zero", region="IE", percent=0, start=DUE)
    (found,) = suggestions(DUE + timedelta(days=30))
    assert (found.measure, found.amount) == (Measure.LATE_FEE, euros("41.78"))
    approve_all(DUE + timedelta(days=30))
    addition = Addition.objects.get()
    assert (addition.agreement, addition.kind) == (invoice.agreement, "one_off")
    assert (addition.product.sku, addition.override_price) == ("LATE-FEE", found.amount.amount)
    assert "INV-00001, 30 days overdue" in addition.description
    assert on(60) == []


def test_the_next_invoice_bills_the_fee():
    seller_of_all()
    Seller.objects.update(late_flat=40, reminder_days=[])
    late_fee()
    late = issued(ACME)  # of November, due on 3 December
    TaxRate.objects.create(name="VAT", category="zero", region="IE", percent=0, start=DUE)
    approve_all(date(2025, 12, 20))
    (december, january) = invoices(draft_due(today=date(2026, 1, 1), by=None).drafted)
    fees = [
        line
        for each in (december, january)
        for line in each.lines.all()
        if "fee" in line.description
    ]
    assert [(line.amount, late.label in line.description) for line in fees] == [(40, True)]


def test_a_fee_that_no_agreement_can_bill_is_named_and_not_recorded(seller):
    Seller.objects.update(late_flat=40, reminder_days=[])
    overdue()
    Agreement.objects.update(end=DUE)
    late_fee()
    done = approve_all(DUE + timedelta(days=30))
    assert done.left_out == ("Acme has no agreement that could bill 40.00 EUR.",)
    assert done.notices == ()
    assert len(on(30)) == 1


def test_a_suggestion_is_dismissed_with_a_reason_only(seller):
    overdue()
    day = DUE + timedelta(days=7)
    keys = [each.key for each in suggestions(day)]
    with pytest.raises(operations.NoReason):
        operations.dismiss(keys, reason=" ", today=day, by=None)
    operations.dismiss(keys, reason="They called", today=day, by=None)
    assert Notice.objects.get().reason == "They called"
    assert on(8) == []
    assert on(21) == [("reminder", 2)]


def test_what_was_paid_between_looking_and_approving_gets_no_reminder(seller):
    invoice = overdue()
    day = DUE + timedelta(days=7)
    keys = [each.key for each in suggestions(day)]
    paid("120.00", invoice, on=day)
    assert operations.approve(keys, to=TO, today=day, by=None).notices == ()


def test_two_clerks_who_approve_at_once_send_one_reminder(several_threads):
    Seller.objects.create(name="Hive")
    overdue()
    day = DUE + timedelta(days=7)
    keys = [each.key for each in suggestions(day)]
    sent = at_once([lambda: len(operations.approve(keys, to=TO, today=day, by=None).notices)] * 3)
    assert sorted(sent) == [0, 0, 1]


def test_the_command_prints_suggestions_and_writes_nothing(seller):
    overdue()
    out = StringIO()
    call_command("suggest_reminders", "--date", "2025-11-08", stdout=out)
    assert "INV-00001  Acme  7 days  Reminder 1  120.00 EUR" in out.getvalue()
    assert not Notice.objects.exists()


def test_suggestions_cost_the_same_for_many_invoices(seller, django_assert_num_queries):
    for _ in range(4):
        overdue()
    with django_assert_num_queries(4):
        assert len(on(30)) == 4


@pytest.mark.django_db
def test_other_programs_are_told_once_of_what_became_overdue():
    late = billed("100")
    webhooks.add(url="https://example.com", events=["invoice.overdue"])
    on_its_day, after = late.due_on, late.due_on + timedelta(days=1)
    assert (notices.notice(today=on_its_day), notices.notice(today=after)) == (0, 1)
    assert notices.notice(today=after) == 0
    body = json.loads(Message.objects.get().body)
    assert (body["type"], body["data"]["number"]) == ("invoice.overdue", late.label)
